"""Sentences into batches of like length, within a budget of padded tokens.

Pure. A batch is a tuple of indices; together they hold every index once. Sorting by length keeps padding
small (Ott et al. 2019, "fairseq", section 3); longest first, so that too large a budget shows at once.

`shared_batches` also keeps workers busy that take one batch after the other: large batches cost least, but
with few of them one worker ends long before the other. So the batches are of like cost, two for each worker,
the dearest first (Graham 1969, "Bounds on multiprocessing timing anomalies", section 4). Where the workers
have other batches to go on with, one for each is enough, and larger ones cost less.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SENTENCE = 16  # tokens that a sentence costs whatever its length
_LEAST = 128  # what a batch costs at least; below it, one more costs more than it saves
_LEAST_ALONE = 64  # the same for the first batch of a worker that has nothing else to do


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


def shared_batches(
    lengths: Sequence[int],
    *,
    budget: int,
    workers: int,
    busy: bool = False,
    groups: Sequence[int] | None = None,
) -> list[tuple[int, ...]]:
    """Return batches for workers that each run one at a time, the dearest first.

    They are those of `batches`, cut further where that makes them of like cost. `busy` says that the workers
    have other batches as well.
    """
    groups = groups or [0] * len(lengths)
    costs = [length + _SENTENCE for length in lengths]
    whole = sum(costs)
    share = max(whole / workers, _LEAST)
    if not busy and workers > 1:
        # With one round the others wait for the slowest; with three they are too small.
        twice = whole / (workers * 2)
        share = twice if twice >= _LEAST else max(whole / workers, _LEAST_ALONE)
    found: list[tuple[int, ...]] = []
    for group in sorted(set(groups)):
        members = [index for index in range(len(lengths)) if groups[index] == group]
        members.sort(key=lambda index: -lengths[index])
        for part in _parts(members, costs, share):
            cut = batches([lengths[index] for index in part], budget=budget)
            found += (tuple(part[place] for place in batch) for batch in cut)
    return sorted(found, key=lambda batch: -sum(costs[index] for index in batch))


def _parts(members: Sequence[int], costs: Sequence[int], share: float) -> Iterator[list[int]]:
    """Cut members, in their order, into parts that cost about a share each."""
    whole = sum(costs[index] for index in members)
    number = max(round(whole / share), 1)
    part: list[int] = []
    spent, ended = 0, 0
    for index in members:
        part.append(index)
        spent += costs[index]
        if spent * number >= whole * (ended + 1):
            yield part
            part, ended = [], spent * number // whole
