"""Turns at something that only so many may use at a time, first come, first served.

A `threading.Semaphore` lets a thread that releases it take it again before those that wait; under load, one
of two engines would never get its turn.
"""

from __future__ import annotations

from collections import Counter, deque
from contextlib import contextmanager
from threading import Event, Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from models.encoder import Encoder


class Turns:
    """Has `places`; threads that come for the same one share its place."""

    def __init__(self, places: int = 1) -> None:
        self._free = places
        self._inside: Counter[object] = Counter()
        self._waiting: deque[tuple[object, Event]] = deque()
        self._lock = Lock()

    @contextmanager
    def turn(self, who: object | None = None) -> Iterator[None]:
        """Wait for a place, and keep it inside; it is shared with all who come for the same `who`."""
        who = object() if who is None else who
        mine = Event()
        with self._lock:
            self._waiting.append((who, mine))
            self._admit()
        mine.wait()
        try:
            yield
        finally:
            with self._lock:
                self._inside[who] -= 1
                if not self._inside[who]:
                    del self._inside[who]
                    self._free += 1
                self._admit()

    def _admit(self) -> None:
        """Let in those who wait, up to the first for whom there is no place; the lock is held."""
        while self._waiting:
            who, event = self._waiting[0]
            if who not in self._inside:
                if not self._free:
                    return
                self._free -= 1
            self._inside[who] += 1
            self._waiting.popleft()
            event.set()


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
