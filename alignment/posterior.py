"""How probable each bead is, all paths considered.

Method: the forward-backward algorithm over the nodes of a corridor, with scores as log odds (Sarawagi and
Cohen, 2004, section 3, for segments; here on two sides). Among neighbouring null beads those of the source
come first, so that each alignment is counted once. As in `search`, rows are worked through one by one,
within a row everything is vectorised, and null beads are taken out of the scores first: they then multiply by
1, and a run of them is a cumulative sum. Sums are kept as numbers, not as logarithms, and scaled down before
they grow too large (Rabiner, 1989, section V.A); what is e^-700 less likely than its row's likeliest node is
lost, which no likely bead is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alignment.search import BeadScores, Charged, Corridor, moved

if TYPE_CHECKING:
    from alignment.search import Floats, Scores
    from alignment.side import Indices

_LARGE = 1e100  # sums are scaled down from here on
_MOST = 80.0  # log odds; its exponential is within float32
_LARGEST = 700.0  # its exponential is within float64
_LEAST_NODE = 1e-3  # against a row's most probable node; what is below need not be searched again


@dataclass(frozen=True, slots=True)
class Posteriors:
    """The beads with a probability worth knowing: where they begin, their sizes, and the probability.

    `begins` has shape (k, 2), `sizes` (k, 2), `probabilities` (k,). `log_sum` is the log of the sum over
    all paths; `corridor` holds the nodes that matter.
    """

    begins: Indices
    sizes: Indices
    probabilities: Floats
    log_sum: float
    corridor: Corridor

    def of_groups(self, side: int, least: float) -> dict[int, Indices]:
        """Return by size, from 2 on, where the groups end whose beads are together at least so probable.

        `side` is 0 for the source and 1 for the target.
        """
        ends = self.begins[:, side] + self.sizes[:, side]
        found = {}
        for size in range(2, int(self.sizes[:, side].max(initial=1)) + 1):
            these = self.sizes[:, side] == size
            sums = np.bincount(ends[these], self.probabilities[these])
            found[size] = np.flatnonzero(sums >= least)
        return found


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A part of the corridor: rows first to last - 1 by columns low to high - 1.

    `odds` are those of all beads that begin or end there; they reach `groups` rows and columns further.
    """

    first: int
    last: int
    low: int
    high: int
    odds: Scores

    def of_beginning(self) -> Scores:
        """Return the odds by where beads begin, shape (groups, groups, rows, columns)."""
        groups = len(self.odds)
        a, b, row, column = self.odds.strides
        return np.lib.stride_tricks.as_strided(
            self.odds[:, :, 1:, 1:],
            shape=(groups, groups, self.last - self.first, self.high - self.low),
            strides=(a + row, b + column, row, column),
        )


@dataclass(frozen=True, slots=True)
class _Sums:
    """For each row, the sums over all paths from the start to its nodes, as numbers times exp(log scale)."""

    rows: list[Floats]
    log_scales: list[float]

    @property
    def log_whole(self) -> float:
        """The log of the sum over all paths."""
        return float(np.log(self.rows[-1][-1])) + self.log_scales[-1]


def posteriors(scores: BeadScores, corridor: Corridor, least: float = 0.01) -> Posteriors:
    """Return the beads inside a corridor that are at least so probable."""
    groups = scores.groups
    charged = Charged(scores)
    chunks = []
    for first, last, low, high in corridor.blocks(0):
        block = charged.block(range(first, last + groups), range(low, high + groups))
        odds = np.minimum(block, np.float32(_MOST), out=block)
        np.exp(odds, out=odds)
        chunks.append(_Chunk(first, last, low, high, odds))
    reached = _forward(groups, corridor, chunks)
    nulls = float(scores.null_source.sum() + scores.null_target.sum())
    return _backward(groups, corridor, chunks, reached, least, nulls)


def _forward(groups: int, corridor: Corridor, chunks: list[_Chunk]) -> _Sums:
    lows, highs = corridor.low.tolist(), corridor.high.tolist()
    sums = _Sums([], [])
    log_scale = 0.0
    origin = 0
    best = np.zeros((groups, 1))
    above = np.zeros(0)  # the row before, of paths whose last bead is not 0:1
    above_low = 0
    for chunk in chunks:
        best = moved(best, groups, chunk.last - chunk.first, origin, chunk.low, chunk.high, 0.0)
        origin = chunk.low
        item = best.strides
        cells = np.lib.stride_tricks.as_strided(
            best[groups - 1 :, groups - 1 :],
            shape=(groups, groups, chunk.last - chunk.first, chunk.high - chunk.low),
            strides=(-item[0], -item[1], item[0], item[1]),
        )
        for r in range(chunk.last - chunk.first):
            row = chunk.first + r
            low, high = lows[row], highs[row]
            inside = slice(low - chunk.low, high - chunk.low)
            arrived = np.add.reduce(cells[:, :, r, inside] * chunk.odds[:, :, r, inside], axis=(0, 1))
            if row == 0:
                arrived[0] = 1.0
            else:
                below = above[low - above_low :][: high - low]
                arrived[: len(below)] += below
            here = best[groups + r, groups:][inside]
            np.add.accumulate(arrived, out=here)
            if here[-1] > _LARGE:
                best /= _LARGE
                arrived /= _LARGE
                log_scale += np.log(_LARGE)
            above, above_low = arrived, low
            sums.rows.append(here.copy())
            sums.log_scales.append(log_scale)
        best = best[-groups:, groups:]
    return sums


def _backward(
    groups: int, corridor: Corridor, chunks: list[_Chunk], reached: _Sums, least: float, nulls: float
) -> Posteriors:
    rows = len(corridor.low)
    lows, highs = corridor.low.tolist(), corridor.high.tolist()
    whole = reached.log_whole
    low_node, high_node = np.zeros(rows, np.intp), np.zeros(rows, np.intp)
    begins, sizes, probabilities = [], [], []
    log_scale = 0.0
    rest = np.zeros((groups, 1))  # the rows after the chunk, columns from `origin` on
    origin = 0
    below, below_low = np.zeros(0), 0
    for chunk in reversed(chunks):
        count, width = chunk.last - chunk.first, chunk.high - chunk.low
        room = np.zeros((count + groups, width + groups))
        start, stop = max(chunk.low, origin), min(chunk.high + groups, origin + rest.shape[1])
        if start < stop:
            room[count:, start - chunk.low : stop - chunk.low] = rest[:, start - origin : stop - origin]
        item = room.strides
        cells = np.lib.stride_tricks.as_strided(
            room[1:, 1:], shape=(groups, groups, count, width), strides=(item[0], item[1], item[0], item[1])
        )
        beginning = chunk.of_beginning()
        before = np.zeros((count, width))
        for r in reversed(range(count)):
            row = chunk.first + r
            low, high = lows[row], highs[row]
            inside = slice(low - chunk.low, high - chunk.low)
            leaving = np.add.reduce(cells[:, :, r, inside] * beginning[:, :, r, inside], axis=(0, 1))
            if row == rows - 1:
                leaving[-1] = 1.0
            after = room[r, inside]
            np.add.accumulate(leaving[::-1], out=after[::-1])
            if row < rows - 1:
                shared = below[: max(high - below_low, 0)]
                after[below_low - low :][: len(shared)] += shared
            if after[0] > _LARGE:
                room /= _LARGE
                log_scale += np.log(_LARGE)
            below, below_low = after, low
            before[r, inside] = reached.rows[row]
        scales = np.array(reached.log_scales[chunk.first : chunk.last])
        before *= np.exp(np.minimum(scales + log_scale - whole, _LARGEST))[:, None]
        node = before * room[:count, :width]
        likely = node >= node.max(axis=1, keepdims=True) * _LEAST_NODE
        low_node[chunk.first : chunk.last] = chunk.low + likely.argmax(axis=1)
        high_node[chunk.first : chunk.last] = chunk.high - likely[:, ::-1].argmax(axis=1)
        probability = before * cells * beginning
        # Found in one dimension, which is several times as fast as in four.
        likely_beads = np.unravel_index(np.flatnonzero(probability >= least), probability.shape)
        a, b, row_in, column_in = likely_beads
        begins.append(np.stack([row_in + chunk.first, column_in + chunk.low], axis=1))
        sizes.append(np.stack([a + 1, b + 1], axis=1))
        probabilities.append(probability[likely_beads])
        rest, origin = room[:groups], chunk.low
        below = below.copy()
    return Posteriors(
        np.concatenate(begins),
        np.concatenate(sizes),
        np.concatenate(probabilities),
        whole + nulls,
        _connected(low_node, high_node, int(corridor.high[-1])),
    )


def _connected(low: Indices, high: Indices, columns: int) -> Corridor:
    """Return a corridor with these nodes, one more all round, and a way through."""
    low = np.maximum(np.minimum.accumulate(low[::-1])[::-1] - 1, 0)
    high = np.minimum(np.maximum.accumulate(high) + 1, columns)
    low[0], high[-1] = 0, columns
    high = np.maximum(high, np.append(low[1:], 0) + 1)
    return Corridor(low, np.maximum.accumulate(high))
