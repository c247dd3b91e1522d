"""A text as programs send it, a label or a few lines: every line a block, nothing guessed about wrapping.

The blocks and the frame put together are the source, character for character.
"""

from __future__ import annotations

import re
from dataclasses import replace
from enum import StrEnum

from service.article import Article, Content, Format, Kind, Sentence, assemble
from service.formats.plain import list_mark


class Splitting(StrEnum):
    """Where sentences end: at punctuation and line breaks, at punctuation alone, or nowhere."""

    LINES = "lines"
    PUNCTUATION = "punctuation"
    NONE = "none"


def read_lines(source: str, language: str, splitting: Splitting = Splitting.LINES) -> Article:
    """Read a text; an empty one has no blocks and is no error."""
    contents: list[Content] = []
    frame = [""]
    pattern = r"[^\n]+|\n" if splitting is Splitting.LINES else r"(?s:.+)"
    for piece in re.findall(pattern, source):
        head = len(piece) - len(piece.lstrip())
        if splitting is Splitting.LINES:
            head = max(head, list_mark(piece))
        body = piece[head:].rstrip()
        if not body:
            frame[-1] += piece
            continue
        frame[-1] += piece[:head]
        contents.append(Content(Kind.PARAGRAPH, body))
        frame.append(piece[head + len(body) :])
    article = assemble(language, Format.TEXT, source, contents, frame)
    return unsplit(article) if splitting is Splitting.NONE else article


def unsplit(article: Article) -> Article:
    """Return an article whose blocks are one sentence each."""
    return replace(
        article,
        blocks=tuple(
            replace(
                block,
                sentences=(Sentence(block.start, block.end, article.text[block.start : block.end]),),
            )
            if block.sentences
            else block
            for block in article.blocks
        ),
    )
