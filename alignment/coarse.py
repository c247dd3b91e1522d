"""A first path, found from coarse to fine, that says where to look closely.

Method: Thompson and Koehn (2019), "Vecalign: Improved Sentence Alignment in Linear Time and Space", section
3.3. Both versions are halved by averaging neighbouring sentences until they are short enough to compare
whole; the path found there is doubled and searched again in a corridor round it, up to the single
sentences. Nothing is held to the diagonal: a third of one version may be absent. The versions' mean vectors
are taken off first, because the averages of many sentences of one language resemble each other more than
their translations.

Left out: groups of sentences; a merged sentence is matched with one of its parts here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alignment.search import Corridor, Floats, Indices, Scores, best_path

if TYPE_CHECKING:
    from alignment.side import Vectors

_WHOLE = 1000  # sentences on the longer side that are compared all with all
_WIDTH = 8
_FEW = 10  # sentences
_EQUAL = 1e-4
_NOISE = 2.0  # a match must be this many standard deviations above unrelated sentences


class _Matches:
    """Scores of 1:1 matches of centred vectors."""

    groups = 1

    def __init__(self, source: Vectors, target: Vectors) -> None:
        self.null_source: Floats = np.zeros(len(source))
        self.null_target: Floats = np.zeros(len(target))
        self._source = source
        self._target = target
        unrelated = _sample(source) @ _sample(target).T
        self._least = float(unrelated.mean() + _NOISE * unrelated.std())

    def block(self, rows: range, columns: range) -> Scores:
        """Score the matches that end at the nodes of a block, shape (1, 1, rows, columns)."""
        # Before row 0 and column 0 there is no sentence. Slices are views; copies would cost much.
        row, column = max(rows.start, 1), max(columns.start, 1)
        scores: Scores = np.zeros((1, 1, len(rows), len(columns)), np.float32)
        matches = scores[0, 0, row - rows.start :, column - columns.start :]
        source, target = self._source[row - 1 : rows.stop - 1], self._target[column - 1 : columns.stop - 1]
        np.subtract(source @ target.T, np.float32(self._least), out=matches)
        return scores


def rough_path(source: Vectors, target: Vectors) -> Indices:
    """Return the nodes of a path of 1:1 and null steps, shape (k, 2), from (0, 0) to (n, m)."""
    levels = [_centred(source, target)]  # copies, made unit vectors in place when they are halved no more
    while max(len(levels[-1][0]), len(levels[-1][1])) > _WHOLE:
        levels.append((_halved(levels[-1][0]), _halved(levels[-1][1])))
    one, other = levels.pop()
    path = best_path(_Matches(_unit(one), _unit(other)), Corridor.full(len(one), len(other)))
    for one, other in reversed(levels):
        corridor = Corridor.around(np.minimum(path * 2, [len(one), len(other)]), _WIDTH)
        path = best_path(_Matches(_unit(one), _unit(other)), corridor)
    return path


def _centred(source: Vectors, target: Vectors) -> tuple[Vectors, Vectors]:
    """Take off each version's mean vector; a few sentences have none of their own, and borrow the other's."""
    sums = source.sum(axis=0), target.sum(axis=0)
    shared = (sums[0] + sums[1]) / (len(source) + len(target))
    means = [
        (total + _FEW * shared) / (len(side) + _FEW)
        for side, total in zip((source, target), sums, strict=True)
    ]
    return source - means[0], target - means[1]


def _halved(vectors: Vectors) -> Vectors:
    even = len(vectors) // 2 * 2
    pairs = vectors[:even].reshape(-1, 2, vectors.shape[1]).sum(axis=1)
    return np.concatenate([pairs, vectors[even:]])


def _unit(vectors: Vectors) -> Vectors:
    """Divide vectors by their norms, in place."""
    norms = np.sqrt(np.einsum("nd,nd->n", vectors, vectors))
    # What is left of a sentence that all others equal is rounding error, and no direction.
    vectors *= np.where(norms < _EQUAL, 0, 1 / np.maximum(norms, np.float32(_EQUAL)))[:, None]
    return vectors


def _sample(vectors: Vectors) -> Vectors:
    """Return at most 256 vectors, evenly spread."""
    return vectors[np.linspace(0, len(vectors) - 1, min(len(vectors), 256)).astype(np.intp)]
