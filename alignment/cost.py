"""What a bead is worth: how alike its sides are, and whether their lengths agree.

Method: a bead's sides are compared by the cosine of their encoder vectors, a group's vector being the
length-weighted mean of its sentences' vectors (after Thompson and Koehn, 2019, "Vecalign", section 3, and
Liu and Zhu, 2023, "Bertalign", section 3.2); lengths in characters are compared by their log ratio (Gale
and Church, 1993). A bead counts as many times as it has sentences, so that beads of all sizes compete on
equal terms.

Left out: the words themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from alignment.search import Floats, Scores

Vectors = npt.NDArray[np.float32]

GROUPS = 4
_NULL_SIMILARITY = 0.30  # a bead below it is worth less than leaving its sentences out
_LENGTH_WEIGHT = 0.12
_SIZE_PENALTY = 0.16  # for each sentence beyond one and one
_SURE_SLOPE = 9.0
_SURE_SIMILARITY = 0.45


@dataclass(frozen=True, slots=True)
class Side:
    """One version's sentences: unit vectors, shape (n, dim), and their characters (1 or more), shape (n,)."""

    vectors: Vectors
    lengths: npt.NDArray[np.float32]

    def groups(self, size: int, first: int, last: int) -> tuple[Vectors, npt.NDArray[np.float32]]:
        """Return vectors and lengths of the groups of `size` sentences that end before first, ..., last - 1.

        A group that would begin before the first sentence is given as the sentences there are.
        """
        vectors = np.zeros((last - first, self.vectors.shape[1]), np.float32)
        lengths = np.zeros(last - first, np.float32)
        for back in range(1, size + 1):
            begin = max(first, back)
            part = slice(begin - back, last - back)
            vectors[begin - first :] += self.vectors[part] * self.lengths[part, None]
            lengths[begin - first :] += self.lengths[part]
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors / np.maximum(norms, 1e-9), np.maximum(lengths, 1.0)


class BeadCost:
    """The scores of all beads between two versions, in the form that `search.best_path` asks for."""

    def __init__(self, source: Side, target: Side, length_ratio: float = 1.0) -> None:
        """`length_ratio` is how long the target is for a source of length 1."""
        self.groups = GROUPS
        self.null_source: Floats = np.zeros(len(source.vectors))
        self.null_target: Floats = np.zeros(len(target.vectors))
        self._source = source
        self._target = target
        self._log_ratio = np.float32(np.log(length_ratio))

    def block(self, rows: range, columns: range) -> Scores:
        """Score the beads that end at the nodes of a block, shape (rows, columns, GROUPS, GROUPS)."""
        scores = np.empty((len(rows), len(columns), GROUPS, GROUPS), np.float32)
        targets = [self._target.groups(b, columns.start, columns.stop) for b in range(1, GROUPS + 1)]
        for a in range(1, GROUPS + 1):
            vectors, lengths = self._source.groups(a, rows.start, rows.stop)
            for b, (others, other_lengths) in enumerate(targets, start=1):
                similar = vectors @ others.T
                stretch = np.abs(np.log(other_lengths)[None, :] - np.log(lengths)[:, None] - self._log_ratio)
                worth = similar - _NULL_SIMILARITY - _LENGTH_WEIGHT * stretch
                scores[:, :, a - 1, b - 1] = worth * ((a + b) / 2) - _SIZE_PENALTY * (a + b - 2)
        return scores

    def sure(self, source: slice, target: slice) -> float:
        """Return how sure the bead of these sentences is, in 0..1, from its similarity alone."""
        one, _ = self._source.groups(source.stop - source.start, source.stop, source.stop + 1)
        other, _ = self._target.groups(target.stop - target.start, target.stop, target.stop + 1)
        similar = float(one[0] @ other[0])
        return float(1.0 / (1.0 + np.exp(-_SURE_SLOPE * (similar - _SURE_SIMILARITY))))
