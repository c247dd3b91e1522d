"""Rows of versions that are known to correspond sentence by sentence, as a translation does to its source.

Nothing is searched for; the rows are scored as beads are, so that a weak translation shows.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from alignment.aligner import Encoder, encoded
from alignment.beads import Row
from alignment.cost import BeadCost
from alignment.errors import AlignmentError, TooFewVersionsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class UnequalVersionsError(AlignmentError):
    """Versions that should correspond sentence by sentence have different numbers of sentences."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.sizes = dict(sizes)
        counts = ", ".join(f"{language} has {size}" for language, size in sizes.items())
        super().__init__(f"Versions are not parallel: {counts} sentences; align them instead.")


def parallel_rows(versions: Mapping[str, Sequence[str]], encoder: Encoder) -> list[Row]:
    """Return one row for each sentence number, scored as the mean over the pairs of versions.

    Raises TooFewVersionsError, UnequalVersionsError, or what `alignment.align` raises.
    """
    if len(versions) < 2:
        raise TooFewVersionsError(list(versions))
    sizes = {language: len(sentences) for language, sentences in versions.items()}
    if len(set(sizes.values())) > 1:
        raise UnequalVersionsError(sizes)
    sides = [encoded(sentences, encoder) for sentences in versions.values()]
    costs = [BeadCost(one, other) for one, other in combinations(sides, 2)]
    rows = []
    for index in range(len(sides[0].lengths)):
        here = slice(index, index + 1)
        score = sum(cost.sure(here, here) for cost in costs) / len(costs)
        rows.append(Row(dict.fromkeys(versions, (index,)), score))
    return rows
