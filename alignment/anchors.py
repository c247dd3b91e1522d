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
from typing import TYPE_CHECKING

import numpy as np

from alignment.spelling import folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alignment.side import Vectors

DIMENSIONS = 256
_TOKEN = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+\.[\w.-]+|\d+|[^\W\d_]+")
_LETTERS = 4  # that two words of one origin begin with
_RAREST = 4.0  # nats; as of what one sentence in fifty has; a long document is to count as an article does


class KeyReader:
    """Finds the keys of sentences: what another version would hold as well."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def keys(self, sentence: str) -> set[str]:
        """Return the keys of a sentence; words of fewer than four letters have none."""
        known = self._known
        found = set()
        for token in _TOKEN.findall(sentence):
            key = known.get(token)
            if key is None:
                key = known[token] = _key(token)
            found.add(key)
        found.discard("")
        return found


def anchor_vectors(source: Sequence[str], target: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Return what each sentence holds of what both versions hold, shapes (n, DIMENSIONS), (m, DIMENSIONS).

    Keys share a dimension where there are more of them than dimensions; since these are dealt out in the
    order in which keys appear, those of neighbouring sentences seldom do.
    """
    reader = KeyReader()
    sides = [[reader.keys(sentence) for sentence in side] for side in (source, target)]
    counts = []
    for side in sides:
        count: dict[str, int] = {}
        for keys in side:
            for key in keys:
                count[key] = count.get(key, 0) + 1
        counts.append(count)
    shared = {key: number for number, key in enumerate(key for key in counts[0] if key in counts[1])}
    sentences = len(source) + len(target) + 1
    rarity = np.log([sentences / (counts[0][key] + counts[1][key]) for key in shared])
    roots = np.sqrt(np.clip(rarity, 0, _RAREST)).astype(np.float32)
    return _filled(sides[0], shared, roots), _filled(sides[1], shared, roots)


def _filled(side: Sequence[set[str]], shared: dict[str, int], roots: Vectors) -> Vectors:
    held = [sorted(shared[key] for key in keys if key in shared) for keys in side]
    vectors = np.zeros((len(side), DIMENSIONS), np.float32)
    rows = np.repeat(np.arange(len(side)), [len(numbers) for numbers in held])
    numbers = np.array([number for each in held for number in each], np.intp)
    np.add.at(vectors, (rows, numbers % DIMENSIONS), roots[numbers])
    return vectors


def _key(token: str) -> str:
    if token[0].isdigit():
        return token.lstrip("0") or "0"
    if not token.isalpha():
        return token.rstrip(".,;:!?")
    like = folded(token)
    return like[:_LETTERS] if len(like) >= _LETTERS else ""
