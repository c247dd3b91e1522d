"""How probable each bead is, all paths considered.

Method: the forward-backward algorithm over the nodes of a corridor, with scores as log odds (Sarawagi and
Cohen, 2004, section 3, for segments; here on two sides). Among neighbouring null beads those of the source
come first, so that each alignment is counted once. As in `search`, rows are worked through one by one, and
within a row everything is vectorised.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alignment.search import BeadScores, Corridor, moved

if TYPE_CHECKING:
    from alignment.search import Floats, Scores
    from alignment.side import Indices

_NEVER = -1e30  # the log of nothing; unlike -inf, it can be subtracted from itself
_NARROW = 20  # columns, below which one slow operation takes less time than several quick ones
_LEAST_NODE = np.log(1e-3)  # against a row's most probable node; what is below need not be searched again


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

    `scores` are those of all beads that begin or end there; they reach `groups` rows and columns further.
    """

    first: int
    last: int
    low: int
    high: int
    scores: Scores

    def of_beginning(self) -> Scores:
        """Return the scores by where beads begin, shape (groups, groups, rows, columns)."""
        groups = len(self.scores)
        a, b, row, column = self.scores.strides
        return np.lib.stride_tricks.as_strided(
            self.scores[:, :, 1:, 1:],
            shape=(groups, groups, self.last - self.first, self.high - self.low),
            strides=(a + row, b + column, row, column),
        )


def posteriors(scores: BeadScores, corridor: Corridor, least: float = 0.01) -> Posteriors:
    """Return the beads inside a corridor that are at least so probable."""
    groups = scores.groups
    chunks = [
        _Chunk(first, last, low, high, scores.block(range(first, last + groups), range(low, high + groups)))
        for first, last, low, high in corridor.blocks(0)
    ]
    reached = _forward(scores, corridor, chunks)
    return _backward(scores, corridor, chunks, reached, least)


def _forward(scores: BeadScores, corridor: Corridor, chunks: list[_Chunk]) -> list[Floats]:
    """Return, for each row, the log of the sum over all paths from the start to each of its nodes."""
    groups = scores.groups
    run = np.concatenate([[0.0], np.cumsum(scores.null_target)])
    lows, highs = corridor.low.tolist(), corridor.high.tolist()
    null_source = scores.null_source.tolist()
    reached: list[Floats] = []
    origin = 0
    best = np.full((groups, 1), _NEVER)
    above = np.full(0, _NEVER)  # the row before, of paths whose last bead is not 0:1
    above_low = 0
    for chunk in chunks:
        best = moved(best, groups, chunk.last - chunk.first, origin, chunk.low, chunk.high, _NEVER)
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
            arrived = _log_sum(cells[:, :, r, inside] + chunk.scores[:, :, r, inside])
            if row == 0:
                arrived[0] = 0.0
            else:
                shared = slice(low - above_low, None)
                below = above[shared][: high - low] + null_source[row - 1]
                arrived[: len(below)] = np.logaddexp(arrived[: len(below)], below)
            above, above_low = arrived, low
            here = np.logaddexp.accumulate(arrived - run[low:high]) + run[low:high]
            best[groups + r, groups:][inside] = here
            reached.append(here)
        best = best[-groups:, groups:]
    return reached


def _backward(
    scores: BeadScores, corridor: Corridor, chunks: list[_Chunk], reached: list[Floats], least: float
) -> Posteriors:
    groups = scores.groups
    rows = len(corridor.low)
    run = np.concatenate([[0.0], np.cumsum(scores.null_target)])
    lows, highs = corridor.low.tolist(), corridor.high.tolist()
    null_source = scores.null_source.tolist()
    whole = reached[-1][-1]
    low_node, high_node = np.zeros(rows, np.intp), np.zeros(rows, np.intp)
    begins, sizes, probabilities = [], [], []
    rest = np.full((groups, 1), _NEVER)  # the rows after the chunk, columns from `origin` on
    origin = 0
    below, below_low = np.full(0, _NEVER), 0
    for chunk in reversed(chunks):
        count, width = chunk.last - chunk.first, chunk.high - chunk.low
        room = np.full((count + groups, width + groups), _NEVER)
        start, stop = max(chunk.low, origin), min(chunk.high + groups, origin + rest.shape[1])
        if start < stop:
            room[count:, start - chunk.low : stop - chunk.low] = rest[:, start - origin : stop - origin]
        item = room.strides
        cells = np.lib.stride_tricks.as_strided(
            room[1:, 1:], shape=(groups, groups, count, width), strides=(item[0], item[1], item[0], item[1])
        )
        beginning = chunk.of_beginning()
        before = np.full((count, width), _NEVER)
        for r in reversed(range(count)):
            row = chunk.first + r
            low, high = lows[row], highs[row]
            inside = slice(low - chunk.low, high - chunk.low)
            leaving = _log_sum(cells[:, :, r, inside] + beginning[:, :, r, inside])
            if row == rows - 1:
                leaving[-1] = 0.0
            after = np.logaddexp.accumulate((leaving + run[low:high])[::-1])[::-1] - run[low:high]
            if row < rows - 1:
                shared = below[: max(high - below_low, 0)] + null_source[row]
                after[below_low - low :][: len(shared)] = np.logaddexp(
                    after[below_low - low :][: len(shared)], shared
                )
            below, below_low = after, low
            room[r, inside] = after
            before[r, inside] = reached[row]
        node = before + room[:count, :width]
        likely = node >= node.max(axis=1, keepdims=True) + _LEAST_NODE
        low_node[chunk.first : chunk.last] = chunk.low + likely.argmax(axis=1)
        high_node[chunk.first : chunk.last] = chunk.high - likely[:, ::-1].argmax(axis=1)
        probability = np.exp(before + beginning + cells - whole)
        likely_beads = np.nonzero(probability >= least)
        a, b, row_in, column_in = likely_beads
        begins.append(np.stack([row_in + chunk.first, column_in + chunk.low], axis=1))
        sizes.append(np.stack([a + 1, b + 1], axis=1))
        probabilities.append(probability[likely_beads])
        rest, origin = room[:groups], chunk.low
    return Posteriors(
        np.concatenate(begins),
        np.concatenate(sizes),
        np.concatenate(probabilities),
        float(whole),
        _connected(low_node, high_node, int(corridor.high[-1])),
    )


def _connected(low: Indices, high: Indices, columns: int) -> Corridor:
    """Return a corridor with these nodes, one more all round, and a way through."""
    low = np.maximum(np.minimum.accumulate(low[::-1])[::-1] - 1, 0)
    high = np.minimum(np.maximum.accumulate(high) + 1, columns)
    low[0], high[-1] = 0, columns
    high = np.maximum(high, np.append(low[1:], 0) + 1)
    return Corridor(low, np.maximum.accumulate(high))


def _log_sum(terms: Floats) -> Floats:
    """Return the log of the sum of exponentials over the first two axes."""
    terms = terms.reshape(-1, terms.shape[-1])
    if terms.shape[1] < _NARROW:
        narrow: Floats = np.logaddexp.reduce(terms, axis=0)
        return narrow
    most = terms.max(axis=0)
    total: Floats = np.log(np.exp(terms - most).sum(axis=0)) + most
    return total
