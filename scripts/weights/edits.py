"""News edited at random, as versions of an article are by those who write them, with the right beads known.

Lines are left out, merged, split and put in, at given rates; each sentence knows which lines it carries, and
sentences that carry the same lines make a bead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping, Sequence

KEPT, ADDED = 0.75, 0.05  # of a paragraph's beginning to stay one in a version, and of another line to be one
_BREAK = re.compile(r"[;:] | [-–—] |, (?=\w)")

Gold = list[tuple[tuple[int, ...], tuple[int, ...]]]


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an edited version and the lines it carries."""

    text: str
    lines: frozenset[object]


def edited(
    numbers: Sequence[int], lines: Sequence[str], rates: Mapping[str, float], rng: random.Random
) -> list[Line]:
    """Return the lines of an article with these numbers, edited at these rates."""
    found: list[Line] = []
    waiting: Line | None = None  # to be merged with the line after
    for number in numbers:
        if waiting is None and rng.random() < rates["insert"]:
            far = (number + len(lines) // 2 + rng.randrange(300)) % len(lines)
            found.append(Line(lines[far], frozenset({(id(lines), far)})))
        text = lines[number]
        chance = rng.random()
        if waiting is not None:
            found.append(Line(f"{waiting.text} {text}", waiting.lines | {number}))
            waiting = None
        elif chance < rates["delete"]:
            continue
        elif chance < rates["delete"] + rates["merge"] and number != numbers[-1]:
            waiting = Line(text, frozenset({number}))
        elif chance < rates["delete"] + rates["merge"] + rates["split"] and len(text) > 80:
            found += halves(text, number)
        else:
            found.append(Line(text, frozenset({number})))
    return found


def halves(text: str, number: int) -> list[Line]:
    """Cut a sentence in two near its middle, where its punctuation lets it be cut."""
    breaks = [match for match in _BREAK.finditer(text) if 0.25 < match.start() / len(text) < 0.75]
    if not breaks:
        return [Line(text, frozenset({number}))]
    cut = min(breaks, key=lambda match: abs(match.start() - len(text) / 2))
    rest = text[cut.end() :]
    return [
        Line(text[: cut.start()] + ".", frozenset({number})),
        Line(rest[0].upper() + rest[1:], frozenset({number})),
    ]


def right_beads(source: Sequence[Line], target: Sequence[Line]) -> Gold | None:
    """Return the beads of sentences that carry common lines, None where these are not contiguous."""
    beads: Gold = []
    i = j = 0
    while i < len(source) or j < len(target):
        ours = source[i].lines if i < len(source) else frozenset()
        theirs = target[j].lines if j < len(target) else frozenset()
        if ours and not any(ours & line.lines for line in target[j:]):
            beads.append(((i,), ()))
            i += 1
        elif theirs and not any(theirs & line.lines for line in source[i:]):
            beads.append(((), (j,)))
            j += 1
        elif not ours & theirs:
            return None
        else:
            a, b = 1, 1
            while True:
                bead = (*source[i : i + a], *target[j : j + b])
                carried = frozenset().union(*(line.lines for line in bead))
                if i + a < len(source) and carried & source[i + a].lines:
                    a += 1
                elif j + b < len(target) and carried & target[j + b].lines:
                    b += 1
                else:
                    break
            beads.append((tuple(range(i, i + a)), tuple(range(j, j + b))))
            i, j = i + a, j + b
    return beads


def paragraphs(version: Sequence[Line], beginning: set[int], rng: random.Random) -> list[int]:
    """Return the paragraph of each line: those of the original, some of them run together, a few cut anew."""
    begins = (
        rng.random() < (KEPT if any(number in beginning for number in line.lines) else ADDED)
        for line in version
    )
    return list(accumulate(map(int, begins)))
