"""The order in which pairs are learnt from: a function of the seed and a cursor, never of a process's life.

An epoch shows each pair `weight` times on average (a weight of 1.5: once, and again with chance 1/2),
shuffled. It is cut into shards; the pairs of a shard are sorted by length and grouped into batches of like
lengths, and the batches shuffled. The cursor is all that a saved state needs to go on with the next batch.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.pool import Pool, Ragged

Indices = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The next batch: its epoch, shard and place in the shard (from 0), the shard's budget and limit."""

    epoch: int = 0
    shard: int = 0
    batch: int = 0
    budget: int = 0
    longest: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded ids, (pairs, longest) each; `decoder` is `labels` shifted right behind the start token."""

    source: torch.Tensor
    decoder: torch.Tensor
    labels: torch.Tensor
    tokens: int  # real target tokens


class BatchStream:
    """Draws batches.

    `budget` gives the padded tokens a side for an update, `longest` the tokens a side of its longest pair
    (0: no limit); both are asked where a shard begins.
    """

    def __init__(
        self,
        pool: Pool,
        weights: npt.NDArray[np.float64],
        *,
        seed: int,
        shard_pairs: int,
        budget: Callable[[int], int],
        pad: int,
        start: int,
        longest: Callable[[int], int] = lambda step: 0,
    ) -> None:
        self._pool, self._weights, self._seed = pool, weights, seed
        self._shard_pairs, self._budget, self._pad, self._start = shard_pairs, budget, pad, start
        self._longest = longest
        self._epoch: tuple[int, Indices] | None = None
        self._shard: tuple[Cursor, list[Indices]] | None = None

    def draw(self, cursor: Cursor, step: int) -> tuple[Batch, Cursor]:
        """Draw the batch at the cursor, for update `step`, and the cursor behind it."""
        order = self._order(cursor.epoch)
        if cursor.shard * self._shard_pairs >= len(order):
            return self.draw(Cursor(cursor.epoch + 1), step)
        if cursor.batch == 0:
            cursor = replace(cursor, budget=self._budget(step), longest=self._longest(step))
        groups = self._groups(replace(cursor, batch=0), order)
        if cursor.batch >= len(groups):
            return self.draw(Cursor(cursor.epoch, cursor.shard + 1), step)
        batch = make_batch(self._pool, groups[cursor.batch], self._pad, self._start)
        return batch, replace(cursor, batch=cursor.batch + 1)

    def _order(self, epoch: int) -> Indices:
        if self._epoch is None or self._epoch[0] != epoch:
            self._epoch = epoch, epoch_order(self._weights, self._seed, epoch)
        return self._epoch[1]

    def _groups(self, shard: Cursor, order: Indices) -> list[Indices]:
        if self._shard is None or self._shard[0] != shard:
            members = order[shard.shard * self._shard_pairs :][: self._shard_pairs]
            source, target = self._pool.source.lengths, self._pool.target.lengths
            short = members[np.maximum(source[members], target[members]) <= shard.longest]
            if len(short):  # none: there is no limit, or nothing in this shard is under it
                members = short
            groups = group_by_length(members, source, target, shard.budget)
            np.random.default_rng([self._seed, shard.epoch, shard.shard]).shuffle(groups)
            self._shard = shard, groups
        return self._shard[1]


def epoch_order(weights: npt.NDArray[np.float64], seed: int, epoch: int) -> Indices:
    """Give the indices of the epoch's pairs, shuffled, each repeated by its weight."""
    generator = np.random.default_rng([seed, epoch])
    repeats = np.floor(weights + generator.random(len(weights))).astype(np.int64)
    return generator.permutation(np.repeat(np.arange(len(weights)), repeats))


def group_by_length(
    members: Indices, source: npt.NDArray[np.int64], target: npt.NDArray[np.int64], budget: int
) -> list[Indices]:
    """Cut `members`, sorted by length, so that no group pads to over `budget` tokens a side.

    They are sorted by target and then by source length. A pair longer than the budget makes its own group.
    """
    ordered = members[np.lexsort((source[members], target[members]))]
    sizes = np.maximum(source[ordered], target[ordered])
    groups: list[Indices] = []
    begin, longest = 0, 0
    for position, size in enumerate(sizes):
        longest = max(longest, int(size))
        if position > begin and longest * (position + 1 - begin) > budget:
            groups.append(ordered[begin:position])
            begin, longest = position, int(size)
    if len(ordered):
        groups.append(ordered[begin:])
    return groups


def make_batch(pool: Pool, group: Indices, pad: int, start: int) -> Batch:
    """Pad the group's pairs."""
    labels = padded(pool.target, group, pad)
    decoder = torch.full_like(labels, pad)
    decoder[:, 0] = start
    decoder[:, 1:] = labels[:, :-1]
    tokens = int(_lengths(pool.target, group).sum())
    return Batch(padded(pool.source, group, pad), decoder, labels, tokens)


def _lengths(sequences: Ragged, group: Indices) -> Indices:
    return sequences.offsets[group + 1] - sequences.offsets[group]


def padded(sequences: Ragged, group: Indices, pad: int) -> torch.Tensor:
    """Give the group's sequences as rows, (group, longest), filled up with `pad`."""
    rows = np.full((len(group), int(_lengths(sequences, group).max())), pad, np.int64)
    for row, index in zip(rows, group, strict=True):
        sequence = sequences[index]
        row[: len(sequence)] = sequence
    return torch.from_numpy(rows)
