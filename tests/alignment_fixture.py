"""A stand-in for an encoder: sentences that share words are alike."""

from __future__ import annotations

import re
import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


class WordEncoder:
    """A sentence's vector is the sum of its words' vectors, which are drawn by the word."""

    def __init__(self, dim: int = 64) -> None:
        self._dim = dim
        self.encoded: list[str] = []

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors (a sentence without words: some vector of its own)."""
        self.encoded += sentences
        vectors = np.zeros((len(sentences), self._dim))
        for row, sentence in enumerate(sentences):
            for word in re.findall(r"\w+", sentence.lower()) or ["-"]:
                vectors[row] += np.random.default_rng(zlib.crc32(word.encode())).normal(size=self._dim)
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
