"""The best monotone path of beads through a corridor.

Method: the dynamic programme of Gale and Church (1993, "A Program for Aligning Sentences in Bilingual
Corpora", section 3.3), with beads up to `groups`:`groups` and null beads, maximising a sum of scores. It runs
row by row over the nodes (i, j), "i source and j target sentences consumed"; within a row everything is
vectorised. Null beads are taken out of the scores first, so that a run of 0:1 beads is a cumulative maximum.
Bead scores are asked for in blocks, so that memory grows with the corridor and not with the product of the
lengths.

Left out: swapped (crossing) beads, and beads with a gap inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

Floats = npt.NDArray[np.float64]
Scores = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

_BLOCK_ROWS = 24
_OPEN_NODES = 60_000  # the most that are looked at where nothing says where a path goes
_BLOCK_CELLS = 60_000  # with 16 float32 each, a few megabytes


@dataclass(frozen=True, slots=True)
class Corridor:
    """The nodes a path may pass: in row i, columns `low[i] <= j < high[i]`; both arrays never fall."""

    low: Indices
    high: Indices

    @classmethod
    def full(cls, source: int, target: int) -> Corridor:
        """Return the corridor that holds every node of `source` by `target` sentences."""
        return cls(np.zeros(source + 1, np.intp), np.full(source + 1, target + 1, np.intp))

    @classmethod
    def around(cls, path: Indices, width: int) -> Corridor:
        """Return the nodes at most `width` sentences away, on either side, from a path.

        Where the path leaves sentences of both sides unmatched, one side's after the other's, the order says
        nothing, and all nodes between are in. `path` holds nodes (i, j), shape (k, 2), from (0, 0) to
        (source, target), neither side ever falling.
        """
        rows, columns = path[:, 0], path[:, 1]
        source, target = path[-1]
        row = np.arange(source + 1)
        # Where the path jumps over a row, the node before it bounds from below, the one after it from above.
        before = rows[np.searchsorted(rows, np.maximum(row - width, 0), side="right") - 1]
        after = rows[np.searchsorted(rows, np.minimum(row + width, source), side="left")]
        low = columns[np.searchsorted(rows, before, side="left")] - width
        high = columns[np.searchsorted(rows, after, side="right") - 1] + width + 1
        low, high = np.maximum(low, 0), np.minimum(high, target + 1)
        for (first, begin), (last, end) in _unmatched(path):
            low[first : last + 1] = np.minimum(low[first : last + 1], begin)
            high[first : last + 1] = np.maximum(high[first : last + 1], end + 1)
        return cls(np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high))

    def blocks(self, first: int) -> Iterator[tuple[int, int, int, int]]:
        """Yield (first row, row after the last, first column, column after the last), from row `first` on."""
        rows = len(self.low)
        while first < rows:
            last = min(first + _BLOCK_ROWS, rows)
            while (
                last > first + 1 and (last - first) * (self.high[last - 1] - self.low[first]) > _BLOCK_CELLS
            ):
                last = first + (last - first) // 2
            yield first, last, int(self.low[first]), int(self.high[last - 1])
            first = last


def _unmatched(path: Indices) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield the first and the last node of each stretch that leaves sentences of both sides unmatched."""
    matches = np.flatnonzero(np.diff(path, axis=0).all(axis=1))
    begins = path[np.concatenate([[0], matches + 1])]
    ends = path[np.concatenate([matches, [len(path) - 1]])]
    nodes = np.prod(ends - begins, axis=1)
    for index in np.flatnonzero((nodes > 0) & (nodes <= _OPEN_NODES)).tolist():
        (first, begin), (last, end) = begins[index].tolist(), ends[index].tolist()
        yield (first, begin), (last, end)


class BeadScores(Protocol):
    """What the search maximises the sum of."""

    @property
    def groups(self) -> int:
        """The most sentences that a bead has on one side."""

    @property
    def null_source(self) -> Floats:
        """Score of leaving each source sentence without a counterpart, shape (n,)."""

    @property
    def null_target(self) -> Floats:
        """Score of leaving each target sentence without a counterpart, shape (m,)."""

    def block(self, rows: range, columns: range) -> Scores:
        """Score the beads that end at the nodes of a block, higher is better.

        Returns shape (groups, groups, rows, columns): entry [a - 1, b - 1, r, c] is for the bead of the `a`
        source sentences before row r and the `b` target sentences before column c; any number where there are
        fewer. Rows and columns may lie outside the versions.
        """


class Charged:
    """Bead scores where each bead is charged with what its sentences are worth without a counterpart.

    Every sentence is in exactly one bead, so that all paths lose the same, and null beads are worth 0: a run
    of them is then a plain cumulative sum or maximum.
    """

    def __init__(self, scores: BeadScores) -> None:
        self.groups = scores.groups
        self._scores = scores
        self._saved = [self._sums(nulls) for nulls in (scores.null_source, scores.null_target)]

    def block(self, rows: range, columns: range) -> Scores:
        """Score the beads that end at the nodes of a block; see `BeadScores.block`."""
        source, target = (
            saved[:, span.start : span.stop] for saved, span in zip(self._saved, (rows, columns), strict=True)
        )
        block = self._scores.block(rows, columns)
        charged: Scores = block - source[:, None, :, None]
        charged -= target[:, None, :]
        return charged

    def _sums(self, nulls: Floats) -> Scores:
        """Return what the null beads before each node are worth, by their number, shape (groups, ...)."""
        total = np.zeros(len(nulls) + 1 + self.groups)
        np.cumsum(nulls, out=total[1 : len(nulls) + 1])
        total[len(nulls) + 1 :] = total[len(nulls)]  # blocks reach beyond the end
        sizes = np.arange(1, self.groups + 1)[:, None]
        begins = np.maximum(np.arange(len(total)) - sizes, 0)
        sums: Scores = (total - total[begins]).astype(np.float32)
        return sums


def best_path(scores: BeadScores, corridor: Corridor) -> Indices:
    """Return the nodes of the best path, shape (k, 2), from (0, 0) to (n, m); each step is a bead.

    Ties go to the smaller bead, then to 1:0, so that the path depends on the scores alone.
    """
    groups = scores.groups
    up, left = groups * groups, groups * groups + 1  # codes of a step 1:0 and a step 0:1
    charged = Charged(scores)
    lows, highs = corridor.low.tolist(), corridor.high.tolist()
    # best[-1] is the row before the block; columns begin at `origin`. Rows before the first are out of reach.
    origin, width = 0, int(corridor.high[0])
    best = np.full((groups, width), -np.inf)
    best[-1] = 0
    steps: list[_Steps] = [_Steps(0, 0, np.full((1, width), left, np.uint8))]
    for first, last, low, high in corridor.blocks(1):
        best = moved(best, groups, last - first, origin, low, high)
        origin, width = low, high - low
        item = best.strides
        # cells[a - 1, b - 1, r, c] is where a bead a:b that ends in row `first + r`, column `low + c` begins.
        cells = np.lib.stride_tricks.as_strided(
            best[groups - 1 :, groups - 1 :],
            shape=(groups, groups, last - first, width),
            strides=(-item[0], -item[1], item[0], item[1]),
        )
        block = charged.block(range(first, last), range(low, high))
        for r in range(last - first):
            inside = slice(lows[first + r] - low, highs[first + r] - low)
            reaches = cells[:, :, r, inside] + block[:, :, r, inside]
            reach = reaches[0, 0] if groups == 1 else np.maximum.reduce(reaches, axis=(0, 1))
            np.maximum(reach, best[groups - 1 + r, groups:][inside], out=reach)
            np.maximum.accumulate(reach, out=best[groups + r, groups:][inside])
        # What each node was reached by, for the whole block at once.
        reached = (cells + block).reshape(groups * groups, last - first, width)
        step = reached.argmax(axis=0).astype(np.uint8)
        value = reached.max(axis=0)
        above = best[groups - 1 : -1, groups:]
        step[above > value] = up
        step[best[groups:, groups:] > np.maximum(value, above)] = left
        steps.append(_Steps(first, low, step))
        best = best[-groups:, groups:]
    return _traced(steps, corridor, groups)


@dataclass(frozen=True, slots=True)
class _Steps:
    """The codes of the steps by which the nodes of a block were reached."""

    row: int
    column: int
    codes: npt.NDArray[np.uint8]


def moved(
    best: Floats, groups: int, rows: int, origin: int, low: int, high: int, never: float = -np.inf
) -> Floats:
    """Return room for a block of `rows`, with the last rows of the block before it on top, columns moved."""
    room = np.full((groups + rows, groups + high - low), never)
    start = max(low - groups, origin)
    stop = min(high, origin + best.shape[1])
    if start < stop:
        into = start - (low - groups)
        room[:groups, into : into + stop - start] = best[:, start - origin : stop - origin]
    return room


def _traced(steps: list[_Steps], corridor: Corridor, groups: int) -> Indices:
    i, j = len(corridor.low) - 1, int(corridor.high[-1]) - 1
    nodes = [(i, j)]
    here = steps.pop()
    while i or j:
        while i < here.row:
            here = steps.pop()
        step = int(here.codes[i - here.row, j - here.column])
        if step < groups * groups:
            i -= step // groups + 1
            j -= step % groups + 1
        elif step == groups * groups:
            i -= 1
        else:
            j -= 1
        nodes.append((i, j))
    return np.array(nodes[::-1], np.intp)
