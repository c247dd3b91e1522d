"""Stand-ins for an encoder and for bead scores."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from alignment.search import Floats, Scores


class WordEncoder:
    """A sentence's vector is the sum of its words' vectors, which are drawn by the word."""

    def __init__(self, dim: int = 64) -> None:
        self._dim = dim
        self.encoded: list[str] = []
        self._words: dict[str, Floats] = {}

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors (a sentence without words: some vector of its own)."""
        self.encoded += sentences
        vectors = np.zeros((len(sentences), self._dim))
        for row, sentence in enumerate(sentences):
            for word in re.findall(r"\w+", sentence.lower()) or ["-"]:
                vectors[row] += self._word(word)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    def _word(self, word: str) -> Floats:
        if word not in self._words:
            self._words[word] = np.random.default_rng(zlib.crc32(word.encode())).normal(size=self._dim)
        return self._words[word]


class TableScores:
    """Bead scores from a table: `table[a - 1, b - 1, i, j]` is for the bead that ends at node (i, j)."""

    def __init__(self, table: Floats, null_source: Floats, null_target: Floats) -> None:
        self.groups = len(table)
        self.null_source = null_source
        self.null_target = null_target
        self.table = table

    def block(self, rows: range, columns: range) -> Scores:
        n, m = self.table.shape[2:]
        beyond = ((0, 0), (0, 0), (0, max(rows.stop - n, 0)), (0, max(columns.stop - m, 0)))
        table = np.pad(self.table, beyond)
        return table[:, :, rows.start : rows.stop, columns.start : columns.stop].astype(np.float32)


def made_up(seed: int, n: int, m: int, groups: int) -> TableScores:
    random = np.random.default_rng(seed)
    # Whole numbers: sums in any order are equal.
    return TableScores(
        random.integers(-9, 9, (groups, groups, n + 1, m + 1)).astype(float),
        random.integers(-9, 1, n).astype(float),
        random.integers(-9, 1, m).astype(float),
    )
