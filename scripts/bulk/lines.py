"""An article whose sentences are known: one a line, as Moses-style files and TMX segments give them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.article import Article, Block, Format, Kind, Sentence
from service.documents import check_unicode

if TYPE_CHECKING:
    from collections.abc import Iterator


def article_of_lines(source: str, language: str) -> Article:
    r"""Return an article with a block and a sentence for each line that has text; lines end with "\n".

    Nothing is segmented: a line with two sentences stays one, as whoever wrote the file meant it. Raises
    ArticleError for half a surrogate pair.
    """
    check_unicode(source, language)
    spans = list(_spans(source))
    blocks = tuple(
        Block(Kind.PARAGRAPH, start, end, (Sentence(start, end, source[start:end]),)) for start, end in spans
    )
    ends = [0, *(end for _, end in spans)]
    starts = [*(start for start, _ in spans), len(source)]
    frame = tuple(source[end:start] for end, start in zip(ends, starts, strict=True))
    return Article(language, Format.TEXT, source, source, blocks, frame)


def _spans(source: str) -> Iterator[tuple[int, int]]:
    position = 0
    for line in source.split("\n"):
        text = line.strip()
        if text:
            start = position + line.index(text)
            yield start, start + len(text)
        position += len(line) + 1
