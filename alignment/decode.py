"""The alignment with the most beads right, as far as probabilities tell.

Method: minimum Bayes risk decoding. Where the most probable path wins by a little, it may hold beads that
are each improbable; the path that is sought here maximises the expected number of right beads instead, each
bead taken costing `_PRICE`, so that few improbable beads are taken for many. A bead with two sides counts
twice, since both precision and recall see it, where a null bead is seen by precision alone. A bead with wrong
edges is still better than none: a share of what it counts is for linking at least one pair of sentences that
belong together, in whatever bead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alignment.search import best_path

if TYPE_CHECKING:
    from alignment.posterior import Posteriors
    from alignment.search import Floats, Scores
    from alignment.side import Indices

_PRICE = 0.9
_LINK = 0.25  # the share of what a bead counts that it has for a right link


def most_right(likely: Posteriors, source: int, target: int) -> Indices:
    """Return the nodes of the path, shape (k, 2), for versions of `source` and `target` sentences."""
    return best_path(_Expected(likely, source, target), likely.corridor)


class _Expected:
    """What a bead adds to the expected number of right beads, less its price."""

    def __init__(self, likely: Posteriors, source: int, target: int) -> None:
        self.groups = int(likely.sizes.max(initial=1))
        self.null_source = _unmatched(likely, 0, source) - _PRICE
        self.null_target = _unmatched(likely, 1, target) - _PRICE
        ends = likely.begins + likely.sizes
        order = np.argsort(ends[:, 0], kind="stable")
        self._ends, self._sizes = ends[order], likely.sizes[order]
        right = (1 - _LINK) * likely.probabilities + _LINK * _linked(likely)
        self._gains = 2 * right[order] - _PRICE

    def block(self, rows: range, columns: range) -> Scores:
        """Score the beads that end at the nodes of a block, shape (groups, groups, rows, columns)."""
        scores = np.full((self.groups, self.groups, len(rows), len(columns)), -np.inf, np.float32)
        these = slice(*np.searchsorted(self._ends[:, 0], [rows.start, rows.stop]))
        row, column = (self._ends[these] - [rows.start, columns.start]).T
        inside = (column >= 0) & (column < len(columns))
        a, b = (self._sizes[these] - 1).T
        scores[a[inside], b[inside], row[inside], column[inside]] = self._gains[these][inside]
        return scores


def _linked(likely: Posteriors) -> Floats:
    """Return for each bead the probability of its surest pair of sentences to be together in some bead."""
    pairs, owners = [], []
    columns = int((likely.begins + likely.sizes)[:, 1].max(initial=0)) + 1
    for size in np.unique(likely.sizes, axis=0).tolist():
        these = np.flatnonzero((likely.sizes == size).all(axis=1))
        for i in range(size[0]):
            for j in range(size[1]):
                pairs.append((likely.begins[these, 0] + i) * columns + likely.begins[these, 1] + j)
                owners.append(these)
    if not pairs:
        return likely.probabilities
    owner = np.concatenate(owners)
    _, pair = np.unique(np.concatenate(pairs), return_inverse=True)
    together = np.bincount(pair, likely.probabilities[owner])
    surest = np.zeros(len(likely.probabilities))
    np.maximum.at(surest, owner, together[pair])
    linked: Floats = np.minimum(surest, 1)
    return linked


def _unmatched(likely: Posteriors, side: int, count: int) -> Floats:
    """Return the probability that each sentence of a side is in no bead with the other."""
    # Each bead adds its probability from its first sentence on and takes it off after its last.
    change = np.bincount(likely.begins[:, side], likely.probabilities, count + 1) - np.bincount(
        likely.begins[:, side] + likely.sizes[:, side], likely.probabilities, count + 1
    )
    unmatched: Floats = np.clip(1 - np.cumsum(change)[:count], 0, 1)
    return unmatched
