"""Sentence vectors, kept by content: whatever was encoded once is not encoded again.

Two parts, so that what keeps the vectors may be another, on disk for instance.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from models.encoder import Encoder

    Vector = npt.NDArray[np.float32]

_DEFAULT_BYTES = 128 * 2**20  # about 50,000 sentences of news with 512 numbers each
_OVERHEAD = 300  # bytes of an entry besides its text and its numbers


class VectorStore(Protocol):
    """Keeps vectors by sentence, as many as it likes, for one encoder. Safe in several threads."""

    def find(self, sentences: Sequence[str]) -> list[Vector | None]:
        """Return the vector of each sentence, None where it has none."""

    def keep(self, sentences: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Keep the vectors of these sentences."""


class MemoryVectors:
    """Vectors in memory, at most so many bytes; those not asked for longest go first."""

    def __init__(self, most_bytes: int = _DEFAULT_BYTES) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[str, Vector] = OrderedDict()
        self._lock = Lock()
        self.bytes = 0

    def find(self, sentences: Sequence[str]) -> list[Vector | None]:
        """Return the vector of each sentence, None where it has none."""
        with self._lock:
            found = []
            for sentence in sentences:
                vector = self._kept.get(sentence)
                if vector is not None:
                    self._kept.move_to_end(sentence)
                found.append(vector)
            return found

    def keep(self, sentences: Sequence[str], vectors: Sequence[Vector]) -> None:
        """Keep the vectors of these sentences; what alone is too large is not kept."""
        with self._lock:
            for sentence, vector in zip(sentences, vectors, strict=True):
                size = _size(sentence, vector)
                if sentence in self._kept or size > self._most:
                    continue
                self._kept[sentence] = vector.copy()  # not a view that would hold its whole batch
                self.bytes += size
            while self.bytes > self._most:
                self.bytes -= _size(*self._kept.popitem(last=False))


class CachedEncoder:
    """An encoder in front of which a store of vectors stands."""

    def __init__(self, encoder: Encoder, store: VectorStore) -> None:
        self._encoder = encoder
        self._store = store

    @property
    def encoder_id(self) -> str:
        """The id of the encoder behind it."""
        return self._encoder.encoder_id

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return what the encoder returns; only sentences that the store lacks are encoded, each once."""
        import numpy as np

        if not sentences:
            return self._encoder.encode([])  # it alone knows how many numbers a vector has
        distinct = list(dict.fromkeys(sentences))
        known = dict(zip(distinct, self._store.find(distinct), strict=True))
        new = [sentence for sentence, vector in known.items() if vector is None]
        if new:
            vectors = self._encoder.encode(new)
            self._store.keep(new, list(vectors))
            known |= dict(zip(new, vectors, strict=True))
        return np.array([known[sentence] for sentence in sentences], np.float32)


def _size(sentence: str, vector: Vector) -> int:
    # Python keeps a text's characters in one byte each, in two where one of them is Cyrillic.
    return len(sentence) * 2 + vector.nbytes + _OVERHEAD
