"""Turns at something that only so many threads may use at a time, first come, first served.

A `threading.Semaphore` lets a thread that releases it take it again before those that wait; under load, one
of two engines would never get its turn.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from models.encoder import Encoder


class Turns:
    """Lets `places` threads in at once."""

    def __init__(self, places: int = 1) -> None:
        self._free = places
        self._waiting: deque[Event] = deque()
        self._lock = Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a place, and keep it inside."""
        with self._lock:
            mine = Event()
            if self._free:
                self._free -= 1
                mine.set()
            else:
                self._waiting.append(mine)
        mine.wait()
        try:
            yield
        finally:
            with self._lock:
                if self._waiting:
                    self._waiting.popleft().set()
                else:
                    self._free += 1


class SharedEncoder:
    """An encoder for many threads: one at a time, a slice of sentences a turn.

    USE's network sets the number of BLAS threads for the whole process while it runs and puts back what it
    found: two at once would undo each other's setting. With slices, a sentence does not wait for a book.
    """

    def __init__(self, encoder: Encoder, turns: Turns, slice_size: int = 256) -> None:
        self._encoder = encoder
        self._turns = turns
        self._slice = slice_size

    @property
    def encoder_id(self) -> str:
        """The id of the encoder inside."""
        return self._encoder.encoder_id

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), dim), rows of unit length; (0, dim) for none."""
        import numpy as np

        parts = []
        for start in range(0, max(len(sentences), 1), self._slice):
            with self._turns.turn():
                parts.append(self._encoder.encode(sentences[start : start + self._slice]))
        return parts[0] if len(parts) == 1 else np.concatenate(parts)
