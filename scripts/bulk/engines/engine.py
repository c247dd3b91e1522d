"""What every engine can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bulk.aligning import DocumentAligner
    from bulk.options import RunOptions
    from bulk.task import Outcome, Task

    Build = Callable[[RunOptions], DocumentAligner]


class Engine(Protocol):
    """Aligns documents, in any order and only a bounded number of them at a time."""

    def outcomes(self, tasks: Iterator[Task], stopped: Callable[[], bool]) -> Iterator[Outcome | None]:
        """Yield one outcome for each task, and None now and then while none is ready.

        Ends early once `stopped` says so; the tasks in work then have no outcome. Raises EngineError, or a
        ModelError or BulkError where what the workers need cannot be had.
        """
