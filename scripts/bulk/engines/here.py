"""Aligning in this process, one document after the other.

In one thread, as the workers of the other engines: sums that several threads share out are rounded otherwise,
and a score may then differ in its last digit, where the output is to be the same byte for byte.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

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
        first = next(tasks, None)
        if first is None:
            return
        aligner = self._build(self._options)
        with threadpool_limits(limits=1):  # of the libraries that are loaded by now
            for task in chain([first], tasks):
                if stopped():
                    return
                yield aligner(task)
