"""What a bead is worth: a weighted sum of a few pieces of evidence, as log odds.

Method: a log-linear model over beads, which makes the path a semi-Markov conditional random field (Sarawagi
and Cohen, 2004); its fourteen weights are learnt by `scripts/learn_weights.py`. The evidence, for a bead a:b:

- similarity: the cosine of its sides' vectors, on the article's own scale, where 0 is what unrelated
  sentences have and 1 what matched sentences have, so that one set of weights serves close and free
  translations, and any encoder; once (`similarity`) and once for each sentence beyond one and one
  (`similarity_by`).
- length: how far the lengths in characters are from the article's usual ratio, more telling the longer the
  sentences (Gale and Church, 1993), levelling off: 1 - exp(-2 |log ratio| sqrt(characters / 100)).
- extension: by how much a sentence before or after, on either side, would make the sides more alike.
- part: by how much the sides are more alike without one of their outer sentences; negative, down to -0.5,
  where every part is needed.
- anchor: how much both sides hold letter for letter, numbers and names above all (see `anchors`).
- block: where the versions have blocks, whether the bead's edges are theirs.
- its size (`two_one` and so on), and for a null bead `null` alone.

Left out: a dictionary, and the kinds of blocks.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from alignment.products import GroupTable, group_cosines, shared_anchors
from alignment.side import GROUPS, Side

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alignment.search import Floats, Scores
    from alignment.side import Indices, Starts, Vectors
    from alignment.weights import Weights

# As shares of what unrelated sentences leave to identical ones, so that they hold for any encoder:
_LEAST_CONTRAST = 0.44  # matched sentences are at least this much more alike than unrelated ones
_USUAL_CONTRAST = 0.6  # taken where there is too little to measure
_USUAL_UNRELATED = 0.1
_MOST_UNRELATED = 0.97  # where all sentences are the same, unrelated ones are as alike as matched ones
_FEW = 10  # pairs
_ENOUGH = 4  # matched sentences to measure by
_DOUBTFUL = 0.4  # a similarity, on the article's scale, that is as likely of a match as of none
_CHUNK = 2048
_LONG = 400.0  # characters from which a length is no more telling
_LENGTH_SCALE = 0.5
_TEN = np.float32(10)  # nats
_SIZES = np.arange(1, GROUPS + 1)[:, None]
_MOST_APART = 3  # times as many blocks, beyond which blocks say nothing


@dataclass(frozen=True, slots=True)
class Levels:
    """The scale of an article: similarity of unrelated and of matched sentences, log of the length ratio."""

    unrelated: float
    matched: float
    log_ratio: float

    @classmethod
    def measured(cls, source: Side, target: Side, rough: Indices) -> Levels:
        """Measure two versions by the 1:1 steps of a rough path, nodes of shape (k, 2)."""
        steps = np.diff(rough, axis=0).all(axis=1)
        i, j = rough[:-1][steps].T
        cosines = np.einsum("nd,nd->n", source.vectors[i], target.vectors[j])
        # All pairs but the matched ones, and a few of the usual kind, lest a short article say what is
        # unrelated.
        rest = float(source.vectors.sum(axis=0) @ target.vectors.sum(axis=0)) - float(cosines.sum())
        count = len(source.lengths) * len(target.lengths) - len(cosines)
        unrelated = min((rest + _FEW * _USUAL_UNRELATED) / (count + _FEW), _MOST_UNRELATED)
        room = 1 - unrelated
        matched, log_ratio = unrelated + _USUAL_CONTRAST * room, 0.0
        if len(cosines) >= _ENOUGH:
            matched = float(np.median(cosines))
            log_ratio = float(np.median(np.log(target.lengths[j]) - np.log(source.lengths[i])))
        matched = min(max(matched, unrelated + _LEAST_CONTRAST * room), 1.0)
        return cls(unrelated, matched, log_ratio)


class BeadCost:
    """The log odds of all beads between two versions, in the form that the search asks for."""

    def __init__(self, source: Side, target: Side, levels: Levels, weights: Weights) -> None:
        """`levels` are the article's, measured once and kept when groups are encoded."""
        self.groups = GROUPS
        self.null_source: Floats = np.full(len(source.lengths), weights.null)
        self.null_target: Floats = np.full(len(target.lengths), weights.null)
        self._source_groups, self._target_groups = GroupTable(source), GroupTable(target)
        self._levels = levels
        self._weights = weights
        self._by_size = _by_size(weights)
        blocks = [max(int(side.starts.sum()) - 1, 0) for side in (source, target)]
        # One block a version says nothing, nor do blocks that are cut quite differently.
        self._blocked = min(blocks) > 1 and max(blocks) <= _MOST_APART * min(blocks)
        self._edges = _Edges(source.starts), _Edges(target.starts)

    def with_groups(
        self,
        source: Mapping[int, tuple[Indices, Vectors]],
        target: Mapping[int, tuple[Indices, Vectors]],
    ) -> BeadCost:
        """Return the same with vectors of these groups, as `Side.encoded` has them."""
        cost = copy(self)
        cost._source_groups = self._source_groups.with_groups(source)
        cost._target_groups = self._target_groups.with_groups(target)
        return cost

    def block(self, rows: range, columns: range) -> Scores:
        """Score the beads that end at the nodes of a block, shape (GROUPS, GROUPS, rows, columns)."""
        # A margin of one sentence all round, for what a bead would be with its neighbours or without its
        # parts.
        scaled = group_cosines(
            self._source_groups,
            self._target_groups,
            range(rows.start - 1, rows.stop + 1),
            range(columns.start - 1, columns.stop + 1),
        )
        unrelated, matched = self._levels.unrelated, self._levels.matched
        scaled -= np.float32(unrelated)
        scaled *= np.float32(1 / (matched - unrelated))
        similarity = scaled[:, :, 1:-1, 1:-1]
        weights = self._weights
        sizes = np.arange(GROUPS)[:, None] + np.arange(GROUPS)
        slope = (weights.similarity + weights.similarity_by * sizes).astype(np.float32)[:, :, None, None]
        scores: Scores = similarity * slope + self._by_size
        scores -= np.float32(weights.extension) * _extension(scaled)
        scores -= np.float32(weights.part) * _part(scaled)
        scores -= np.float32(weights.length) * self._stretch(rows, columns)
        if self._source_groups.side.anchors.shape[1]:
            scores += np.float32(weights.anchor) * self._shared(rows, columns)
        if self._blocked:
            scores += np.float32(weights.block) * self._agreement(rows, columns)
        return scores

    def similarity(self, path: Indices) -> Floats:
        """Return how alike the sides of each bead of a path are, on the article's scale; 0 for null beads.

        `path` holds nodes, shape (k, 2); the result has shape (k - 1,).
        """
        sizes, ends = np.diff(path, axis=0), path[1:]
        cosines = np.zeros(len(sizes))
        both = np.flatnonzero(sizes.all(axis=1))
        for first in range(0, len(both), _CHUNK):
            here = both[first : first + _CHUNK]
            one, other = (
                groups.side.gathered(sizes[here, axis], ends[here, axis])
                for axis, groups in enumerate((self._source_groups, self._target_groups))
            )
            cosines[here] = np.einsum("nd,nd->n", one, other)
        scaled = (cosines - self._levels.unrelated) / (self._levels.matched - self._levels.unrelated)
        return np.where(sizes.all(axis=1), scaled, 0.0)

    def sure(self, similarity: Floats) -> Floats:
        """Return the probability of a match by similarity alone, whatever stands around it."""
        sure: Floats = 1 / (1 + np.exp(-self._weights.similarity * (similarity - _DOUBTFUL)))
        return sure

    def _shared(self, rows: range, columns: range) -> Scores:
        """Return what both sides hold, by its rarity, shape (GROUPS, GROUPS, rows, columns)."""
        shared: Scores = shared_anchors(self._source_groups.side, self._target_groups.side, rows, columns)
        shared /= _TEN
        return shared

    def _agreement(self, rows: range, columns: range) -> Scores:
        """Return how well a bead's edges agree with those of blocks, shape (GROUPS, GROUPS, rows, columns).

        Where it begins and where it ends: 1 if both versions have an edge, -1 if one has; less 1 for each
        edge inside.
        """
        source, target = self._edges
        begin, end, inside = source.of_groups(rows)
        begin_there, end_there, inside_there = target.of_groups(columns)
        # Two edges, each 0 or 1, count 3 * one * other - one - other, which is one * (3 * other - 1) - other.
        agree: Scores = begin[:, None, :, None] * (3 * begin_there - 1)[:, None, :]
        agree -= inside[:, None, :, None] - (end[:, None] * (3 * end_there - 1) - end_there)
        agree -= (begin_there + inside_there)[:, None, :]
        return agree

    def _stretch(self, rows: range, columns: range) -> Scores:
        """Return how far lengths disagree, 0 to 1, shape (GROUPS, GROUPS, rows, columns)."""
        source, target = self._source_groups.lengths(rows), self._target_groups.lengths(columns)
        one = (np.log(source) + np.float32(self._levels.log_ratio))[:, None, :, None]
        stretch: Scores = np.log(target)[None, :, None, :] - one
        np.abs(stretch, out=stretch)
        telling = source[:, None, :, None] + target[None, :, None, :]
        np.minimum(telling, np.float32(2 * _LONG), out=telling)
        telling /= np.float32(200 * _LENGTH_SCALE**2)
        np.sqrt(telling, out=telling)
        stretch *= telling
        np.negative(stretch, out=stretch)
        np.exp(stretch, out=stretch)
        return np.subtract(np.float32(1), stretch, out=stretch)


class _Edges:
    """Where a version's blocks begin and end."""

    def __init__(self, starts: Starts) -> None:
        self._starts = starts.astype(np.float32)
        self._total = np.concatenate([[0], np.cumsum(starts)]).astype(np.float32)

    def of_groups(self, ends: range) -> tuple[Scores, Scores, Scores]:
        """Tell of groups that end there whether a block begins with them, one ends, and how many are cut.

        Their shapes are (GROUPS, len(ends)), but (len(ends),) of the ends, which are the same for all sizes.
        """
        last = len(self._starts) - 1
        end = np.clip(np.arange(ends.start, ends.stop), 0, last)
        begin = np.maximum(end - _SIZES, 0)
        inside = np.maximum(self._total[end] - self._total[np.minimum(begin + 1, last)], 0)
        return self._starts[begin], self._starts[end], inside


def _by_size(weights: Weights) -> Scores:
    """Return what a bead's size adds, shape (GROUPS, GROUPS, 1, 1)."""
    sizes = np.arange(GROUPS)[:, None] + np.arange(GROUPS)
    added = weights.bead + weights.larger + weights.larger_by * sizes
    added[0, 0] = weights.bead
    added[0, 1] = added[1, 0] = weights.bead + weights.two_one
    added[1, 1] = weights.bead + weights.two_two
    added[0, 2] = added[2, 0] = weights.bead + weights.three_one
    return added.astype(np.float32)[:, :, None, None]


def _extension(scaled: Scores) -> Scores:
    """Return by how much the best neighbour would make a bead's sides more alike, at least 0."""
    here = scaled[:, :, 1:-1, 1:-1]
    best = here.copy()
    # With the same end, a sentence before joins; with the next end, the one after.
    for after in (slice(1, -1), slice(2, None)):
        np.maximum(best[:-1], scaled[1:, :, after, 1:-1], out=best[:-1])
        np.maximum(best[:, :-1], scaled[:, 1:, 1:-1, after], out=best[:, :-1])
    best -= here
    return best


def _part(scaled: Scores) -> Scores:
    """Return by how much a bead is more alike without one outer sentence, at least -0.5; 0 for 1:1."""
    here = scaled[:, :, 1:-1, 1:-1]
    best = here - np.float32(0.5)
    # With the same end, the first sentence leaves; with the end before, the last one.
    for before in (slice(1, -1), slice(0, -2)):
        np.maximum(best[1:], scaled[:-1, :, before, 1:-1], out=best[1:])
        np.maximum(best[:, 1:], scaled[:, :-1, 1:-1, before], out=best[:, 1:])
    best -= here
    best[0, 0] = 0
    return best
