"""Where the markup of a part of a sentence belongs in its translation.

Method: the words under the markup are compared with every run of words of the translation in a multilingual
sentence encoder's space; likeness, closeness of the relative position and fit of the length decide. Atoms
(inline code, addresses) are found as they are.

Leaves out: markup whose counterpart is not contiguous; it goes round the best contiguous part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.encoder import Encoder
    from service.build import PartialMark

_WORD = re.compile(r"[^\W_]+(?:[-'’.,/][^\W_]+)*%?")
_POSITION_WEIGHT = 0.35  # what a displacement by the whole sentence costs, in cosine
_LENGTH_WEIGHT = 0.25  # what a window of no or of double the expected length costs, in cosine
_OVERLAP_COST = 0.5  # a word that is under another mark already is hardly this one's


def place_marks(
    source: str, target: str, marks: Sequence[PartialMark], encoder: Encoder
) -> dict[int, tuple[int, int]]:
    """Return for each mark (by its number) where it goes in the translation, as (start, end) offsets.

    Marks nest as they do in the source. Never raises: a mark with no likely counterpart keeps its relative
    place.
    """
    placed: dict[int, tuple[int, int]] = {}
    taken: list[tuple[PartialMark, tuple[int, int]]] = []
    for mark in sorted(marks, key=lambda mark: mark.end - mark.start):
        words = source[mark.start : mark.end]
        if mark.literal is not None or mark.start == mark.end:
            place = _find(source, target, mark)
        else:
            others = [(start, end) for other, (start, end) in taken if not _contains(mark, other)]
            inner = [place for other, place in taken if _contains(mark, other)]
            place = _window(source, target, words, mark, others, encoder)
            for start, end in inner:  # what stands inside in the source stays inside
                place = (min(place[0], start), max(place[1], end))
        placed[mark.number] = place
        taken.append((mark, place))
    return placed


def _contains(outer: PartialMark, inner: PartialMark) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _find(source: str, target: str, mark: PartialMark) -> tuple[int, int]:
    """Place an atom at its own text, the same occurrence; one without text at the same share."""
    text = source[mark.start : mark.end]
    if text:
        nth = source.count(text, 0, mark.start)
        at = -1
        for _ in range(nth + 1):
            later = target.find(text, at + 1)
            at = later if later >= 0 else at
        if at >= 0:
            return at, at + len(text)
    share = mark.start / len(source) if source else 0.0
    edges = [0, *(match.end() for match in _WORD.finditer(target)), len(target)]
    at = min(edges, key=lambda edge: abs(edge - share * len(target)))
    return at, at


def _inside_word(source: str, target: str, mark: PartialMark) -> tuple[int, int] | None:
    """Place markup of a part of a word (the 2 of H2O) in the same word, where that is in the translation."""
    for word in re.finditer(r"\w+", source):
        if word.start() <= mark.start and mark.end <= word.end() and word.span() != (mark.start, mark.end):
            found = re.search(rf"\b{re.escape(word.group())}\b", target)
            if found:
                shift = found.start() - word.start()
                return mark.start + shift, mark.end + shift
    return None


def _window(
    source: str,
    target: str,
    words: str,
    mark: PartialMark,
    taken: Sequence[tuple[int, int]],
    encoder: Encoder,
) -> tuple[int, int]:
    spans = [match.span() for match in _WORD.finditer(target)]
    if not spans:
        return 0, len(target)
    if inside := _inside_word(source, target, mark):
        return inside
    expected = max(len(_WORD.findall(words)), 1)
    windows = [
        (spans[first][0], spans[last][1])
        for first in range(len(spans))
        for last in range(first, min(first + expected + 3, len(spans)))
    ]
    vectors = encoder.encode([words, *(target[start:end] for start, end in windows)])
    middle = (mark.start + mark.end) / 2 / len(source)
    best, best_score = windows[0], -np.inf
    for (start, end), likeness in zip(windows, vectors[1:] @ vectors[0], strict=True):
        displacement = abs((start + end) / 2 / len(target) - middle)
        stretch = abs((end - start) / max(len(target), 1) - len(words) / len(source))
        overlap = any(start < other_end and end > other_start for other_start, other_end in taken)
        score = (
            likeness
            - _POSITION_WEIGHT * displacement
            - _LENGTH_WEIGHT * min(stretch * len(source) / len(words), 1)
        )
        score -= _OVERLAP_COST * overlap
        if score > best_score:
            best, best_score = (start, end), score
    return best
