"""An article: one version's text as blocks and sentences, and the frame they were found in.

A reader (`service.formats`) takes a document apart into blocks and the literal strings between them (the
frame); `service.build` puts the translated blocks back between the same literals. Offsets refer to
`Article.text`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from service.segment import segment

if TYPE_CHECKING:
    from collections.abc import Iterable


class Format(StrEnum):
    """How an article's source is written; an article read from a PDF is plain text from then on."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    SRT = "srt"
    DOCX = "docx"
    ODT = "odt"
    PDF = "pdf"


class Kind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST_ITEM = "list item"
    QUOTE = "quote"
    CAPTION = "caption"
    CODE = "code"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence; `article.text[start:end] == text`, always."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Markup:
    """Inline markup over `article.text[start:end]`, in the order in which it opens in the source.

    A span has `open` and `close`, the source that goes round the text. An atom has a `literal`: the source
    that stands for the text (inline code, an address, an image, a line break), to be copied and never
    translated. `meaning` says what a span is where its source does not show it to other formats: "strong",
    "emphasis", or "link:" and an address.
    """

    start: int
    end: int
    open: str = ""
    close: str = ""
    literal: str | None = None
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A block of an article; `level` is a heading's level (1 to 6), else 0.

    Code and rules have no sentences and stand in every version as they are: `literal` is their source.
    """

    kind: Kind
    start: int
    end: int
    sentences: tuple[Sentence, ...]
    level: int = 0
    markup: tuple[Markup, ...] = ()
    literal: str | None = None


@dataclass(frozen=True)
class Article:
    """One version of an article.

    `text` is its plain text without markup, which all offsets refer to (for Format.TEXT the source itself);
    `source` is the document as given, or as built for a translated version. `frame` holds the literal source
    around the blocks, one string more than there are blocks. A document that is an archive (docx, odt) is
    kept whole in `package`, and `source` is the XML of its parts that hold text, U+0000 between two.
    """

    language: str
    format: Format
    source: str
    text: str
    blocks: tuple[Block, ...]
    frame: tuple[str, ...]
    package: bytes = field(default=b"", repr=False)

    @property
    def length(self) -> int:
        """Its length in characters: that of the source, or of an archive's text."""
        return len(self.text if self.package else self.source)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence in reading order; an aligner's indices point into this."""
        return tuple(sentence for block in self.blocks for sentence in block.sentences)


@dataclass(frozen=True, slots=True)
class Content:
    """A block as a reader finds it, with markup offsets into its own `text`."""

    kind: Kind
    text: str
    level: int = 0
    markup: tuple[Markup, ...] = ()
    literal: str | None = None


def assemble(
    language: str,
    format: Format,
    source: str,
    contents: Iterable[Content],
    frame: Iterable[str],
    package: bytes = b"",
) -> Article:
    """Make an article of what a reader found.

    A plain text is its own text, so its frame counts in the offsets; the other formats' text is that of their
    blocks, an empty line between two.
    """
    pieces = tuple(frame)
    blocks: list[Block] = []
    texts: list[str] = []
    position = 0
    for number, content in enumerate(contents):
        gap = pieces[number] if format is Format.TEXT else "\n\n" if number else ""
        position += len(gap)
        blocks.append(_block(content, position, language))
        position += len(content.text)
        texts += (gap, content.text)
    if format is Format.TEXT:
        texts.append(pieces[-1])
    return Article(language, format, source, "".join(texts), tuple(blocks), pieces, package)


def _block(content: Content, position: int, language: str) -> Block:
    spans = [] if content.literal is not None else segment(content.text, language)
    return Block(
        kind=content.kind,
        start=position,
        end=position + len(content.text),
        sentences=tuple(
            Sentence(position + start, position + end, content.text[start:end]) for start, end in spans
        ),
        level=content.level,
        markup=tuple(
            replace(mark, start=position + mark.start, end=position + mark.end) for mark in content.markup
        ),
        literal=content.literal,
    )
