"""Versions whose content is the same but stands in another order, reversed for instance.

Method: sentences that are each other's nearest are taken for counterparts, wherever they stand. Where there
are many, and their places do not rise together (Spearman's rank correlation), no alignment in order can hold
them. Sentences are compared across the whole versions, a sample of one with all of the other, so this is
looked at only when an alignment has failed.

Left out: where the order changes. A paragraph that moved is not another order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from alignment.aligner import Encoder, encoded
from alignment.findings import Code, Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alignment.beads import Row
    from alignment.side import Vectors

_MATCHED = 0.5  # mean score of the rows from which the order is right
_SAMPLE = 500  # sentences
_ENOUGH = 6  # counterparts
_SHARE = 0.3  # of the sampled sentences that have one
# A counterpart is nearer than sentences are on average by so many deviations, within these bounds (cosines).
_SURELY, _LEAST, _MOST = 4.0, 0.2, 0.6
_RISING = 0.3  # rank correlation from which the order is the same


def order_findings(
    rows: Sequence[Row], versions: Mapping[str, Sequence[str]], encoder: Encoder
) -> list[Finding]:
    """Return a finding of kind "order" for each version that has the first one's content in another order.

    `rows` are those of `align_versions` for the same versions.
    """
    original, *others = versions
    found = []
    for language in others:
        scores = [
            row.score if row.sentences[original] and row.sentences[language] else 0.0
            for row in rows
            if row.sentences[original] or row.sentences[language]
        ]
        if sum(scores) >= _MATCHED * len(scores):
            continue
        correlation = _correlation(
            encoded(versions[original], encoder).side.vectors,
            encoded(versions[language], encoder).side.vectors,
        )
        if correlation is not None and correlation < _RISING:
            code = Code.ORDER_REVERSED if correlation < -_RISING else Code.ORDER_CHANGED
            found.append(Finding.of(code, language, Severity.WARNING, original=original))
    return found


def _correlation(source: Vectors, target: Vectors) -> float | None:
    """Return the rank correlation of the places of counterparts, None where there are too few."""
    if not len(source) or not len(target):
        return None
    source, target = source - source.mean(axis=0), target - target.mean(axis=0)
    sample = np.unique(np.linspace(0, len(source) - 1, min(len(source), _SAMPLE)).astype(np.intp))
    nearness = source[sample] @ target.T
    there = nearness.argmax(axis=1)
    back = (target[there] @ source.T).argmax(axis=1)
    surely = np.clip(_SURELY * nearness.std(), _LEAST, _MOST)
    near = nearness[np.arange(len(sample)), there] > nearness.mean() + surely
    mutual = (back == sample) & near
    if mutual.sum() < max(_ENOUGH, _SHARE * min(len(sample), len(target))):
        return None
    places, places_there = (np.argsort(np.argsort(each[mutual])) for each in (sample, there))
    return float(np.corrcoef(places, places_there)[0, 1])
