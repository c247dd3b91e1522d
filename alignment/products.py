"""Dot products between all groups of sentences of two versions, from those between single sentences.

Method: a group's vector is the sum of its sentences' (see `side`), so that the product of two groups is the
sum of the products between their sentences. Each of these is computed once and summed over windows, where
multiplying group by group would compute it up to sixteen times. Only groups with vectors of their own are
multiplied themselves.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

import numpy as np

from alignment.side import GROUPS, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alignment.search import Scores
    from alignment.side import Indices, Lengths, Vectors

_MARGIN = GROUPS + 2  # ends before and after a version that are asked for, where there is no group
# Of the length of a group whose sentences' vectors cancel out, lest rounding errors give it a direction.
_LEAST_NORM = 1e-3


class GroupTable:
    """What is known of all groups of a version beforehand, by size and by where they end."""

    def __init__(self, side: Side) -> None:
        self.side = side
        count = len(side.lengths)
        # Where there is no group, nothing is alike, and the length is 1.
        self._lengths = np.ones((GROUPS, _MARGIN + count + 1 + _MARGIN), np.float32)
        self._inverse = np.zeros_like(self._lengths)
        lengths = side.lengths.astype(np.float64)
        products = [
            np.einsum("nd,nd->n", side.vectors[apart:], side.vectors[: max(count - apart, 0)])
            * lengths[apart:]
            * lengths[: max(count - apart, 0)]
            for apart in range(GROUPS)
        ]
        squares, total = products[0], lengths
        for size in range(1, min(GROUPS, count) + 1):
            if size > 1:
                # One sentence more in front; one group fewer begins at the start of the version.
                added = products[0][: count - size + 1].copy()
                for apart in range(1, size):
                    first = size - 1 - apart
                    added += 2 * products[apart][: count - apart - first]
                squares = squares[1:] + added
                total = total[1:] + lengths[: count - size + 1]
            norms = np.maximum(np.sqrt(np.maximum(squares, 0)), _LEAST_NORM * total)
            known = slice(_MARGIN + size, _MARGIN + count + 1)
            self._lengths[size - 1, known] = total
            self._inverse[size - 1, known] = 1 / norms

    def with_groups(self, encoded: Mapping[int, tuple[Indices, Vectors]]) -> GroupTable:
        """Return the same with vectors of these groups."""
        table = copy(self)
        table.side = self.side.with_groups(encoded)
        return table

    def lengths(self, ends: range) -> Lengths:
        """Return the lengths of groups that end there, 1 where there is none, shape (GROUPS, len(ends))."""
        return self._at(self._lengths, ends)

    def inverse(self, ends: range) -> Vectors:
        """Return one by the norms of such groups' sums, 0 where there is none, shape (GROUPS, len(ends))."""
        return self._at(self._inverse, ends)

    def own(self, ends: range) -> tuple[Indices, Indices, Vectors] | None:
        """Return sizes less 1, places in `ends` and vectors of the groups that have their own, if any."""
        sizes, places, vectors = [], [], []
        for size, (known, encoded) in self.side.encoded.items():
            first, last = np.searchsorted(known, [ends.start, ends.stop]).tolist()
            if first < last:
                sizes.append(np.full(last - first, size - 1))
                places.append(known[first:last] - ends.start)
                vectors.append(encoded[first:last])
        if not sizes:
            return None
        return np.concatenate(sizes), np.concatenate(places), np.concatenate(vectors)

    def _at(self, table: Vectors, ends: range) -> Vectors:
        first, stop = ends.start + _MARGIN, ends.stop + _MARGIN
        if first >= 0 and stop <= table.shape[1]:
            return table[:, first:stop]
        return table[:, np.clip(np.arange(first, stop), 0, table.shape[1] - 1)]


def group_cosines(source: GroupTable, target: GroupTable, rows: range, columns: range) -> Scores:
    """Return the cosines of the groups that end there, shape (GROUPS, GROUPS, rows, columns); 0 for none."""
    one, one_lengths = _sentences(source.side, rows)
    other, other_lengths = _sentences(target.side, columns)
    here, there = source.inverse(rows), target.inverse(columns)
    products = one @ other.T
    products *= one_lengths[:, None]
    products *= other_lengths
    found = _window_sums(_row_sums(products))
    found *= here[:, None, :, None]
    found *= there[:, None, :]
    ours, theirs = source.own(rows), target.own(columns)
    if ours:
        sizes, places, vectors = ours
        alike = _row_sums((other @ vectors.T) * other_lengths[:, None]) * there[:, :, None]
        found[sizes, :, places] = alike.transpose(2, 0, 1)
    if theirs:
        sizes, places, vectors = theirs
        alike = _row_sums((one @ vectors.T) * one_lengths[:, None]) * here[:, :, None]
        found[:, sizes, :, places] = alike.transpose(2, 0, 1)
    if ours and theirs:
        found[ours[0][:, None], theirs[0], ours[1][:, None], theirs[1]] = ours[2] @ theirs[2].T
    return found


def shared_anchors(source: Side, target: Side, rows: range, columns: range) -> Scores:
    """Return the dot products of the groups' anchors, shape (GROUPS, GROUPS, rows, columns)."""
    one, other = (
        _within(side.anchors, span.start - GROUPS, span.stop - 1)
        for side, span in ((source, rows), (target, columns))
    )
    return _window_sums(_row_sums(one @ other.T))


def _sentences(side: Side, ends: range) -> tuple[Vectors, Lengths]:
    """Return vectors and lengths of the sentences of all groups that end there, zero outside the version."""
    first, last = ends.start - GROUPS, ends.stop - 1
    return _within(side.vectors, first, last), _within(side.lengths, first, last)


def _within(array: Vectors, first: int, last: int) -> Vectors:
    begin, end = max(first, 0), min(last, len(array))
    if (begin, end) == (first, last):
        return array[first:last]
    part = np.zeros((last - first, *array.shape[1:]), array.dtype)
    if begin < end:
        part[begin - first : end - first] = array[begin:end]
    return part


def _row_sums(products: Scores) -> Scores:
    """Sum 1, 2, ... rows up to each, shape (GROUPS, rows - GROUPS + 1, columns)."""
    count = len(products) - GROUPS + 1
    sums = np.empty((GROUPS, count, products.shape[1]), np.float32)
    sums[0] = products[GROUPS - 1 :]
    for more in range(1, GROUPS):
        np.add(sums[more - 1], products[GROUPS - 1 - more :][:count], out=sums[more])
    return sums


def _window_sums(sums: Scores) -> Scores:
    """Sum 1, 2, ... columns up to each, shape (GROUPS, GROUPS, rows, columns - GROUPS + 1)."""
    count = sums.shape[2] - GROUPS + 1
    windows = np.empty((GROUPS, GROUPS, sums.shape[1], count), np.float32)
    windows[:, 0] = sums[:, :, GROUPS - 1 :]
    for more in range(1, GROUPS):
        np.add(windows[:, more - 1], sums[:, :, GROUPS - 1 - more :][:, :, :count], out=windows[:, more])
    return windows
