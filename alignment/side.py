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

    def groups(self, first: int, last: int) -> tuple[Vectors, Lengths]:
        """Return vectors and lengths of all groups that end before sentences first, ..., last - 1.

        Their shapes are (GROUPS, last - first, dim) and (GROUPS, last - first), the smallest groups first.
        Where there is no such group the vector is zero and the length 1.
        """
        vectors = np.zeros((GROUPS, last - first, self.vectors.shape[1]), np.float32)
        lengths = np.ones((GROUPS, last - first), np.float32)
        count = len(self.lengths)
        least = max(first - GROUPS, 0)
        known = self.lengths[least : min(last, count + 1) - 1]
        weighed = self.vectors[least : least + len(known)] * known[:, None]
        for size in range(1, GROUPS + 1):
            begin, end = max(first, size), min(last, count + 1)
            if begin >= end:
                break
            inside = slice(begin - first, end - first)
            added = slice(begin - size - least, end - size - least)
            if size == 1:
                total, lengths[0, inside] = weighed[added], known[added]
                vectors[0, inside] = self.vectors[begin - 1 : end - 1]
                continue
            # One group fewer begins at the start of the version.
            total = total[-(end - begin) :] + weighed[added]
            lengths[size - 1, inside] = lengths[size - 2, inside] + known[added]
            norms = np.sqrt(np.einsum("nd,nd->n", total, total))
            vectors[size - 1, inside] = total / np.maximum(norms, np.float32(1e-9))[:, None]
            if size in self.encoded:
                ends, own = self.encoded[size]
                these = slice(*np.searchsorted(ends, [begin, end]))
                vectors[size - 1, ends[these] - first] = own[these]
        return vectors, lengths
