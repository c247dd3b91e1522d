"""What each part of the aligner is good for: the development set without it, weights as they are.

The five parts: true vectors of the groups that matter; a path from coarse to fine instead of the diagonal;
what a bead's neighbours and parts and its lengths say; the article's own scale; what the versions share
letter for letter. The other weights are not learnt anew for what is left.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from development import PAIRS, by_article, figures, whole, without_third

from alignment.aligner import LIKELY, WIDTH, encoded, encoded_groups
from alignment.anchors import anchor_vectors
from alignment.coarse import rough_path
from alignment.cost import BeadCost, Levels
from alignment.decode import most_right
from alignment.posterior import posteriors
from alignment.search import Corridor
from alignment.weights import Weights

if TYPE_CHECKING:
    from development import Gold

    from models import Encoder


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts that are in."""

    groups: bool = True
    coarse: bool = True
    neighbours: bool = True
    scale: bool = True
    anchors: bool = True


_USUAL = Levels(unrelated=0.1, matched=0.65, log_ratio=0.0)


def print_ablation(encoder: Encoder) -> None:
    """Print strict, lax and null F1 over all pairs, and strict F1 without a third, part by part."""
    rows = {
        "all parts": Parts(),
        "1 no vectors of groups": Parts(groups=False),
        "2 the diagonal, no coarse path": Parts(coarse=False),
        "3 no neighbours, no lengths": Parts(neighbours=False),
        "4 no scale of the article": Parts(scale=False),
        "5 no anchors": Parts(anchors=False),
    }
    documents = [document for pair in PAIRS for document in by_article(pair)]
    short = [without_third(whole(PAIRS[0]), 1)]
    print(f"{'':34} strict  lax     null    without the middle third, strict")
    for name, parts in rows.items():

        def aligner(source: list[str], target: list[str], parts: Parts = parts) -> Gold:
            return aligned(source, target, encoder, parts)

        print(f"{name:34} {figures(documents, aligner)}  {figures(short, aligner)[:6]}", flush=True)
    print()


def aligned(source: list[str], target: list[str], encoder: Encoder, parts: Parts) -> Gold:
    """Align as `alignment.align` does, with these parts."""
    one, other = (encoded(sentences, encoder).side for sentences in (source, target))
    if parts.anchors:
        anchors = anchor_vectors(source, target)
        one, other = one.with_anchors(anchors[0]), other.with_anchors(anchors[1])
    weights = Weights.learnt()
    if not parts.neighbours:
        weights = replace(weights, extension=0.0, part=0.0, length=0.0)
    n, m = len(source), len(target)
    rough = rough_path(one.vectors, other.vectors)
    steps = np.arange(max(n, m) + 1)
    diagonal = np.stack([steps * n // max(n, m), steps * m // max(n, m)], axis=1)
    levels = Levels.measured(one, other, rough) if parts.scale else _USUAL
    corridor = Corridor.around(rough if parts.coarse else diagonal, WIDTH)
    likely = posteriors(BeadCost(one, other, levels, weights), corridor)
    if parts.groups:
        one = one.with_groups(encoded_groups(source, likely.of_groups(0, LIKELY), encoder))
        other = other.with_groups(encoded_groups(target, likely.of_groups(1, LIKELY), encoder))
        likely = posteriors(BeadCost(one, other, levels, weights), likely.corridor)
    nodes = most_right(likely, n, m).tolist()
    return [(list(range(i, next_i)), list(range(j, next_j))) for (i, j), (next_i, next_j) in pairwise(nodes)]
