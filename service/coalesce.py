"""Identical work in flight is done once.

A client that hears nothing for a while asks again; without this, a slow answer would make the service slower
still. Work runs apart from the requests that wait for it, so that all of them may hang up: an answer that
nobody was there to take waits a minute for one who asks again.

Leaves out: answers are not kept once they are given; work on other processes is not seen.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from anyio.abc import TaskGroup

T = TypeVar("T")

_KEPT = 60.0  # seconds; clients ask again within a few


@dataclass(slots=True)
class _Flight:
    landed: anyio.Event = field(default_factory=anyio.Event)
    result: Any = None
    error: Exception | None = None
    until: float | None = None  # when its answer is given up, once there is one


class Coalescer:
    """Work by its identity; it runs in a task group that outlives requests."""

    def __init__(self, tasks: TaskGroup, clock: Callable[[], float] = time.monotonic) -> None:
        self._tasks = tasks
        self._clock = clock
        self._flights: dict[Hashable, _Flight] = {}

    async def run(
        self,
        identity: Hashable,
        work: Callable[[], Awaitable[T]],
        gone: Callable[[], Awaitable[bool]],
    ) -> T:
        """Return what `work` gives, or what the same work gives or has given to nobody; raise what it raises.

        `gone` is asked, when the answer is there, whether the one who wanted it has hung up.
        """
        self._forget()
        flight = self._flights.get(identity)
        if flight is None:
            flight = self._flights[identity] = _Flight()
            self._tasks.start_soon(self._fly, identity, flight, work)
        await flight.landed.wait()
        if flight.error is not None:
            raise flight.error
        if not await gone() and self._flights.get(identity) is flight:
            del self._flights[identity]
        result: T = flight.result
        return result

    async def _fly(self, identity: Hashable, flight: _Flight, work: Callable[[], Awaitable[Any]]) -> None:
        try:
            flight.result = await work()
            flight.until = self._clock() + _KEPT
        except Exception as error:  # noqa: BLE001  # those who wait get it
            flight.error = error
        finally:
            if flight.until is None:
                del self._flights[identity]
            flight.landed.set()

    def _forget(self) -> None:
        """Drop the answers that nobody has come back for."""
        now = self._clock()
        late = [key for key, each in self._flights.items() if each.until is not None and each.until < now]
        for key in late:
            del self._flights[key]
