"""NDJSON while an article is translated or compared: first what is known at once, then a line a sentence.

The lines' `type` tells them apart, in this order: "article" once; "sentence" for each sentence of each
target, the languages by turns and each language's sentences in order; "version" for each version but the
article itself; "row" and "finding"; "end" once. A stream that fails ends in a "problem" instead. A stream
with neither was broken off.
"""

# No postponed annotations here: pydantic reads them.
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from pydantic import Field

from service.events import Begun, Event, Finished, Translated
from service.render.column import Column, columns
from service.render.json_form import (
    FindingOut,
    Language,
    Out,
    RowOut,
    VersionOut,
    findings_out,
    rows_out,
    version_out,
)
from service.render.text import encodable, rounded
from service.result import Origin, Version


class ArticleLine(Out):
    """The first line: the article as it was read, and what is to come."""

    type: Literal["article"] = "article"
    signature: str = Field(description="What the result depends on")
    source: Language
    languages: tuple[Language, ...] = Field(description="All versions of the result, in its order")
    targets: dict[Language, str] = Field(
        description="Those to be made by machine, with the checkpoint of each"
    )
    sentences: int = Field(description="How many sentences each of these will have")
    blocks: int = Field(description="How many blocks the article has")
    version: VersionOut = Field(description="The article itself, as JSON has it")


class SentenceLine(Out):
    """A sentence that has been translated."""

    type: Literal["sentence"] = "sentence"
    language: Language
    index: int = Field(description="Its number, from 0: that of the source sentence")
    block: int = Field(description="The number of its block, from 0")
    text: str
    score: float = Field(description="Mean token log-probability, at most 0; higher is surer")
    flags: tuple[str, ...] = Field(description="What looks wrong with it")


class VersionLine(Out):
    """A version, whole: one made by machine as a document, with markup in its places."""

    type: Literal["version"] = "version"
    language: Language
    version: VersionOut


class RowLine(RowOut):
    """A row of the result."""

    type: Literal["row"] = "row"


class FindingLine(FindingOut):
    """Something an editor should look at."""

    type: Literal["finding"] = "finding"


class EndLine(Out):
    """The last line of a result that is whole."""

    type: Literal["end"] = "end"
    signature: str


class ProblemLine(Out):
    """The last line of a stream that failed: a problem document (RFC 9457)."""

    type: Literal["problem"] = "problem"
    problem: dict[str, Any]


StreamLine = ArticleLine | SentenceLine | VersionLine | RowLine | FindingLine | EndLine | ProblemLine


class StreamWriter:
    """Turns the events of one translation into lines; remembers the article they are about."""

    def __init__(self, begun: Begun) -> None:
        self._begun = begun
        self._column = Column.of(Version(begun.article, Origin.GIVEN))

    def lines(self, event: Event) -> Iterator[StreamLine]:
        """Yield the lines of an event."""
        match event:
            case Begun():
                yield self._article()
            case Translated():
                yield from self._sentences(event)
            case Finished():
                yield from self._result(event)

    def _article(self) -> ArticleLine:
        return ArticleLine(
            signature=encodable(self._begun.signature),
            source=self._begun.article.language,
            languages=self._begun.languages,
            targets=dict(self._begun.targets),
            sentences=len(self._column.sentences),
            blocks=len(self._begun.article.blocks),
            version=version_out(self._column),
        )

    def _sentences(self, event: Translated) -> Iterator[SentenceLine]:
        for index, translation in enumerate(event.translations, event.first):
            yield SentenceLine(
                language=event.language,
                index=index,
                block=self._column.block_of[index],
                text=encodable(translation.text),
                score=rounded(translation.score),
                flags=translation.flags,
            )

    def _result(self, event: Finished) -> Iterator[StreamLine]:
        read = columns(event.aligned.versions)
        for column in read:
            if column.language != self._begun.article.language:
                yield VersionLine(language=column.language, version=version_out(column))
        for row in rows_out(event.aligned, read):
            yield RowLine(**dict(row))
        for finding in findings_out(event.aligned):
            yield FindingLine(**dict(finding))
        yield EndLine(signature=encodable(event.aligned.signature))


def problem_line(document: Mapping[str, Any]) -> ProblemLine:
    """Return the line that ends a stream which failed."""
    return ProblemLine(problem=dict(document))


def encoded(line: StreamLine) -> bytes:
    """Return a line as UTF-8 JSON with its line feed."""
    return line.model_dump_json(exclude_none=True).encode() + b"\n"
