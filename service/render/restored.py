"""A result read back from its JSON, so that it can be given out in any form later.

What JSON does not hold (frames, markup) is not restored: forms do not look at it.
"""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING

from alignment.beads import Row
from alignment.findings import Finding
from models.translation import Translation
from service.article import Article, Block, Format, Sentence
from service.render.document import render_document
from service.result import Aligned, Origin, Version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.render.json_form import AlignedOut, VersionOut

_ARCHIVES = (Format.DOCX, Format.ODT)


def restored(out: AlignedOut) -> Aligned:
    """Return the result that the JSON was made of; scores have the JSON's four decimals."""
    return Aligned(
        tuple(_version(language, version) for language, version in out.versions.items()),
        tuple(Row(dict(row.sentences), row.score) for row in out.rows),
        out.signature,
        tuple(
            Finding(
                finding.row,
                finding.language,
                finding.kind,
                finding.severity,
                finding.reason,
                finding.code,
                finding.values,
            )
            for finding in out.findings
        ),
    )


def machine_documents(out: AlignedOut) -> Mapping[str, tuple[Format, bytes]]:
    """Return the machine-made versions as documents, by language, with what each is written in."""
    found = {}
    for language, version in out.versions.items():
        if version.origin is Origin.MACHINE:
            archive = version.format in _ARCHIVES
            content = b64decode(version.document) if archive else render_document(_version(language, version))
            found[language] = (version.format, content)
    return found


def _version(language: str, version: VersionOut) -> Version:
    sentences = [Sentence(each.start, each.end, each.text) for each in version.sentences]
    blocks = tuple(
        Block(
            block.kind,
            block.start,
            block.end,
            tuple(sentences[index] for index in block.sentences),
            block.level,
        )
        for block in version.blocks
    )
    article = Article(language, version.format, version.document, version.text, blocks, ())
    translations = tuple(
        Translation(each.text, each.score, each.flags or (), each.similarity)
        for each in version.sentences
        if each.score is not None
    )
    made = translations if version.origin is Origin.MACHINE else ()
    return Version(article, version.origin, made, version.checkpoint)
