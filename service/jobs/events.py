"""A job's progress as server-sent events (WHATWG HTML, section 9.2).

An `article` event for each that ends, with its place in that order as the event's id; a `progress` event
after each few; an `end` event, whose id is one more than there are articles. A reader that comes back with
Last-Event-ID hears only what it missed.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread

from service.jobs.errors import NoSuchJobError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from service.jobs.job import Job, Outcome
    from service.jobs.store import JobStore

_LOOK = 0.5  # seconds between two looks into the database: other processes work on the job too
_KEEP_ALIVE = 15.0  # seconds of silence before a comment, so that nothing in between closes the connection


async def events(
    store: JobStore,
    owner: str,
    job_id: str,
    shown: Callable[[Job], str],
    *,
    last: int = 0,
    stopping: Callable[[], bool] = lambda: False,
    look: float = _LOOK,
    keep_alive: float = _KEEP_ALIVE,
) -> AsyncIterator[bytes]:
    """Yield the events of an owner's job after `last` until it has ended, is deleted, or the server stops.

    `shown` gives a job as JSON.
    """

    def now() -> tuple[Job, list[Outcome]]:
        job = store.job(owner, job_id)  # before its articles: once it has ended, all of them are there
        return job, store.ended_since(owner, job_id, last)

    yield b"retry: 2000\n\n"
    silent, before = 0.0, ""
    while not stopping():
        try:
            job, ended = await anyio.to_thread.run_sync(now)
        except NoSuchJobError:
            yield _event("deleted", "{}")
            return
        for outcome in ended:
            last = outcome.sequence
            told = {"id": outcome.name, "number": outcome.number, "state": outcome.state}
            yield _event("article", json.dumps(told), last)
        current = shown(job)
        if job.ended is not None:
            yield _event("end", current, job.articles + 1)
            return
        if current != before:
            yield _event("progress", current)
            silent, before = 0.0, current
        elif silent >= keep_alive:
            yield b": still here\n\n"
            silent = 0.0
        await anyio.sleep(look)
        silent += look


def _event(name: str, data: str, number: int | None = None) -> bytes:
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {name}\ndata: {data}\n\n".encode()
