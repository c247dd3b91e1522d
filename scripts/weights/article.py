"""A pair of versions as the weights are learnt from it: its evidence, its right beads, and the loss."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

import numpy as np

from alignment.aligner import LIKELY, WIDTH, EncodedVersion, encoded_groups
from alignment.anchors import anchor_vectors
from alignment.coarse import rough_path
from alignment.cost import BeadCost, Levels
from alignment.posterior import posteriors
from alignment.search import Corridor
from alignment.side import GROUPS
from alignment.weights import Weights

if TYPE_CHECKING:
    import numpy.typing as npt

    from alignment.aligner import Encoder
    from alignment.search import Floats, Scores
    from weights.edits import Gold

NAMES = tuple(field.name for field in fields(Weights))


class Article:
    """A pair of versions with its evidence: one table of scores for each weight."""

    def __init__(self, source: EncodedVersion, target: EncodedVersion, gold: Gold) -> None:
        self.source, self.target = _with_anchors(source, target)
        self.gold = gold
        self.n, self.m = len(source.sentences), len(target.sentences)
        rough = rough_path(source.side.vectors, target.side.vectors)
        self.corridor = Corridor.around(rough, WIDTH)
        self.levels = Levels.measured(source.side, target.side, rough)
        self._measure()

    def encode_likely(self, weights: Weights, encoder: Encoder) -> None:
        """Give the groups that are likely under these weights vectors of their own."""
        cost = BeadCost(self.source.side, self.target.side, self.levels, weights)
        likely = posteriors(cost, self.corridor)
        sides = []
        for index, version in enumerate((self.source, self.target)):
            groups = encoded_groups(version.sentences, likely.of_groups(index, LIKELY), encoder)
            sides.append(replace(version, side=version.side.with_groups(groups)))
        self.source, self.target = sides
        self._measure()

    def _measure(self) -> None:
        rows, columns = range(self.n + 1 + GROUPS), range(self.m + 1 + GROUPS)
        zero = dict.fromkeys(NAMES, 0.0)
        alone = [Weights(**{**zero, name: 1.0}) for name in NAMES]
        costs = [BeadCost(self.source.side, self.target.side, self.levels, weights) for weights in alone]
        self.evidence = np.stack([cost.block(rows, columns) for cost in costs])
        self.right = np.zeros(len(NAMES))
        for ours, theirs in self.gold:
            if ours and theirs:
                self.right += self.evidence[:, len(ours) - 1, len(theirs) - 1, ours[-1] + 1, theirs[-1] + 1]
            else:
                self.right[NAMES.index("null")] += 1

    def loss(self, weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        """Return the negative log likelihood of the right path and its gradient."""
        null = weights[NAMES.index("null")]
        likely = posteriors(_LinearScores(self, weights, null), self.corridor, least=1e-4)
        (a, b), (i, j) = (likely.sizes - 1).T, (likely.begins + likely.sizes).T
        expected = self.evidence[:, a, b, i, j] @ likely.probabilities
        covered = likely.sizes.sum(axis=1) @ likely.probabilities
        expected[NAMES.index("null")] += self.n + self.m - covered
        return likely.log_sum - float(self.right @ weights), expected - self.right


class _LinearScores:
    """An article's evidence under some weights, in the form that `posteriors` asks for."""

    def __init__(self, article: Article, weights: npt.NDArray[np.float64], null: float) -> None:
        self.groups = GROUPS
        self.null_source: Floats = np.full(article.n, null)
        self.null_target: Floats = np.full(article.m, null)
        self._scores = np.tensordot(weights.astype(np.float32), article.evidence, axes=1)

    def block(self, rows: range, columns: range) -> Scores:
        """Return the scores of the beads that end in a block."""
        scores: Scores = self._scores[:, :, rows.start : rows.stop, columns.start : columns.stop]
        return np.ascontiguousarray(scores)


def learnable(gold: Gold) -> bool:
    """Tell whether every bead is one that the aligner can make."""
    return all(len(ours) <= GROUPS and len(theirs) <= GROUPS for ours, theirs in gold)


def _with_anchors(source: EncodedVersion, target: EncodedVersion) -> tuple[EncodedVersion, EncodedVersion]:
    """Return the two versions with what they share letter for letter."""
    ours, theirs = anchor_vectors(source.sentences, target.sentences)
    return (
        replace(source, side=source.side.with_anchors(ours)),
        replace(target, side=target.side.with_anchors(theirs)),
    )
