"""A translation as a stream of lines over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio
from fastapi.responses import StreamingResponse

from service.events import Begun
from service.problems import problem_document
from service.render.stream import StreamWriter, encoded, problem_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from service.events import Event
    from service.work import Work


async def streamed(
    events: Callable[[], Iterator[Event]],
    media_type: str,
    headers: dict[str, str],
    work: Work,
    limiter: anyio.CapacityLimiter,
) -> StreamingResponse:
    """Answer with a line for all that happens; the model work is done a slice at a time, off the event loop.

    What is wrong with the request is raised before there is an answer. When the client goes away, `work` is
    cancelled.
    """
    running = await anyio.to_thread.run_sync(events, limiter=limiter)

    def step() -> Event | None:
        return next(running, None)

    begun = await anyio.to_thread.run_sync(step, limiter=limiter)
    if not isinstance(begun, Begun):
        raise TypeError(f"A stream begins with Begun, not with {begun!r}.")
    writer = StreamWriter(begun)

    async def lines() -> AsyncIterator[bytes]:
        event: Event | None = begun
        try:
            while event is not None:
                yield b"".join(map(encoded, writer.lines(event)))
                event = await anyio.to_thread.run_sync(step, limiter=limiter)
        except Exception as error:  # noqa: BLE001 (the status is sent: only a line can tell, whatever it is)
            yield encoded(problem_line(problem_document(error)))
        finally:
            work.cancel()

    return StreamingResponse(lines(), media_type=media_type, headers=headers)
