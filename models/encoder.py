"""Sentence encoders: sentences of any language to vectors in one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Encoder(Protocol):
    """Turns sentences into vectors whose dot products are similarities."""

    @property
    def encoder_id(self) -> str:
        """The encoder's id in the catalog, e.g. "use"; part of every signature."""

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), dim), rows of unit length (an empty list: (0, dim))."""
