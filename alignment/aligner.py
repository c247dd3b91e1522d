"""Sentence alignment of two versions.

Encode the sentences, find a rough path from coarse to fine (`coarse`), then the best beads in a corridor
round it (`search`) by what beads are worth (`cost`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from alignment.beads import Bead
from alignment.coarse import rough_path
from alignment.cost import BeadCost, Side
from alignment.errors import EncoderOutputError, SentencesError
from alignment.search import Corridor, best_path

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH = 12  # sentences to either side of the rough path that the exact search looks at


class Encoder(Protocol):
    """Turns sentences of any language into vectors of one space."""

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return vectors of shape (len(sentences), dim), rows of unit length."""


def align(source: Sequence[str], target: Sequence[str], encoder: Encoder) -> list[Bead]:
    """Align the sentences of two versions.

    Returns beads in reading order; every sentence of both sides is in exactly one. A sentence without a
    counterpart stands in a bead of its own whose other side is empty. Raises SentencesError when a side is
    not a sequence of strings, EncoderOutputError when the encoder does not return one finite vector a
    sentence.
    """
    return align_sides(encoded(source, encoder), encoded(target, encoder))


def encoded(sentences: Sequence[str], encoder: Encoder) -> Side:
    """Encode one version; raise SentencesError or EncoderOutputError as `align` does."""
    if isinstance(sentences, str):
        raise SentencesError("one string")
    for sentence in sentences:
        if not isinstance(sentence, str):
            raise SentencesError(f"a {type(sentence).__name__} in it")
    if not sentences:
        return Side(np.zeros((0, 1), np.float32), np.zeros(0, np.float32))
    vectors = np.asarray(encoder.encode(list(sentences)), np.float32)
    if vectors.ndim != 2 or len(vectors) != len(sentences):
        raise EncoderOutputError(len(sentences), vectors.shape, "wrong shape")
    if not np.isfinite(vectors).all():
        raise EncoderOutputError(len(sentences), vectors.shape, "not finite")
    vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    return Side(vectors, np.array([max(len(sentence), 1) for sentence in sentences], np.float32))


def align_sides(source: Side, target: Side) -> list[Bead]:
    """Align two encoded versions; see `align`."""
    n, m = len(source.lengths), len(target.lengths)
    if not n or not m:
        return [Bead((i,), (), 0.0) for i in range(n)] + [Bead((), (j,), 0.0) for j in range(m)]
    rough = rough_path(source.vectors, target.vectors)
    scores = BeadCost(source, target, _length_ratio(source, target, rough))
    path = best_path(scores, Corridor.around(rough, _WIDTH))
    beads = []
    for (i, j), (next_i, next_j) in zip(path[:-1].tolist(), path[1:].tolist(), strict=True):
        both = next_i > i and next_j > j
        score = scores.sure(slice(i, next_i), slice(j, next_j)) if both else 0.0
        beads.append(Bead(tuple(range(i, next_i)), tuple(range(j, next_j)), score))
    return beads


def _length_ratio(source: Side, target: Side, rough: npt.NDArray[np.intp]) -> float:
    """Return the median length of a matched target sentence for a source sentence of length 1."""
    matched = np.diff(rough, axis=0).all(axis=1)
    if matched.sum() < 5:
        return 1.0
    i, j = rough[:-1][matched].T
    return float(np.exp(np.median(np.log(target.lengths[j]) - np.log(source.lengths[i]))))
