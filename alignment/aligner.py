"""Sentence alignment of two versions.

Method: the sentences are encoded one by one. A rough path, from coarse to fine (`coarse`), says where to
look and how alike matched sentences are in this article. In a corridor round it every bead gets a
probability (`posterior`) from what it is worth (`cost`). The groups of sentences in beads that are at all
likely are then encoded as they are, and the best path (`decode`) is found with their vectors. Most groups
are never likely, so that this costs about a fifth of encoding the sentences where encoding all groups would
cost nine times as much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from alignment.anchors import Held, KeyReader, anchor_vectors, shared_vectors
from alignment.beads import Bead
from alignment.coarse import rough_path
from alignment.cost import BeadCost, Levels
from alignment.decode import most_right
from alignment.errors import EncoderOutputError, SentencesError
from alignment.lexical import LexicalEncoder
from alignment.posterior import Posteriors, posteriors
from alignment.search import Corridor
from alignment.side import Indices, Side, Vectors
from alignment.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alignment.search import Floats

WIDTH = 8  # sentences to either side of the rough path that the exact search looks at
LIKELY = 0.03  # a group whose beads are together less probable is not encoded
_CHANCE = 0.45  # on the article's scale; what unrelated articles offer to match has a median of 0.2 to 0.3
_CHANCE_LEXICAL = 0.1  # most sentences share little letter for letter
_ENOUGH = 5  # beads to say that two versions are unrelated


class Encoder(Protocol):
    """Turns sentences of any language into vectors of one space."""

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return vectors of shape (len(sentences), dim), rows of unit length."""


@dataclass(frozen=True, slots=True)
class EncodedVersion:
    """A version's sentences and their vectors; what they hold, where one reader reads all versions."""

    sentences: Sequence[str]
    side: Side
    held: Held | None = None


def align(
    source: Sequence[str],
    target: Sequence[str],
    encoder: Encoder,
    blocks: tuple[Sequence[int], Sequence[int]] | None = None,
) -> list[Bead]:
    """Align the sentences of two versions; `blocks` are the numbers of their sentences' blocks, where known.

    Returns beads in reading order; every sentence of both sides is in exactly one. A sentence without a
    counterpart stands in a bead of its own whose other side is empty. A bead's score is the probability
    that it is right, given all others. Raises SentencesError when a side is not a sequence of strings
    or has not a block for each, EncoderOutputError when the encoder does not return one finite vector a
    sentence.
    """
    ours, theirs = blocks or (None, None)
    return align_encoded(encoded(source, encoder, ours), encoded(target, encoder, theirs), encoder)


def encoded(
    sentences: Sequence[str],
    encoder: Encoder,
    blocks: Sequence[int] | None = None,
    reader: KeyReader | None = None,
) -> EncodedVersion:
    """Encode one version; raise SentencesError or EncoderOutputError as `align` does.

    `reader`, the same for all versions that are aligned with each other, reads each of them once.
    """
    if isinstance(sentences, str):
        raise SentencesError("one string")
    for sentence in sentences:
        if not isinstance(sentence, str):
            raise SentencesError(f"a {type(sentence).__name__} in it")
    lengths = np.array([max(len(sentence), 1) for sentence in sentences], np.float32)
    starts = np.zeros(0, np.bool_)
    if blocks is not None:
        if len(blocks) != len(sentences):
            raise SentencesError(f"{len(sentences)} sentences with {len(blocks)} block numbers")
        starts = np.concatenate([[True], np.diff(np.asarray(blocks, np.intp)) != 0, [True]])[
            : len(blocks) + 1
        ]
    side = Side(_vectors(sentences, encoder), lengths, starts=starts)
    return EncodedVersion(sentences, side, reader.held(sentences) if reader else None)


def align_encoded(source: EncodedVersion, target: EncodedVersion, encoder: Encoder) -> list[Bead]:
    """Align two encoded versions; see `align`."""
    one, other = source.side, target.side
    n, m = len(one.lengths), len(other.lengths)
    if not n or not m:
        return _all_null(n, m)
    if source.held and target.held:
        anchors = shared_vectors(source.held, target.held)
    else:
        anchors = anchor_vectors(source.sentences, target.sentences)
    one, other = one.with_anchors(anchors[0]), other.with_anchors(anchors[1])
    lexical = isinstance(encoder, LexicalEncoder)
    weights = Weights.learnt(lexical=lexical)
    rough = rough_path(one.vectors, other.vectors)
    levels = Levels.measured(one, other, rough)
    cost = BeadCost(one, other, levels, weights)
    likely = posteriors(cost, Corridor.around(rough, WIDTH))
    cost = cost.with_groups(
        encoded_groups(source.sentences, likely.of_groups(0, LIKELY), encoder),
        encoded_groups(target.sentences, likely.of_groups(1, LIKELY), encoder),
    )
    likely = posteriors(cost, likely.corridor)
    path = most_right(likely, n, m)
    similarity = cost.similarity(path)
    if _unrelated(similarity, path, _CHANCE_LEXICAL if lexical else _CHANCE):
        return _all_null(n, m)
    return _beads(path, likely, cost.sure(similarity))


def encoded_groups(
    sentences: Sequence[str], ends: dict[int, Indices], encoder: Encoder
) -> dict[int, tuple[Indices, Vectors]]:
    """Encode groups of sentences, given by size and by where they end."""
    texts = [" ".join(sentences[end - size : end]) for size, group in ends.items() for end in group]
    vectors = _vectors(texts, encoder)
    encoded = {}
    begin = 0
    for size, group in ends.items():
        encoded[size] = group, vectors[begin : begin + len(group)]
        begin += len(group)
    return encoded


def _vectors(sentences: Sequence[str], encoder: Encoder) -> Vectors:
    """Return unit vectors; raise EncoderOutputError when the encoder returns anything else than vectors."""
    if not sentences:
        return np.zeros((0, 1), np.float32)
    vectors = np.asarray(encoder.encode(list(sentences)), np.float32)
    if vectors.ndim != 2 or len(vectors) != len(sentences):
        raise EncoderOutputError(len(sentences), vectors.shape, "wrong shape")
    if not np.isfinite(vectors).all():
        raise EncoderOutputError(len(sentences), vectors.shape, "not finite")
    unit: Vectors = vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), np.float32(1e-9))
    return unit


def _all_null(source: int, target: int) -> list[Bead]:
    return [Bead((i,), (), 0.0) for i in range(source)] + [Bead((), (j,), 0.0) for j in range(target)]


def _unrelated(similarity: Floats, path: Indices, chance: float) -> bool:
    """Tell whether what was matched is no more alike than the most alike of unrelated sentences."""
    matched = similarity[np.diff(path, axis=0).all(axis=1)]
    return len(matched) >= _ENOUGH and float(np.median(matched)) < chance


def _beads(path: Indices, likely: Posteriors, sure: Floats) -> list[Bead]:
    probability = {
        (*begin, *size): value
        for begin, size, value in zip(
            likely.begins.tolist(), likely.sizes.tolist(), likely.probabilities.tolist(), strict=True
        )
    }
    beads = []
    nodes = path.tolist()
    for (i, j), (next_i, next_j), alike in zip(nodes[:-1], nodes[1:], sure.tolist(), strict=True):
        score = min(probability.get((i, j, next_i - i, next_j - j), 0.0), 1.0) * alike
        beads.append(Bead(tuple(range(i, next_i)), tuple(range(j, next_j)), score))
    return beads
