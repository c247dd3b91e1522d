"""Where the markup of a part of a sentence belongs in its translation.

Method: every run of words of the translation is weighed by four things: how alike it is to the words under
the markup in a multilingual sentence encoder's space, how much of the decoder's attention to those words
comes from it and goes nowhere else (`Attention`; the harmonic mean of both shares), how close its relative
position is, and how well its length fits. Where there is no attention the other three decide. With attention
only the runs it likes best are encoded. Atoms (inline code, addresses) are found as they are. The weights
were set on `benchmarks/marked.tsv`, with the starter; see docs/decisions.md.

Leaves out: markup whose counterpart is not contiguous; it goes round the best contiguous part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from models.attention import Attention
    from models.encoder import Encoder
    from service.build import PartialMark

    Span = tuple[int, int]
    Floats = npt.NDArray[np.float64]

_WORD: Final = re.compile(r"[^\W_]+(?:[-'’.,/][^\W_]+)*%?")
_LONGER: Final = 3  # words that a counterpart may have more than the words under the markup
_ENCODED: Final = 40  # runs of words that are encoded, where attention says which are worth it
_OVERLAP_COST: Final = 0.5  # a word that is under another mark already is hardly this one's


@dataclass(frozen=True, slots=True)
class _Weights:
    """What each thing is worth, in cosine.

    `position` is for a displacement by the whole sentence, `length` for a run of no or of double the expected
    length, `attention` for one that has all of the attention and no other.
    """

    position: float
    length: float
    attention: float


_ENCODER_ALONE: Final = _Weights(position=0.35, length=0.25, attention=0.0)
_BOTH: Final = _Weights(position=0.35, length=0.15, attention=0.5)


def place_marks(
    source: str,
    target: str,
    marks: Sequence[PartialMark],
    encoder: Encoder,
    attention: Attention | None = None,
) -> dict[int, Span]:
    """Return for each mark (by its number) where it goes in the translation, as (start, end) offsets.

    `attention` is that of `target` to `source`. Marks nest as they do in the source, and begin and end at
    words, with the punctuation they have in the source; never at white space. Never raises: a mark with no
    likely counterpart keeps its relative place.
    """
    placed: dict[int, Span] = {}
    taken: list[tuple[PartialMark, Span]] = []
    for mark in sorted(marks, key=lambda mark: mark.end - mark.start):
        if mark.literal is not None or mark.start == mark.end:
            place = _find(source, target, mark)
        else:
            others = [span for other, span in taken if not _contains(mark, other)]
            inner = [span for other, span in taken if _contains(mark, other)]
            place = _window(source, target, mark, others, encoder, attention)
            for start, end in inner:  # what stands inside in the source stays inside
                place = (min(place[0], start), max(place[1], end))
        placed[mark.number] = place
        taken.append((mark, place))
    return placed


def _contains(outer: PartialMark, inner: PartialMark) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _find(source: str, target: str, mark: PartialMark) -> Span:
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


def _inside_word(source: str, target: str, mark: PartialMark) -> Span | None:
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
    mark: PartialMark,
    taken: Sequence[Span],
    encoder: Encoder,
    attention: Attention | None,
) -> Span:
    """Return the best run of words, with the punctuation round it that the mark has in the source."""
    words = [match.span() for match in _WORD.finditer(target)]
    if not words:
        return 0, len(target)
    if inside := _inside_word(source, target, mark):
        return inside
    text = source[mark.start : mark.end]
    under = [match.span() for match in _WORD.finditer(text)]
    runs = _runs(len(words), max(len(under), 1) + _LONGER)
    spans = [(words[first][0], words[last][1]) for first, last in runs]
    weights = _ENCODER_ALONE if attention is None else _BOTH
    scores = _fit(source, target, mark, spans, weights)
    scores -= _OVERLAP_COST * np.array(
        [any(start < end_ and end > start_ for start_, end_ in taken) for start, end in spans]
    )
    tried = np.arange(len(runs))
    if attention is not None:
        scores += weights.attention * _attended(attention, source, mark, words, runs)
        tried = np.sort(np.argsort(-scores, kind="stable")[:_ENCODED])
    spoken = text[under[0][0] : under[-1][1]] if under else text
    vectors = encoder.encode([spoken, *(target[slice(*spans[number])] for number in tried)])
    best = tried[int(np.argmax(scores[tried] + vectors[1:] @ vectors[0]))]
    return _with_punctuation(text, target, spans[best])


def _runs(words: int, longest: int) -> list[Span]:
    """Return every run of at most so many words, as (first, last)."""
    return [(first, last) for first in range(words) for last in range(first, min(first + longest, words))]


def _fit(source: str, target: str, mark: PartialMark, spans: Sequence[Span], weights: _Weights) -> Floats:
    """Return what the position and the length of each run cost, at most 0."""
    starts, ends = np.array(spans, dtype=float).T
    displacement = abs((starts + ends) / 2 / len(target) - (mark.start + mark.end) / 2 / len(source))
    expected = (mark.end - mark.start) / len(source)
    stretch = np.minimum(abs((ends - starts) / len(target) - expected) / expected, 1)
    return np.asarray(-weights.position * displacement - weights.length * stretch)


def _attended(
    attention: Attention, source: str, mark: PartialMark, words: Sequence[Span], runs: Sequence[Span]
) -> Floats:
    """Return for each run of words how well the attention agrees with it, 0 to 1.

    The harmonic mean of two shares: of its attention that goes to the mark, and of the attention to the mark
    that comes from it.
    """
    weights = np.array(attention.weights)
    under = _overlapping(attention.source, (mark.start, mark.end))
    spoken = [
        number for number, (start, end) in enumerate(attention.source) if _WORD.search(source[start:end])
    ]
    if not under or not spoken:
        return np.zeros(len(runs))
    share = weights[:, under].sum(axis=1) / np.maximum(weights[:, spoken].sum(axis=1), 1e-6)
    pieces = [_overlapping(attention.target, word) for word in words]
    of_word = np.array([np.mean(share[held]) if held else 0.0 for held in pieces])
    until = np.concatenate(([0.0], np.cumsum(of_word)))
    first, last = np.array(runs).T
    held = until[last + 1] - until[first]
    precision, recall = held / (last + 1 - first), held / max(until[-1], 1e-6)
    return np.asarray(2 * precision * recall / np.maximum(precision + recall, 1e-6))


def _overlapping(spans: Iterable[Span], wanted: Span) -> list[int]:
    """Return the numbers of the spans that share a character with one."""
    return [
        number for number, (start, end) in enumerate(spans) if max(start, wanted[0]) < min(end, wanted[1])
    ]


def _with_punctuation(text: str, target: str, span: Span) -> Span:
    """Take in the punctuation that touches a run, at the ends where the text under the mark has some too."""
    start, end = span
    if not text[0].isalnum():
        while start and _is_punctuation(target[start - 1]):
            start -= 1
    if not text[-1].isalnum():
        while end < len(target) and _is_punctuation(target[end]):
            end += 1
    return start, end


def _is_punctuation(character: str) -> bool:
    return not character.isalnum() and not character.isspace()
