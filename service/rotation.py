"""The sentences that wait for one checkpoint, and whose turn it is.

Pure: no threads, no clock; `service.batcher` holds the lock. Requests are served round robin (Nagle 1987, "On
packet switches with infinite storage"): each gives a slice to a batch and goes to the back, so that a short
request waits for about one batch, however many sentences a book has left. A request gives its longest
sentences first, so that what stands in one batch is of like length. A sentence that several requests want is
there once, and is dropped when none of them wants it any more.

Leaves out: weights and priorities; every request is worth the same.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from threading import Event
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from models.translation import Translation
    from service.work import Work


@dataclass(eq=False, slots=True)
class Unit:
    """A sentence to be translated, and the requests that wait for it."""

    target: str
    sentence: str
    since: float
    claims: set[Request] = field(default_factory=set)
    running: bool = False
    result: Translation | None = None


@dataclass(eq=False, slots=True)
class Request:
    """Sentences that one caller waits for; `done` is set when all are there, or `problem` says why not."""

    work: Work
    target: str
    units: list[Unit] = field(default_factory=list)
    waiting: deque[Unit] = field(default_factory=deque)
    missing: int = 0
    done: Event = field(default_factory=Event)
    problem: Exception | None = None


class Rotation:
    """Requests by turns, and every sentence in flight once."""

    def __init__(self, share: int = 8) -> None:
        self._share = share
        self._rotation: deque[Request] = deque()
        self._requests: set[Request] = set()
        self._units: dict[tuple[str, str], Unit] = {}
        self.waiting = 0

    def unseen(self, sentences: Iterable[str], target: str) -> int:
        """Return how many of some distinct sentences are not in flight yet."""
        return sum((target, sentence) not in self._units for sentence in sentences)

    def add(self, sentences: Sequence[str], target: str, work: Work, now: float) -> Request:
        """Take in the distinct sentences of a request; its units, in their order, will have the results."""
        request = Request(work, target)
        for sentence in sentences:
            unit = self._units.get((target, sentence))
            if unit is None:
                unit = self._units[target, sentence] = Unit(target, sentence, now)
                self.waiting += 1
            unit.claims.add(request)
            request.units.append(unit)
        request.missing = len(request.units)
        # One that another request put there first stands in both queues, and is taken from either.
        pending = [unit for unit in request.units if not unit.running]
        request.waiting = deque(sorted(pending, key=lambda unit: -len(unit.sentence)))
        self._requests.add(request)
        if request.waiting:
            self._rotation.append(request)
        if not request.units:
            self._end(request)
        return request

    def requests(self) -> list[Request]:
        """Return the requests that are not done."""
        return list(self._requests)

    def drop(self, now: float) -> int:
        """End the requests that are cancelled or late; return how many sentences leave the queue."""
        before = self.waiting
        for request in self.requests():
            problem = request.work.problem(now)
            if problem is not None:
                self.fail(request, problem)
        return before - self.waiting

    def take(self, sentences: int, characters: int) -> list[Unit]:
        """Take the next batch, all for one target: so many sentences and characters, at least one sentence.

        The target is that of the request whose turn it is; requests for others keep their place before it.
        """
        self._rotation = deque(request for request in self._rotation if _head(request) is not None)
        if not self._rotation:
            return []
        target = self._rotation[0].target
        batch: list[Unit] = []
        served: dict[Request, None] = {}
        eligible = deque(request for request in self._rotation if request.target == target)
        while eligible and len(batch) < sentences and characters > 0:
            request = eligible.popleft()
            taken = self._slice(request, min(self._share, sentences - len(batch)), characters, bool(batch))
            batch += taken
            characters -= sum(len(unit.sentence) for unit in taken)
            if taken:
                served[request] = None
                eligible.append(request)
        self.waiting -= len(batch)
        waiting = [request for request in self._rotation if request not in served]
        self._rotation = deque([*waiting, *served])
        return batch

    def _slice(self, request: Request, count: int, characters: int, begun: bool) -> list[Unit]:
        """Take up to so many sentences of a request, as many as fit; the first of a batch always does."""
        taken: list[Unit] = []
        while len(taken) < count and (unit := _head(request)) is not None:
            if (begun or taken) and len(unit.sentence) > characters:
                break
            unit.running = True
            characters -= len(unit.sentence)
            taken.append(request.waiting.popleft())
        return taken

    def settle(self, unit: Unit, result: Translation) -> None:
        """Give a sentence's translation to all who wait for it."""
        unit.result = result
        self._units.pop((unit.target, unit.sentence), None)
        for request in unit.claims:
            request.missing -= 1
            if not request.missing:
                self._end(request)

    def spoil(self, unit: Unit, problem: Exception) -> None:
        """End all who wait for a sentence that cannot be translated."""
        self._units.pop((unit.target, unit.sentence), None)
        for request in list(unit.claims):
            self.fail(request, problem)

    def fail(self, request: Request, problem: Exception) -> None:
        """End a request; its sentences that nobody else waits for leave the queue."""
        if request.done.is_set():
            return
        request.problem = problem
        for unit in request.units:
            unit.claims.discard(request)
            if not unit.claims and not unit.running and unit.result is None:
                del self._units[unit.target, unit.sentence]
                self.waiting -= 1
        self._end(request)

    def _end(self, request: Request) -> None:
        self._requests.discard(request)
        request.waiting.clear()
        request.done.set()


def _head(request: Request) -> Unit | None:
    """Return a request's next sentence, those that another one's turn has taken put aside."""
    while request.waiting and (request.waiting[0].running or request.waiting[0].result is not None):
        request.waiting.popleft()
    return request.waiting[0] if request.waiting else None
