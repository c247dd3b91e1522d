"""Sentence encoders: sentences of any language to vectors in one space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt


class Encoder(Protocol):
    """Turns sentences into vectors whose dot products are similarities."""

    @property
    def encoder_id(self) -> str:
        """The encoder's id in the catalog, e.g. "use"; part of every signature."""

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), dim), rows of unit length; (0, dim) for none."""
