"""Numbers that differ between aligned texts.

Method: the figures of both texts (`figures`) are paired; what is left over on a side and has no innocent
explanation (written in words, another clock, a decade without its century, another word for a thousand or a
million, the same number again, the number one row further on) is a difference where the other side has
another number in its place, or where it is one that a translation is not free to leave out.

Left out: units, and ordinals or fractions that both sides spell out.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from alignment.figures import Figure, FigureReader

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

Difference = tuple[list[str], list[str]]
"""What only the first text has, and what only the second has, as written."""

_MILLION = 1_000_000
_COUNTED = range(3, 21)  # numbers that words and digits are both usual for


def number_differences(
    rows: Sequence[tuple[str, str]], reader: FigureReader | None = None
) -> list[Difference]:
    """Compare the numbers of aligned texts, row by row; a row without a difference has two empty lists.

    A `reader` that is used again knows the words it has met.
    """
    reader = reader or FigureReader()
    read = [(_Read(reader, one), _Read(reader, other)) for one, other in rows]
    odd = [_unmatched(one, other) for one, other in read]
    found = []
    for index, (ours, theirs) in enumerate(odd):
        near = [figure for beside in odd[max(index - 1, 0) : index + 2] for side in beside for figure in side]
        # A number that turns up on the other side of the next row was cut off there.
        ours = [figure for figure in ours if _agreeing(figure, near) < 2]
        theirs = [figure for figure in theirs if _agreeing(figure, near) < 2]
        found.append(_difference(ours, theirs) or _counted(read[index], ours, theirs) or ([], []))
    return found


class _Read:
    """A text and the numbers in it, each kind looked for once and only if it is asked for."""

    def __init__(self, reader: FigureReader, text: str) -> None:
        self._reader = reader
        self.text = text

    @cached_property
    def figures(self) -> list[Figure]:
        return self._reader.figures(self.text)

    @cached_property
    def spelled(self) -> frozenset[Decimal]:
        return self._reader.spelled(self.text)

    @cached_property
    def counted(self) -> dict[str, Decimal]:
        return self._reader.counted(self.text)

    @cached_property
    def amounts(self) -> dict[str, frozenset[Decimal]]:
        return self._reader.amounts(self.text)

    @cached_property
    def scaled(self) -> bool:
        return self._reader.scaled(self.text)

    def says(self, value: Decimal) -> bool:
        """Tell whether the text has a number of this value, in digits or in words."""
        return value in self.spelled or any(value in figure.values for figure in self.figures)


def _unmatched(one: _Read, other: _Read) -> tuple[list[Figure], list[Figure]]:
    """Return the figures of each text that nothing in the other explains."""
    if not one.text or not other.text or not (one.figures or other.figures):
        return [], []
    ours, theirs = list(one.figures), list(other.figures)
    for alike in (Figure.agrees, _half_a_day_apart, _same_decade, _scaled):
        if not ours or not theirs or (alike is _scaled and not (one.scaled or other.scaled)):
            break
        for figure in list(ours):
            match = next((candidate for candidate in theirs if alike(figure, candidate)), None)
            if match is not None:
                ours.remove(figure)
                theirs.remove(match)
    # A number that one side merely repeats is no difference.
    texts, texts_there = ({figure.text for figure in side.figures} for side in (one, other))
    return (
        [figure for figure in ours if not figure.values & other.spelled and figure.text not in texts_there],
        [figure for figure in theirs if not figure.values & one.spelled and figure.text not in texts],
    )


def _difference(ours: Sequence[Figure], theirs: Sequence[Figure]) -> Difference | None:
    if _same_digits(ours, theirs):
        return None
    if ours and theirs:
        return [figure.text for figure in ours], [figure.text for figure in theirs]
    one, other = ([figure.text for figure in side if _telling(figure)] for side in (ours, theirs))
    return (one, other) if one or other else None


def _counted(row: tuple[_Read, _Read], ours: Sequence[Figure], theirs: Sequence[Figure]) -> Difference | None:
    """Return a small or a very large number that one side writes in words and the other otherwise."""
    if len(ours) + len(theirs) > 1:
        return None
    for figures, (has, lacks) in ((ours, row), (theirs, row[::-1])):
        if not figures or min(figures[0].values) < _MILLION:
            continue
        if len(lacks.amounts) == 1 and not has.amounts:
            written = ([figures[0].text], list(lacks.amounts))
            return written if figures is ours else (written[1], written[0])
    words, words_there = (
        [word for word, value in side.counted.items() if not beside.says(value)]
        for side, beside in (row, row[::-1])
    )
    one = [figure.text for figure in ours if figure.values & set(_COUNTED)] + words
    other = [figure.text for figure in theirs if figure.values & set(_COUNTED)] + words_there
    return (one, other) if len(one) == len(other) == 1 else None


def _half_a_day_apart(one: Figure, other: Figure) -> bool:
    return any(
        value + 12 in other.values or value - 12 in other.values for value in one.values if value in range(25)
    )


def _same_decade(one: Figure, other: Figure) -> bool:
    """Tell whether one is the other without its century: 1930 and 30."""
    return len(one.text) != len(other.text) and any(
        long // 100 in (18, 19, 20) and long % 100 == short and short % 10 == 0
        for a in one.values
        for b in other.values
        for long, short in ((a, b), (b, a))
    )


def _scaled(one: Figure, other: Figure) -> bool:
    """Tell whether the two differ by a power of a thousand, as 6 thousand million and 6.000 millones do."""
    return any(
        max(a, b) == min(a, b).scaleb(power) for a in one.values for b in other.values for power in (3, 6, 9)
    )


def _agreeing(figure: Figure, others: Sequence[Figure]) -> int:
    return sum(1 for other in others if figure.agrees(other))


def _same_digits(ours: Sequence[Figure], theirs: Sequence[Figure]) -> bool:
    """Tell whether both sides' digits read the same, as in 17.30 and 17:30 and 5:30."""
    one, other = (re.sub(r"\D", "", "".join(figure.text for figure in side)) for side in (ours, theirs))
    if 3 <= len(one) <= 4 and 3 <= len(other) <= 4:  # hours and minutes
        return one[-2:] == other[-2:] and int(one[:-2]) % 12 == int(other[:-2]) % 12
    return one == other


def _telling(figure: Figure) -> bool:
    """Tell whether a number is one that a translation is not free to write out or leave to the context."""
    return all(value > 31 and value % 10 != 0 for value in figure.values) or any(
        value != value.to_integral_value() for value in figure.values
    )
