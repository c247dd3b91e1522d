"""JSON. The models are the documented schema, and FastAPI shows them as such.

Keys always come in the order of the fields below; one that has nothing to say (`checkpoint` of a given
version, `score`, `similarity` and `flags` of its sentences) is left out. Scores have four decimals. Offsets
count Unicode code points.
"""

# No postponed annotations here: pydantic reads them.
from base64 import b64encode
from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from alignment.findings import Severity
from service.article import Format, Kind
from service.render.column import Column, columns
from service.render.document import render_document
from service.render.text import encodable, rounded
from service.result import Aligned, Origin

Language = Annotated[str, Field(description="ISO 639-1 code")]


class Out(BaseModel):
    """Base of the models that are given out."""

    model_config = ConfigDict(frozen=True)


class SentenceOut(Out):
    """A sentence of a version."""

    index: int = Field(description="Its number in the version, from 0; rows refer to it")
    start: int = Field(description="Where it begins in the version's text, in code points")
    end: int = Field(description="Where it ends: text[start:end] is the sentence")
    text: str
    block: int = Field(description="The number of its block in the version, from 0")
    kind: Kind = Field(description="The kind of its block")
    score: float | None = Field(
        None, description="Machine-made versions: mean token log-probability, at most 0; higher is surer"
    )
    similarity: float | None = Field(
        None, description="Machine-made versions: how alike it is to its source's sentence, -1 to 1"
    )
    flags: tuple[str, ...] | None = Field(
        None, description="Machine-made versions: what looks wrong with it, empty when nothing does"
    )


class BlockOut(Out):
    """A block of a version."""

    index: int = Field(description="Its number in the version, from 0")
    kind: Kind
    level: int = Field(description="A heading's level, 1 to 6; else 0")
    start: int = Field(description="Where it begins in the version's text, in code points")
    end: int
    sentences: tuple[int, ...] = Field(description="Its sentences; none in code and rules")


class VersionOut(Out):
    """The article in one language."""

    format: Format = Field(description="How `document` is written")
    origin: Origin = Field(description="Given by the caller, or made by machine")
    checkpoint: str | None = Field(
        None, description="The checkpoint that made it; absent for a given version"
    )
    text: str = Field(description="Its plain text, which all offsets refer to")
    document: str = Field(
        description="The document as given, or as built by machine; a docx or odt file in base64"
    )
    sentences: tuple[SentenceOut, ...]
    blocks: tuple[BlockOut, ...]


class RowOut(Out):
    """Sentences of the versions that say the same."""

    index: int = Field(description="Its number, from 0; findings refer to it")
    sentences: dict[Language, tuple[int, ...]] = Field(
        description="For each version the numbers of its sentences, none where it has no counterpart"
    )
    score: float = Field(
        description="How sure the alignment is, 0 to 1; 0 where only one version has sentences"
    )


class FindingOut(Out):
    """Something an editor should look at."""

    row: int
    language: Language
    kind: str = Field(
        description='Of a row: "missing", "added", "number", "date", "name" or "weak"; '
        'of a whole version, with row 0: "unrelated", "order" or "language"'
    )
    severity: Severity
    reason: str = Field(description="One English sentence for people")
    code: str = Field("", description="What exactly was found; each has a sentence of its own")
    values: dict[str, str | int] = Field(
        default_factory=dict, description="What the sentence is filled with, by name"
    )


class AlignedOut(Out):
    """Versions of an article with their sentences aligned."""

    signature: str = Field(description="Version, checkpoints and settings that this result depends on")
    versions: dict[Language, VersionOut]
    rows: tuple[RowOut, ...]
    findings: tuple[FindingOut, ...]


def aligned_out(aligned: Aligned) -> AlignedOut:
    """Return the result as the model that JSON and the OpenAPI schema are made of."""
    read = columns(aligned.versions)
    return AlignedOut(
        signature=encodable(aligned.signature),
        versions={column.language: version_out(column) for column in read},
        rows=rows_out(aligned, read),
        findings=findings_out(aligned),
    )


def render_json(aligned: Aligned, *, indent: int | None = 2) -> bytes:
    """Return the result as UTF-8 JSON, indented for reading unless `indent` is None."""
    return aligned_out(aligned).model_dump_json(indent=indent, exclude_none=True).encode() + b"\n"


def version_out(column: Column) -> VersionOut:
    """Return a version as the model of it."""
    article = column.version.article
    blocks, passed = [], 0
    for index, block in enumerate(article.blocks):
        held = tuple(range(passed, passed + len(block.sentences)))
        passed += len(held)
        blocks.append(
            BlockOut(
                index=index,
                kind=block.kind,
                level=block.level,
                start=block.start,
                end=block.end,
                sentences=held,
            )
        )
    return VersionOut(
        format=article.format,
        origin=column.version.origin,
        checkpoint=column.version.checkpoint,
        text=encodable(article.text),
        document=_document(column),
        sentences=tuple(sentence_out(column, index) for index in range(len(column.sentences))),
        blocks=tuple(blocks),
    )


def _document(column: Column) -> str:
    article = column.version.article
    if article.package:
        return b64encode(render_document(column.version)).decode("ascii")
    return encodable(article.source)


def sentence_out(column: Column, index: int) -> SentenceOut:
    """Return a sentence as the model of it."""
    sentence, translation = column.sentences[index], column.translation(index)
    return SentenceOut(
        index=index,
        start=sentence.start,
        end=sentence.end,
        text=encodable(sentence.text),
        block=column.block_of[index],
        kind=column.block(index).kind,
        score=None if translation is None else rounded(translation.score),
        similarity=(
            None if translation is None or translation.similarity is None else rounded(translation.similarity)
        ),
        flags=None if translation is None else translation.flags,
    )


def rows_out(aligned: Aligned, read: Sequence[Column]) -> tuple[RowOut, ...]:
    """Return the rows as models of them."""
    return tuple(
        RowOut(
            index=index,
            sentences={column.language: row.sentences.get(column.language, ()) for column in read},
            score=rounded(row.score),
        )
        for index, row in enumerate(aligned.rows)
    )


def findings_out(aligned: Aligned) -> tuple[FindingOut, ...]:
    """Return the findings as models of them."""
    return tuple(
        FindingOut(
            row=finding.row,
            language=finding.language,
            kind=finding.kind,
            severity=finding.severity,
            reason=encodable(finding.reason),
            code=finding.code,
            values={
                name: encodable(value) if isinstance(value, str) else value
                for name, value in finding.values.items()
            },
        )
        for finding in aligned.findings
    )
