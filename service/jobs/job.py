"""A job and its articles as they are told to a caller."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from service.jobs.task import Task


class State(StrEnum):
    """Where an article, or a job as a whole, stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """A job; `counts` are its articles by state, times are seconds since 1970."""

    id: str
    created: float
    articles: int
    finished: int
    cancelled: float | None
    ended: float | None
    counts: dict[State, int]

    @property
    def state(self) -> State:
        """Waiting, running, done (some articles may have failed) or cancelled."""
        if self.cancelled is not None:
            return State.CANCELLED
        if self.ended is not None:
            return State.DONE
        begun = self.finished or self.counts.get(State.RUNNING, 0)
        return State.RUNNING if begun else State.WAITING


@dataclass(frozen=True, slots=True)
class Outcome:
    """An article that is over; `sequence` tells the order in which they ended.

    `result` is packed (`service.jobs.results`), `problem` a problem document as JSON.
    """

    number: int
    name: str
    state: State
    sequence: int
    result: bytes | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """An article that a worker holds; `attempts` counts this one."""

    job_id: str
    number: int
    attempts: int
    task: Task
