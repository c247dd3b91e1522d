"""The result for one document, as it goes from a worker to the writers and is kept between them.

A record holds what the forms show and nothing else: texts, sentences with offsets, rows, findings, origins
and the signature, scores with four decimals. Its bytes are a line of the JSONL form; reading them again gives
the same record, and the same record always gives the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from alignment.beads import Row
from bulk.errors import BulkError
from service.article import Article, Block, Sentence
from service.render.column import Column, columns
from service.render.json_form import AlignedOut, aligned_out
from service.render.restored import restored
from service.render.text import encodable
from service.result import Aligned, Version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alignment.findings import Finding


class RecordError(BulkError):
    """Bytes that are no record."""


@dataclass(frozen=True, slots=True)
class Record:
    """A document's id, and its aligned versions without what no form shows (frames, markup).

    `line` are its bytes, where they are known already.
    """

    id: str
    aligned: Aligned
    line: bytes | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, name: str, aligned: Aligned) -> Record:
        """Make the record of a pipeline's result for the document of this id."""
        out, name = aligned_out(aligned), encodable(name)
        return cls(name, restored(out), _line(name, out))

    @classmethod
    def from_bytes(cls, line: bytes) -> Record:
        """Read what `to_bytes` gave; raise RecordError."""
        try:
            out = _Line.model_validate_json(line)
            return cls(out.id, restored(out), line)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            problem = " ".join(str(error).split())[:200]
            raise RecordError(f"This is no record of an aligned document: {problem}") from error

    def to_bytes(self) -> bytes:
        """Return the record as one line of UTF-8 JSON, without a line break."""
        return self.line or _line(self.id, aligned_out(self.aligned))

    @property
    def languages(self) -> tuple[str, ...]:
        """ISO 639-1 codes of the versions, in order."""
        return tuple(version.language for version in self.aligned.versions)

    @property
    def rows(self) -> tuple[Row, ...]:
        """The rows; `sentences[language]` are indices into that version's sentences."""
        return self.aligned.rows

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What an editor should look at."""
        return self.aligned.findings

    @property
    def signature(self) -> str:
        """What the result depends on."""
        return self.aligned.signature

    @property
    def origins(self) -> Mapping[str, str]:
        """For each language "given", or "machine:" and the checkpoint that made the version."""
        return {column.language: column.origin for column in self.columns()}

    @property
    def sentences(self) -> Mapping[str, tuple[Sentence, ...]]:
        """For each language its version's sentences, with their offsets into its text."""
        return {version.language: version.article.sentences for version in self.aligned.versions}

    @property
    def texts(self) -> Mapping[str, str]:
        """For each language the whole plain text of its version."""
        return {version.language: version.article.text for version in self.aligned.versions}

    def columns(self) -> tuple[Column, ...]:
        """Return the versions as the forms read them."""
        return columns(self.aligned.versions)

    def findings_by_row(self) -> dict[int, list[Finding]]:
        """Return the findings of each row that has any."""
        found: dict[int, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.row, []).append(finding)
        return found

    def shape(self, row: Row, languages: Sequence[str] | None = None) -> tuple[int, ...]:
        """Return how many sentences a row has of each language: (1, 1) for one to one.

        The languages are the record's own unless others are named.
        """
        return tuple(len(row.sentences.get(language, ())) for language in languages or self.languages)

    def only(self, kept: Sequence[int]) -> Record:
        """Return the record with the rows of these numbers alone, in order.

        The sentences of the others go with them, and blocks that lose all of theirs; so every sentence of a
        record stands in exactly one row, whatever was left out. Texts stay whole: offsets stay right. Rows
        and sentences are numbered anew, and findings follow their rows.
        """
        number = {old: new for new, old in enumerate(kept)}
        rows = [self.rows[old] for old in kept]
        new_of: dict[str, dict[int, int]] = {}
        versions = []
        for version in self.aligned.versions:
            held = sorted(index for row in rows for index in row.sentences.get(version.language, ()))
            new_of[version.language] = {old: new for new, old in enumerate(held)}
            versions.append(_holding(version, held))
        return Record(
            self.id,
            Aligned(
                tuple(versions),
                tuple(
                    Row(
                        {
                            language: tuple(new_of[language][index] for index in indices)
                            for language, indices in row.sentences.items()
                        },
                        row.score,
                    )
                    for row in rows
                ),
                self.signature,
                tuple(
                    replace(found, row=number[found.row]) for found in self.findings if found.row in number
                ),
            ),
        )


class _Line(AlignedOut):
    """A record's line."""

    id: str


def _line(name: str, out: AlignedOut) -> bytes:
    # The id comes first, where people and `head` look for it; pydantic would put it last.
    return b'{"id":%b,%b' % (
        json.dumps(name, ensure_ascii=False).encode(),
        out.model_dump_json(exclude_none=True)[1:].encode(),
    )


def shape_name(shape: Sequence[int]) -> str:
    """Return a row's type as people write it: "1:1", "2:1:1"."""
    return ":".join(map(str, shape))


def _holding(version: Version, held: Sequence[int]) -> Version:
    """Return a version with the sentences of these numbers alone."""
    article, kept = version.article, set(held)
    blocks: list[Block] = []
    passed = 0
    for block in article.blocks:
        left = tuple(sentence for index, sentence in enumerate(block.sentences, passed) if index in kept)
        passed += len(block.sentences)
        if left or not block.sentences:
            blocks.append(Block(block.kind, block.start, block.end, left, block.level))
    return Version(
        Article(article.language, article.format, article.source, article.text, tuple(blocks), ()),
        version.origin,
        tuple(version.translations[index] for index in held) if version.translations else (),
        version.checkpoint,
    )
