"""The development set of ../shared: its articles, one long document of them, and its scorer."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models import load_encoder
from models.cached import CachedEncoder, MemoryVectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from alignment import Bead
    from models import Encoder

BENCH = Path(__file__).resolve().parents[2] / "shared" / "bench"
PAIRS = ("en-es", "en-ru", "es-ru")
_VECTORS = 2**33  # bytes of those that are kept: all of them

Gold = list[tuple[list[int], list[int]]]
Document = tuple[list[str], list[str], Gold]


def kept_encoder() -> Encoder:
    """Return the default encoder; every text is encoded once."""
    return CachedEncoder(load_encoder(), MemoryVectors(_VECTORS))


def scorer() -> Any:
    """Return the development set's own scorer, a module."""
    spec = importlib.util.spec_from_file_location("score", BENCH / "alignment" / "score.py")
    if spec is None or spec.loader is None:
        raise ImportError(f"{BENCH} has no scorer")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def articles() -> Iterator[dict[str, Any]]:
    """Yield the articles: "sentences" by language, "gold" by pair."""
    with (BENCH / "alignment" / "newstest2012" / "docs.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def by_article(pair: str) -> list[Document]:
    """Return each article's two versions and gold beads."""
    one, other = pair.split("-")
    return [
        (article["sentences"][one], article["sentences"][other], article["gold"][pair])
        for article in articles()
    ]


def whole(pair: str, rounds: int = 1) -> Document:
    """Return all articles as one document, round after round, each sentence with its round's number."""
    source: list[str] = []
    target: list[str] = []
    gold: Gold = []
    for number in range(rounds):
        mark = f"({number + 1}) " if rounds > 1 else ""
        for ours, theirs, beads in by_article(pair):
            gold += [
                ([i + len(source) for i in left], [j + len(target) for j in right]) for left, right in beads
            ]
            source += [mark + sentence for sentence in ours]
            target += [mark + sentence for sentence in theirs]
    return source, target, gold


def without_third(document: Document, third: int) -> Document:
    """Leave out the first (0), the middle (1) or the last (2) third of the target."""
    source, target, gold = document
    gone = range(third * len(target) // 3, (third + 1) * len(target) // 3)
    place = {old: new for new, old in enumerate(j for j in range(len(target)) if j not in gone)}
    left: Gold = []
    for ours, theirs in gold:
        rest = [place[j] for j in theirs if j in place]
        if ours and not rest:
            left += [([i], []) for i in ours]
        elif rest:
            left.append((ours, rest))
    return source, [target[j] for j in place], left


def figures(documents: Sequence[Document], aligner: Callable[[list[str], list[str]], Gold]) -> str:
    """Return strict, lax and null F1 of an aligner, as columns."""
    tally = scorer().Tally()
    for source, target, gold in documents:
        tally.article(gold, aligner(source, target), len(source), len(target))
    result = tally.result()
    return "  ".join(f"{result[key]['f1']:.4f}" for key in ("strict", "lax", "null"))


def as_gold(beads: Sequence[Bead]) -> Gold:
    """Return beads in the form of the gold."""
    return [(list(bead.source), list(bead.target)) for bead in beads]
