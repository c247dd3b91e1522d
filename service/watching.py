"""Work on a worker thread for a client that may hang up: then it is cancelled."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

import anyio

from service.errors import OverloadedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastapi import Request

    from service.work import Work

T = TypeVar("T")


async def watched(request: Request, run: Callable[[], T], work: Work, places: anyio.CapacityLimiter) -> T:
    """Return what `run` gives, from a thread; `work` is cancelled when the client is gone.

    As many requests again as there are places may wait for one; beyond, OverloadedError is raised.
    """
    waiting = places.statistics().tasks_waiting
    if waiting >= places.total_tokens:
        raise OverloadedError("requests", waiting, int(places.total_tokens))
    results: list[T] = []
    errors: list[Exception] = []

    def wanted() -> T:
        if (problem := work.problem(time.monotonic())) is not None:
            raise problem
        return run()

    async def watch() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass  # its body has been read
        work.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        try:
            results.append(await anyio.to_thread.run_sync(wanted, limiter=places))
        except Exception as error:  # noqa: BLE001  # raised below, not as a group
            errors.append(error)
        group.cancel_scope.cancel()
    if errors:
        raise errors[0]
    return results[0]
