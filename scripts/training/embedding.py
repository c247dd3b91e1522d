"""A beginning for the tied embedding in which translations lie near each other already.

Each piece's vector is the one that the multilingual Universal Sentence Encoder (Yang et al. 2020) gives its
text, reduced to the model's width by a truncated singular value decomposition; some noise keeps apart the
pieces that the encoder cannot tell from each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

_NOISE = 0.2  # of a row's length


def sentence_vectors(pieces: Mapping[str, int], width: int, seed: int) -> npt.NDArray[np.float32]:
    """Give a row for each id, (ids, width), of about unit length and zero mean over the ids."""
    from models import load_encoder  # its weights are loaded with it

    names = sorted(pieces, key=pieces.__getitem__)
    texts = [name.replace("\u2581", " ").strip() or " " for name in names]
    return reduced(load_encoder().encode(texts), width, seed)


def reduced(vectors: npt.NDArray[np.float32], width: int, seed: int) -> npt.NDArray[np.float32]:
    """Reduce rows to their `width` strongest directions, scaled to unit length on average, with noise."""
    generator = np.random.default_rng(seed)
    centred = vectors - vectors.mean(axis=0)
    left, strengths, _ = np.linalg.svd(centred, full_matrices=False)
    rows = left[:, :width] * strengths[:width]
    rows *= width**-0.5 / rows.std()
    missing = np.zeros((len(rows), width - rows.shape[1]))
    noise = generator.normal(scale=_NOISE * width**-0.5, size=(len(rows), width))
    result: npt.NDArray[np.float32] = (np.hstack([rows, missing]) + noise).astype(np.float32)
    return result
