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
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

import numpy as np

from alignment.spelling import all_folded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alignment.side import Indices, Vectors

DIMENSIONS = 256
# An address is looked for where a run begins and within bounds: no text may take quadratic time.
_TOKEN = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|\d+|[^\W\d_]+"
)
_LETTERS = 4  # that two words of one origin begin with
# In nats, as of what one sentence in seven has. In a long document nearly every word stands somewhere on
# either side, and rare ones that agree by chance would count for more than they do in an article.
_RAREST = 2.0


@dataclass(frozen=True, slots=True)
class Held:
    """What the sentences of a version hold: each key of each once, by its row, ascending, and its number."""

    sentences: int
    rows: Indices
    keys: Indices


class KeyReader:
    """Finds the keys of sentences, what another version would hold as well; short words have none.

    What stands between two spaces is looked into once, wherever it comes again; words are romanised many at
    a time.
    """

    def __init__(self) -> None:
        self.names = [""]  # the keys by their numbers
        self._numbers = {"": 0}
        self._chunks = _Places()  # what stands between two spaces
        self._counts: list[int] = []  # tokens of each chunk
        self._tokens: list[int] = []  # their keys, chunk after chunk
        self._of_token: dict[str, int] = {}

    def keys(self, sentence: str) -> set[str]:
        """Return the keys of a sentence."""
        _, numbers = self.numbers([sentence])
        return {self.names[number] for number in numbers.tolist()}

    def numbers(self, sentences: Sequence[str]) -> tuple[Indices, Indices]:
        """Return each key of each sentence once: the sentence's place, ascending, and the key's number.

        Keys are numbered from 1 by first appearance in all that was read.
        """
        split = [sentence.split() for sentence in sentences]
        lengths = np.array([len(chunks) for chunks in split], np.intp)
        known = len(self._chunks)
        met = map(self._chunks.__getitem__, chain.from_iterable(split))
        chunks = np.fromiter(met, np.intp, int(lengths.sum()))
        self._learn(list(islice(self._chunks, known, None)))
        counts, tokens = np.array(self._counts, np.intp), np.array(self._tokens, np.intp)
        begins = np.cumsum(counts) - counts
        held = counts[chunks]
        rows = np.repeat(np.repeat(np.arange(len(split)), lengths), held)
        # The tokens of a chunk stand one after the other from where it begins.
        places = np.arange(len(rows)) + np.repeat(begins[chunks] - (np.cumsum(held) - held), held)
        numbers = tokens[places]
        # Sorting and looking at neighbours is several times as fast as `np.unique`.
        keys = np.sort((rows * len(self) + numbers)[numbers > 0])
        keys = keys[np.diff(keys, prepend=-1) > 0]
        return keys // len(self), keys % len(self)

    def held(self, sentences: Sequence[str]) -> Held:
        """Return what a version's sentences hold."""
        return Held(len(sentences), *self.numbers(sentences))

    def __len__(self) -> int:
        return len(self.names)

    def _learn(self, chunks: Sequence[str]) -> None:
        """Find the keys of chunks not met before."""
        tokens = [[chunk] if chunk.isalpha() else _TOKEN.findall(chunk) for chunk in chunks]
        distinct = dict.fromkeys(chain.from_iterable(tokens))
        unknown = [token for token in distinct if token not in self._of_token]
        for token, key in zip(unknown, _keys(unknown), strict=True):
            number = self._numbers.setdefault(key, len(self.names))
            if number == len(self.names):
                self.names.append(key)
            self._of_token[token] = number
        self._counts += map(len, tokens)
        self._tokens += map(self._of_token.__getitem__, chain.from_iterable(tokens))


class _Places(dict[str, int]):
    """The place of each text by first appearance; those not met before are added."""

    def __missing__(self, text: str) -> int:
        place = self[text] = len(self)
        return place


def anchor_vectors(source: Sequence[str], target: Sequence[str]) -> tuple[Vectors, Vectors]:
    """Return what each sentence holds of what both versions hold, shapes (n, DIMENSIONS), (m, DIMENSIONS)."""
    reader = KeyReader()
    return shared_vectors(reader.held(source), reader.held(target))


def shared_vectors(source: Held, target: Held) -> tuple[Vectors, Vectors]:
    """Return `anchor_vectors` of two versions that one reader has read.

    Keys share a dimension where there are more of them than dimensions; since these are dealt out in the
    order in which keys appear in the source, those of neighbouring sentences seldom do.
    """
    count = 1 + max(int(side.keys.max(initial=0)) for side in (source, target))
    counts = [np.bincount(side.keys, minlength=count) for side in (source, target)]
    shared = np.flatnonzero((counts[0] > 0) & (counts[1] > 0))
    total = source.sentences + target.sentences
    rarity = np.log((total + 1) / np.maximum(counts[0] + counts[1], 1)[shared])
    roots = np.zeros(count, np.float32)
    roots[shared] = np.sqrt(np.clip(rarity, 0, _RAREST))
    first = np.zeros(count, np.intp)
    first[source.keys[::-1]] = source.rows[::-1]
    dimensions = np.zeros(count, np.intp)
    dimensions[shared[np.argsort(first[shared], kind="stable")]] = (1 + np.arange(len(shared))) % DIMENSIONS
    vectors = []
    for side in (source, target):
        filled = np.zeros((side.sentences, DIMENSIONS), np.float32)
        np.add.at(filled, (side.rows, dimensions[side.keys]), roots[side.keys])
        vectors.append(filled)
    return vectors[0], vectors[1]


def _keys(tokens: Sequence[str]) -> list[str]:
    """Return the key of each token, "" for none."""
    words = [token for token in tokens if token.isalpha()]
    beginnings = {
        word: like[:_LETTERS] if len(like) >= _LETTERS else ""
        for word, like in zip(words, all_folded(words), strict=True)
    }
    return [beginnings[token] if token in beginnings else _figure_or_address(token) for token in tokens]


def _figure_or_address(token: str) -> str:
    """Return the key of a token that is not a word."""
    return token.lstrip("0") or "0" if token[0].isdigit() else token.rstrip(".,;:!?")
