"""What two versions have in common letter for letter: numbers, addresses, names, words of one origin.

Method: Simard, Foster and Isabelle (1992, "Using cognates to align sentences in bilingual corpora") take
words for cognates that begin with the same four letters; here after romanising, so that Путина stands beside
Putin. Numbers are taken digit group by digit group, whatever separates the groups, and addresses whole. What
both versions hold is weighed by how rare it is in them (inverse document frequency, in nats), and a sentence
becomes a vector of what it holds; the dot product of two such vectors is the rarity of all that they share.

Left out: edit distance, and words that are alike by chance.
"""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from alignment.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alignment.side import Indices, Vectors

DIMENSIONS = 256
_TOKEN = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+\.[\w.-]+|\d+|[^\W\d_]+")
_LETTERS = 4  # that two words of one origin begin with
# In nats, as of what one sentence in seven has. In a long document nearly every word stands somewhere on
# either side, and rare ones that agree by chance would count for more than they do in an article.
_RAREST = 2.0


class KeyReader:
    """Finds the keys of sentences, what another version would hold as well; short words have none."""

    def __init__(self) -> None:
        self._keys = _Keys()

    def keys(self, sentence: str) -> set[str]:
        """Return the keys of a sentence."""
        return {self._keys.names[number] for number in self.numbers(sentence) if number}

    def numbers(self, sentence: str) -> list[int]:
        """Return the key of each of a sentence's tokens as a number, by first appearance; 0 for none."""
        return list(map(self._keys.__getitem__, _TOKEN.findall(sentence)))

    def __len__(self) -> int:
        return len(self._keys.names)


class _Keys(dict[str, int]):
    """The number of each token's key; those not met before are added."""

    def __init__(self) -> None:
        super().__init__()
        self._numbers = {"": 0}
        self.names = [""]

    def __missing__(self, token: str) -> int:
        key = _key(token)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self.names)
            self.names.append(key)
        self[token] = number
        return number


def anchor_vectors(source: Sequence[str], target: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Return what each sentence holds of what both versions hold, shapes (n, DIMENSIONS), (m, DIMENSIONS).

    Keys share a dimension where there are more of them than dimensions; since these are dealt out in the
    order in which keys appear, those of neighbouring sentences seldom do.
    """
    reader = KeyReader()
    sides = [[reader.numbers(sentence) for sentence in side] for side in (source, target)]
    held = [_distinct(side, len(reader)) for side in sides]
    counts = [np.bincount(keys, minlength=len(reader)) for _, keys in held]
    shared = (counts[0] > 0) & (counts[1] > 0)
    shared[0] = False
    rarity = np.log((len(source) + len(target) + 1) / np.maximum(counts[0] + counts[1], 1))
    roots = np.where(shared, np.sqrt(np.clip(rarity, 0, _RAREST)), 0).astype(np.float32)
    dimensions = np.cumsum(shared) % DIMENSIONS
    vectors = []
    for side, (rows, keys) in zip(sides, held, strict=True):
        filled = np.zeros((len(side), DIMENSIONS), np.float32)
        np.add.at(filled, (rows, dimensions[keys]), roots[keys])
        vectors.append(filled)
    return vectors[0], vectors[1]


def _distinct(side: Sequence[list[int]], count: int) -> tuple[Indices, Indices]:
    """Return the sentence and the key of each key that a sentence holds, once each."""
    rows = np.repeat(np.arange(len(side)), [len(numbers) for numbers in side])
    keys = np.fromiter(chain.from_iterable(side), np.intp, len(rows))
    distinct = np.unique(rows * count + keys)
    return distinct // count, distinct % count


def _key(token: str) -> str:
    if token[0].isdigit():
        return token.lstrip("0") or "0"
    if not token.isalpha():
        return token.rstrip(".,;:!?")
    like = folded(token)
    return like[:_LETTERS] if len(like) >= _LETTERS else ""
