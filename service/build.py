"""A translated version: translated sentences put into the structure of the article they come from.

Every block keeps its place, its frame and the white space between its sentences. Inline markup that covers
whole sentences covers their translations; where it covers a part, the caller says where its counterpart is
(`Places`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.article import Article, Block, Format, Markup, Sentence
from service.formats import writer

# (sentence, number of the markup in its block) -> (start, end) in the sentence's translation
Places = Mapping[tuple[int, int], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PartialMark:
    """Markup that covers a part of one sentence: `start` and `end` are offsets into the sentence's text."""

    sentence: int
    number: int
    start: int
    end: int
    literal: str | None


def partial_marks(article: Article) -> list[PartialMark]:
    """Return all markup that needs a place in a translation: what begins or ends within a sentence."""
    marks: list[PartialMark] = []
    index = 0
    for block in article.blocks:
        for sentence in block.sentences:
            length = sentence.end - sentence.start
            for number, mark in enumerate(block.markup):
                start = max(mark.start - sentence.start, 0)
                end = min(mark.end - sentence.start, length)
                inside = start <= end and mark.end >= sentence.start and mark.start <= sentence.end
                whole = start == 0 and end == length
                edge = start == end and (start in (0, length))
                if inside and not whole and not edge:
                    marks.append(PartialMark(index, number, start, end, mark.literal))
            index += 1
    return marks


def build(article: Article, language: str, texts: Sequence[str], places: Places) -> Article:
    """Return the version of an article in another language.

    `texts` holds one translation a sentence of `article`, in order; the version's sentences correspond to the
    article's one to one. Markup without an entry in `places` keeps its relative position.
    """
    written = writer(article.format)
    out = [_localised(article.frame[0], article, language)]
    text = ""
    blocks: list[Block] = []
    index = 0
    for number, block in enumerate(article.blocks):
        text += article.frame[number] if article.format is Format.TEXT else "\n\n" if number else ""
        built = _Block(article, block, texts[index : index + len(block.sentences)], places, index, len(text))
        index += len(block.sentences)
        blocks.append(built.block)
        local = [
            Markup(m.start - len(text), m.end - len(text), m.open, m.close, m.literal)
            for m in built.block.markup
        ]
        text += built.text
        out.append(block.literal if block.literal is not None else written.block(built.text, local))
        out.append(article.frame[number + 1])
    if article.format is Format.TEXT:
        text += article.frame[-1]
    return Article(
        language, article.format, "".join(out), text, tuple(blocks), article.frame, article.package
    )


class _Block:
    """One block of the new version: its text, and where everything in it has moved to."""

    def __init__(
        self,
        article: Article,
        block: Block,
        texts: Sequence[str],
        places: Places,
        first: int,
        position: int,
    ) -> None:
        self._old = block
        self._places = places
        self._first = first
        parts: list[str] = []
        length = 0
        self._new: list[tuple[int, int]] = []
        before = block.start
        for sentence, text in zip(block.sentences, texts, strict=True):
            gap = article.text[before : sentence.start]
            parts += (gap, text)
            self._new.append((length + len(gap), length + len(gap) + len(text)))
            length = self._new[-1][1]
            before = sentence.end
        parts.append(article.text[before : block.end])
        self.text = "".join(parts)
        self.block = Block(
            block.kind,
            position,
            position + len(self.text),
            tuple(Sentence(position + s, position + e, self.text[s:e]) for s, e in self._new),
            block.level,
            tuple(self._moved(number, mark, position) for number, mark in enumerate(block.markup)),
            block.literal,
        )

    def _moved(self, number: int, mark: Markup, position: int) -> Markup:
        if mark.start == mark.end:
            start = end = self._point(number, mark.start, first=True)
        else:
            start = self._point(number, mark.start, first=True)
            end = max(self._point(number, mark.end, first=False), start)
        return Markup(position + start, position + end, mark.open, mark.close, mark.literal)

    def _point(self, number: int, offset: int, *, first: bool) -> int:
        """Map an offset in the old block to the new one; `first` tells a mark's start from its end."""
        after = 0
        for k, (sentence, (start, end)) in enumerate(zip(self._old.sentences, self._new, strict=True)):
            if offset <= sentence.start:
                return start - (sentence.start - offset)
            if offset < sentence.end or (offset == sentence.end and not first):
                if offset == sentence.end:
                    return end
                place = self._places.get((self._first + k, number))
                if place is not None:
                    return start + place[0 if first else 1]
                share = (offset - sentence.start) / (sentence.end - sentence.start)
                return start + _word_edge(self.text[start:end], share, first=first)
            after = end + (offset - sentence.end)
        return min(after, len(self.text))


def _word_edge(text: str, share: float, *, first: bool) -> int:
    """Return where the word at a share of the text begins, or with `first` False ends."""
    words = [match.span() for match in re.finditer(r"\w+", text)]
    edges = [start if first else end for start, end in words] or [0 if first else len(text)]
    return min(edges, key=lambda edge: abs(edge - share * len(text)))


def _localised(frame: str, article: Article, language: str) -> str:
    """Name the new language where a page names its own."""
    if article.format is not Format.HTML:
        return frame
    return re.sub(r'(<html\b[^>]*?\blang=")[^"]*(")', rf"\g<1>{language}\g<2>", frame, count=1)
