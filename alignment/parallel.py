"""Rows of versions that are known to correspond sentence by sentence, as a translation does to its source.

Nothing is searched for; the rows are scored as beads are, so that a weak translation shows.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from alignment.aligner import Encoder, encoded
from alignment.beads import Row
from alignment.cost import BeadCost, Levels
from alignment.errors import AlignmentError, TooFewVersionsError
from alignment.lexical import LexicalEncoder
from alignment.weights import Weights

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
    sides = [encoded(sentences, encoder).side for sentences in versions.values()]
    size = len(sides[0].lengths)
    if not size:
        return []
    weights = Weights.learnt(lexical=isinstance(encoder, LexicalEncoder))
    together = np.repeat(np.arange(size + 1)[:, None], 2, axis=1)
    costs = [
        BeadCost(one, other, Levels.measured(one, other, together), weights)
        for one, other in combinations(sides, 2)
    ]
    scores = np.mean([cost.sure(cost.similarity(together)) for cost in costs], axis=0)
    return [Row(dict.fromkeys(versions, (index,)), float(scores[index])) for index in range(size)]
