"""Sentences, however many and long, through a network that takes a batch of short texts.

Each distinct sentence is encoded once, a very long one in stretches (`models.long_sentences`), in batches of
like length (`models.batching`). A sentence's vector does not depend on what it is encoded with, but for the
last bits of float32.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.batching import batches
from models.long_sentences import by_stretches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    import numpy.typing as npt

    Vectors = npt.NDArray[np.float32]


def encode_with(
    network: Callable[[list[str]], Vectors], sentences: Sequence[str], *, dimensions: int, characters: int
) -> Vectors:
    """Return float32 vectors of shape (len(sentences), dimensions), rows of unit length.

    `network` returns a vector of any length for each text of a batch, which has at most so many `characters`,
    padding counted in.
    """
    distinct = {sentence: row for row, sentence in enumerate(dict.fromkeys(sentences))}
    vectors = by_stretches(list(distinct), lambda texts: _in_batches(network, texts, dimensions, characters))
    return vectors[[distinct[sentence] for sentence in sentences]]


def _in_batches(
    network: Callable[[list[str]], Vectors], texts: list[str], dimensions: int, characters: int
) -> Vectors:
    import numpy as np

    vectors = np.zeros((len(texts), dimensions), dtype=np.float32)
    for batch in batches([len(text) for text in texts], budget=characters):
        vectors[list(batch)] = network([texts[row] for row in batch])
    return vectors
