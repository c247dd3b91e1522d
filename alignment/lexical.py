"""An encoder without a model: a sentence is its numbers, addresses, names and words of international form.

Method: the keys of `anchors` (Simard, Foster and Isabelle, 1992), hashed into a fixed number of dimensions
with signs (Weinberger et al. 2009, "Feature hashing"), digits counting twice. With it the aligner goes by
lengths and anchors alone; it needs no checkpoint, and is much weaker than a sentence encoder.

Left out: meaning.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from alignment.anchors import KeyReader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alignment.side import Vectors

_DIMENSIONS = 512
_FIGURE = 2.0
_NOTHING = 0.1  # what a sentence without keys consists of, so that every vector has a direction


class LexicalEncoder:
    """Turns sentences into vectors of what they hold letter for letter."""

    encoder_id = "none"

    def encode(self, sentences: Sequence[str]) -> Vectors:
        """Return unit vectors, shape (len(sentences), 512)."""
        reader = KeyReader()
        vectors = np.zeros((len(sentences), _DIMENSIONS), np.float32)
        vectors[:, 0] = _NOTHING
        rows, keys = reader.numbers(sentences)
        hashes = np.array([zlib.crc32(name.encode()) for name in reader.names], np.int64)
        weights = np.array([_FIGURE if name[:1].isdigit() else 1.0 for name in reader.names], np.float32)
        weights[hashes < 2**31] *= -1
        np.add.at(vectors, (rows, 1 + hashes[keys] % (_DIMENSIONS - 1)), weights[keys])
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.maximum(norms, np.float32(1e-9))
        return unit
