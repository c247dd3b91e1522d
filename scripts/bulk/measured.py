"""An encoder that remembers what it has encoded, and how long encoding took.

Whole calls are remembered, not sentences: an encoder's last bits depend on what a sentence is encoded
with, and a sentence's vector must not depend on what was aligned before it, or two runs over the same
documents would differ. So a version that comes again (the same text in two documents, a source that is
encoded for its alignment and again for its translations) costs nothing, and the output stays the same byte
for byte.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from hashlib import blake2b
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from models.encoder import Encoder


class MeasuredEncoder:
    """Encodes with another encoder; holds at most `limit` bytes of vectors, the latest used.

    `seconds` are the processor's seconds spent inside the other encoder by this thread.
    """

    def __init__(self, encoder: Encoder, limit: int = 64 * 2**20) -> None:
        self._encoder = encoder
        self._limit = limit
        self._held: OrderedDict[bytes, npt.NDArray[np.float32]] = OrderedDict()
        self._bytes = 0
        self.seconds = 0.0

    @property
    def encoder_id(self) -> str:
        """The other encoder's id."""
        return self._encoder.encoder_id

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), dim), rows of unit length; read-only."""
        key = _key(sentences)
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key]
        began = time.thread_time()
        vectors = self._encoder.encode(sentences)
        self.seconds += time.thread_time() - began
        vectors.setflags(write=False)
        self._held[key] = vectors
        self._bytes += vectors.nbytes
        while self._bytes > self._limit:
            self._bytes -= self._held.popitem(last=False)[1].nbytes
        return vectors


def _key(sentences: Sequence[str]) -> bytes:
    digest = blake2b(digest_size=16)
    for sentence in sentences:
        content = sentence.encode("utf-8", "surrogatepass")
        digest.update(len(content).to_bytes(8, "little") + content)
    return digest.digest()
