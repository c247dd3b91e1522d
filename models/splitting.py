"""Sentences too long for a checkpoint into parts, losing nothing: the parts concatenate to the sentence.

Pure. A sentence is halved until every part fits: at the clause boundary (after , ; : a dash, an ellipsis or a
closing bracket) nearest its middle, where there is none in the middle three fifths at a space, else between
any two characters, though never inside what a reader sees as one (combining marks, joined emoji, flags). It
knows no grammar: a clause boundary is punctuation followed by a space.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_CLAUSE = re.compile(r"[,;:…—–)\]»”](?=\s)|[。！？，；：、．](?=\S)")
_SPACE = re.compile(r"\s+(?=\S)")
_JOINER = "\u200d"


def split_sentence(sentence: str, fits: Callable[[str], bool]) -> tuple[str, ...]:
    """Split a sentence into parts that fit; a single character that does not is a part all the same."""
    if fits(sentence):
        return (sentence,)
    halves = halve(sentence)
    if halves is None:
        return (sentence,)
    return split_sentence(halves[0], fits) + split_sentence(halves[1], fits)


def halve(sentence: str) -> tuple[str, str] | None:
    """Split a sentence once, as near its middle as its grammar allows; None when it is a single character."""
    start = len(sentence) - len(sentence.lstrip())
    end = len(sentence.rstrip())
    if end - start < 2:
        return None
    margin = (end - start) // 5
    clauses = _after_space(sentence, (match.end() for match in _CLAUSE.finditer(sentence, start, end)))
    spaces = [match.end() for match in _SPACE.finditer(sentence, start, end)]
    for candidates, low, high in (
        (clauses, start + margin, end - margin),
        (spaces, start + margin, end - margin),
        (spaces, start, end),
        (_character_boundaries(sentence, start, end), start, end),
    ):
        inside = [place for place in candidates if low < place < high]
        if inside:
            middle = min(inside, key=lambda place: abs(2 * place - start - end))
            return sentence[:middle], sentence[middle:]
    return None


def _after_space(sentence: str, places: Iterable[int]) -> list[int]:
    """Move each place behind the white space that follows it."""
    moved = []
    for place in places:
        while place < len(sentence) and sentence[place].isspace():
            place += 1
        moved.append(place)
    return moved


def _character_boundaries(sentence: str, start: int, end: int) -> list[int]:
    """Places between two characters as a reader sees them (a short form of Unicode Annex 29)."""
    flags = 0
    places = []
    for place, (before, after) in enumerate(pairwise(sentence[start:end]), start + 1):
        flags = flags + 1 if _is_regional(before) else 0
        joined = (
            _extends(after)
            or before == _JOINER
            or (before == "\r" and after == "\n")
            or (_is_regional(after) and flags % 2 == 1)
        )
        if not joined:
            places.append(place)
    return places


def _extends(character: str) -> bool:
    """Whether a character belongs to the one before it."""
    return (
        unicodedata.category(character) in ("Mn", "Mc", "Me")
        or character == _JOINER
        or 0xFE00 <= ord(character) <= 0xFE0F  # variation selectors
        or 0x1F3FB <= ord(character) <= 0x1F3FF  # skin tones
        or 0xDC00 <= ord(character) <= 0xDFFF  # second half of a surrogate pair that was left undecoded
    )


def _is_regional(character: str) -> bool:
    """Whether a character is half of a flag."""
    return 0x1F1E6 <= ord(character) <= 0x1F1FF
