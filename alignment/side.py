"""One encoded version: vectors and lengths of its sentences and of groups of them.

Method: a group's vector is the length-weighted mean of its sentences' vectors (Thompson and Koehn, 2019,
"Vecalign", use sums; Liu and Zhu, 2023, "Bertalign", encode every group). Groups that matter are encoded as
what they are, the sentences joined by a space, and given to `with_groups`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

Vectors = npt.NDArray[np.float32]
Lengths = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]
Starts = npt.NDArray[np.bool_]

GROUPS = 4  # the most sentences that a bead has on one side


@dataclass(frozen=True, slots=True)
class Side:
    """The sentences of a version.

    `vectors` are of unit length, shape (n, dim); `lengths` are in characters, at least 1, shape (n,).
    `encoded` holds, by size, the groups with vectors of their own: where they end (the sentence after,
    ascending), and the vectors. `anchors` are what the sentences hold of what both versions hold (see
    `anchors`), shape (n, k); with k = 0 there are none. `starts` tells which sentences begin a block, shape
    (n + 1,), the end counting as a beginning; it is empty where blocks are not known.
    """

    vectors: Vectors
    lengths: Lengths
    encoded: Mapping[int, tuple[Indices, Vectors]] = field(default_factory=dict)
    anchors: Vectors = field(default_factory=lambda: np.zeros((0, 0), np.float32))
    starts: Starts = field(default_factory=lambda: np.zeros(0, np.bool_))

    def with_groups(self, encoded: Mapping[int, tuple[Indices, Vectors]]) -> Side:
        """Return the same version with vectors of these groups."""
        return replace(self, encoded=encoded)

    def with_anchors(self, anchors: Vectors) -> Side:
        """Return the same version with what its sentences hold of what both versions hold."""
        return replace(self, anchors=anchors)

    def gathered(self, sizes: Indices, ends: Indices) -> Vectors:
        """Return the vectors of the groups of these sizes that end there, shape (len(sizes), dim)."""
        vectors: Vectors = self.vectors[ends - 1]
        for size in range(2, GROUPS + 1):
            these = np.flatnonzero(sizes == size)
            if not len(these):
                continue
            last = ends[these]
            total = np.zeros((len(these), vectors.shape[1]), np.float32)
            for back in range(1, size + 1):
                total += self.vectors[last - back] * self.lengths[last - back][:, None]
            norms = np.sqrt(np.einsum("nd,nd->n", total, total))
            vectors[these] = total / np.maximum(norms, np.float32(1e-9))[:, None]
            known, own = self.encoded.get(size, (np.zeros(0, np.intp), vectors))
            if len(known):
                place = np.minimum(np.searchsorted(known, last), len(known) - 1)
                its_own = known[place] == last
                vectors[these[its_own]] = own[place[its_own]]
        return vectors
