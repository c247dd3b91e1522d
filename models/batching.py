"""Sentences into batches of like length, within a budget of padded tokens.

Pure. A batch is a tuple of indices; together they hold every index once. Sorting by length keeps padding
small (Ott et al. 2019, "fairseq", section 3); longest first, so that too large a budget shows at once.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def batches(
    lengths: Sequence[int], *, budget: int, groups: Sequence[int] | None = None
) -> Iterator[tuple[int, ...]]:
    """Yield batches of indices into `lengths`, longest first; equal lengths keep their order.

    A batch's longest length times its number of sentences stays within `budget` (a sentence longer than the
    budget is a batch of its own). Sentences of different `groups` are never in one batch.
    """
    groups = groups or [0] * len(lengths)
    order = sorted(range(len(lengths)), key=lambda index: (-groups[index], -lengths[index]))
    for _, members in groupby(order, key=groups.__getitem__):
        batch: list[int] = []
        for index in members:
            if batch and lengths[batch[0]] * (len(batch) + 1) > budget:
                yield tuple(batch)
                batch = []
            batch.append(index)
        yield tuple(batch)
