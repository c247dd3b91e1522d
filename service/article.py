"""An article: one version's text as blocks and sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Format(StrEnum):
    """How an article's source is written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


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
class Block:
    """A block of an article; `level` is a heading's level (1 to 6), else 0. Code and rules have no sentences."""

    kind: Kind
    start: int
    end: int
    sentences: tuple[Sentence, ...]
    level: int = 0


@dataclass(frozen=True, slots=True)
class Article:
    """One version of an article.

    `text` is its plain text without markup, which all offsets refer to (for Format.TEXT the source itself);
    `source` is the document as given, or as built for a translated version.
    """

    language: str
    format: Format
    source: str
    text: str
    blocks: tuple[Block, ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Every sentence in reading order; an aligner's indices point into this."""
        return tuple(sentence for block in self.blocks for sentence in block.sentences)
