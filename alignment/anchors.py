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

from alignment.spelling import all_folded

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from alignment.side import Indices, Vectors

DIMENSIONS = 256
_TOKEN = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]+@[\w-]+\.[\w.-]+|\d+|[^\W\d_]+")
_LETTERS = 4  # that two words of one origin begin with
# In nats, as of what one sentence in seven has. In a long document nearly every word stands somewhere on
# either side, and rare ones that agree by chance would count for more than they do in an article.
_RAREST = 2.0


class KeyReader:
    """Finds the keys of sentences, what another version would hold as well; short words have none.

    What stands between two spaces is looked into once, wherever it comes again; words are romanised many at
    a time.
    """

    def __init__(self) -> None:
        self._numbers = {"": 0}
        self.names = [""]  # the keys by their numbers
        self._of_chunk: dict[str, int] = {}  # what stands between two spaces, by first appearance
        self._of_token: dict[str, int] = {}
        self._counts: list[int] = []  # tokens of each chunk
        self._tokens: list[int] = []  # their keys, chunk after chunk

    def keys(self, sentence: str) -> set[str]:
        """Return the keys of a sentence."""
        _, numbers = self.numbers([sentence])
        return {self.names[number] for number in numbers.tolist()}

    def numbers(self, sentences: Sequence[str]) -> tuple[Indices, Indices]:
        """Return each key of each sentence once: the sentence's place, ascending, and the key's number.

        Keys are numbered from 1 by first appearance in all that was read.
        """
        split = [sentence.split() for sentence in sentences]
        self._learn(dict.fromkeys(chain.from_iterable(split)))
        lengths = np.array([len(chunks) for chunks in split], np.intp)
        chunks = np.fromiter(
            map(self._of_chunk.__getitem__, chain.from_iterable(split)), np.intp, int(lengths.sum())
        )
        counts, tokens = np.array(self._counts, np.intp), np.array(self._tokens, np.intp)
        begins = np.cumsum(counts) - counts
        # A chunk mostly holds one token; the further ones come after.
        rows = np.repeat(np.arange(len(split)), lengths)
        found = []
        for place in range(int(counts.max(initial=0))):
            held = counts[chunks] > place
            rows, chunks = rows[held], chunks[held]
            found.append(rows * len(self) + tokens[begins[chunks] + place])
        distinct = np.unique(np.concatenate([np.zeros(0, np.intp), *found]))
        distinct = distinct[distinct % len(self) > 0]
        return distinct // len(self), distinct % len(self)

    def __len__(self) -> int:
        return len(self.names)

    def _learn(self, chunks: Iterable[str]) -> None:
        """Find the keys of chunks not met before."""
        new = [chunk for chunk in chunks if chunk not in self._of_chunk]
        tokens = [[chunk] if chunk.isalpha() else _TOKEN.findall(chunk) for chunk in new]
        unknown = [
            token for token in dict.fromkeys(chain.from_iterable(tokens)) if token not in self._of_token
        ]
        for token, key in zip(unknown, _keys(unknown), strict=True):
            number = self._numbers.setdefault(key, len(self.names))
            if number == len(self.names):
                self.names.append(key)
            self._of_token[token] = number
        self._of_chunk.update(
            zip(new, range(len(self._of_chunk), len(self._of_chunk) + len(new)), strict=True)
        )
        self._counts += map(len, tokens)
        self._tokens += map(self._of_token.__getitem__, chain.from_iterable(tokens))


def anchor_vectors(source: Sequence[str], target: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Return what each sentence holds of what both versions hold, shapes (n, DIMENSIONS), (m, DIMENSIONS).

    Keys share a dimension where there are more of them than dimensions; since these are dealt out in the
    order in which keys appear, those of neighbouring sentences seldom do.
    """
    reader = KeyReader()
    held = [reader.numbers(sentences) for sentences in (source, target)]
    counts = [np.bincount(keys, minlength=len(reader)) for _, keys in held]
    shared = (counts[0] > 0) & (counts[1] > 0)
    rarity = np.log((len(source) + len(target) + 1) / np.maximum(counts[0] + counts[1], 1))
    roots = np.where(shared, np.sqrt(np.clip(rarity, 0, _RAREST)), 0).astype(np.float32)
    dimensions = np.cumsum(shared) % DIMENSIONS
    vectors = []
    for side, (rows, keys) in zip((source, target), held, strict=True):
        filled = np.zeros((len(side), DIMENSIONS), np.float32)
        np.add.at(filled, (rows, dimensions[keys]), roots[keys])
        vectors.append(filled)
    return vectors[0], vectors[1]


def _keys(tokens: Sequence[str]) -> list[str]:
    """Return the key of each token, "" for none."""
    words = [token for token in tokens if token.isalpha()]
    like = iter(all_folded(words))
    return [_beginning(next(like)) if token.isalpha() else _figure_or_address(token) for token in tokens]


def _beginning(word: str) -> str:
    return word[:_LETTERS] if len(word) >= _LETTERS else ""


def _figure_or_address(token: str) -> str:
    """Return the key of a token that is not a word."""
    return token.lstrip("0") or "0" if token[0].isdigit() else token.rstrip(".,;:!?")
