"""The results of alignment: beads over two versions, rows over many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Bead:
    """Sentences of a source version matched with sentences of a target version.

    Indices are 0-based, ascending and contiguous; either side may be empty (no counterpart), not both.
    `score` is in 0..1, 1 the surest; a bead with an empty side has score 0.
    """

    source: tuple[int, ...]
    target: tuple[int, ...]
    score: float


@dataclass(frozen=True, slots=True)
class Row:
    """A bead over all versions: for each language the indices of its sentences, () where it has none.

    `score` is the mean of the scores over the pairs of versions present, 0 when only one is.
    """

    sentences: Mapping[str, tuple[int, ...]]
    score: float
