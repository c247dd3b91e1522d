"""Aligning in this process, one document after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bulk.engines.engine import Build
    from bulk.options import RunOptions
    from bulk.task import Outcome, Task


class HereEngine:
    """For a few documents, and for looking into what goes wrong."""

    def __init__(self, build: Build, options: RunOptions) -> None:
        self._build = build
        self._options = options

    def outcomes(self, tasks: Iterator[Task], stopped: Callable[[], bool]) -> Iterator[Outcome | None]:
        """Yield the outcomes in order; see Engine."""
        aligner = None
        for task in tasks:
            if stopped():
                return
            aligner = aligner or self._build(self._options)
            yield aligner(task)
