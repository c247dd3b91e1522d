"""One caller's claim on the engines: until when it wants its translations, and whether it still does."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

from service.errors import CancelledError, DeadlineError

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """Handed from the edge through the pipeline to the batcher; any thread may cancel it.

    `deadline` is on the clock of `time.monotonic` (None: none). `admitted` is set when a queue first takes
    it in: what it asks for afterwards is not refused for a full queue any more.
    """

    deadline: float | None = None
    cancelled: Event = field(default_factory=Event)
    admitted: Event = field(default_factory=Event)

    @classmethod
    def within(cls, seconds: float, clock: Callable[[], float] = time.monotonic) -> Work:
        """Return work whose deadline is so many seconds from now."""
        return cls(clock() + seconds)

    def cancel(self) -> None:
        """Say that nobody wants it any more; what has not reached an engine is dropped."""
        self.cancelled.set()

    def problem(self, now: float) -> CancelledError | DeadlineError | None:
        """Return why it is not to be gone on with at a time of the deadline's clock, None if it is."""
        if self.cancelled.is_set():
            return CancelledError()
        if self.deadline is not None and now >= self.deadline:
            return DeadlineError()
        return None
