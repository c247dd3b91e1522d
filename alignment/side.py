"""One encoded version: vectors and lengths of its sentences and of groups of them.

Method: a group's vector is the length-weighted mean of its sentences' vectors (Thompson and Koehn, 2019,
"Vecalign", use sums; Liu and Zhu, 2023, "Bertalign", encode every group). Groups that matter are encoded as
what they are, the sentences joined by a space, and given to `with_groups`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping

Vectors = npt.NDArray[np.float32]
Lengths = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]

GROUPS = 4  # the most sentences that a bead has on one side


@dataclass(frozen=True, slots=True)
class Side:
    """The sentences of a version.

    `vectors` are of unit length, shape (n, dim); `lengths` are in characters, at least 1, shape (n,).
    `encoded` holds, by size, the groups with vectors of their own: where they end (the sentence after,
    ascending), and the vectors.
    """

    vectors: Vectors
    lengths: Lengths
    encoded: Mapping[int, tuple[Indices, Vectors]] = field(default_factory=dict)

    def with_groups(self, encoded: Mapping[int, tuple[Indices, Vectors]]) -> Side:
        """Return the same version with vectors of these groups."""
        return Side(self.vectors, self.lengths, encoded)

    def groups(self, size: int, first: int, last: int) -> tuple[Vectors, Lengths]:
        """Return vectors and lengths of the groups of `size` that end before sentences first, ..., last - 1.

        Where there is no such group the vector is zero and the length 1.
        """
        vectors = np.zeros((last - first, self.vectors.shape[1]), np.float32)
        lengths = np.ones(last - first, np.float32)
        begin, end = max(first, size), min(last, len(self.lengths) + 1)
        if begin >= end:
            return vectors, lengths
        inside = slice(begin - first, end - first)
        parts = [slice(begin - back, end - back) for back in range(1, size + 1)]
        lengths[inside] = sum(self.lengths[part] for part in parts)
        if size == 1:
            vectors[inside] = self.vectors[parts[0]]
            return vectors, lengths
        mean = sum(self.vectors[part] * self.lengths[part, None] for part in parts)
        vectors[inside] = mean / np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
        if size in self.encoded:
            ends, own = self.encoded[size]
            these = slice(*np.searchsorted(ends, [begin, end]))
            vectors[ends[these] - first] = own[these]
        return vectors, lengths
