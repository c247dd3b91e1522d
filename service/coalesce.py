"""Identical work in flight is done once.

A client that hears nothing for a while asks again; without this, a slow answer would make the service slower
still. Work runs apart from the requests that wait for it, so that the first of them may hang up.

Leaves out: answers are not kept once they are given; work on other processes is not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import anyio

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from anyio.abc import TaskGroup

T = TypeVar("T")


@dataclass(slots=True)
class _Flight:
    landed: anyio.Event = field(default_factory=anyio.Event)
    result: Any = None
    error: Exception | None = None


class Coalescer:
    """Work by its identity; it runs in a task group that outlives requests."""

    def __init__(self, tasks: TaskGroup) -> None:
        self._tasks = tasks
        self._flights: dict[Hashable, _Flight] = {}

    async def run(self, identity: Hashable, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` gives, or what the same work that runs already gives; raise what it raises."""
        flight = self._flights.get(identity)
        if flight is None:
            flight = self._flights[identity] = _Flight()
            self._tasks.start_soon(self._fly, identity, flight, work)
        await flight.landed.wait()
        if flight.error is not None:
            raise flight.error
        result: T = flight.result
        return result

    async def _fly(self, identity: Hashable, flight: _Flight, work: Callable[[], Awaitable[Any]]) -> None:
        try:
            flight.result = await work()
        except Exception as error:  # noqa: BLE001  # those who wait get it
            flight.error = error
        finally:
            del self._flights[identity]
            flight.landed.set()
