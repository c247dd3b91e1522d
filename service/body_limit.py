"""Request bodies over a limit are refused before they fill the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.errors import LimitError
from service.problems import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: answers 413 when a body is, or turns out to be, longer than `max_bytes`.

    `answer` gives the response to an error on a path; a problem document unless it is given.
    """

    def __init__(
        self, app: ASGIApp, max_bytes: int, answer: Callable[[str, Exception], Response] | None = None
    ) -> None:
        self._app = app
        self._max_bytes = max_bytes
        self._answer = answer or (lambda _, error: problem_of(error))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > self._max_bytes:
            await self._refuse(int(announced), scope, receive, send)
            return
        received = 0
        refused = False

        async def counted() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                refused = True
                return {"type": "http.disconnect"}
            return message

        async def watched(message: Message) -> None:
            if not refused:
                await send(message)

        try:
            await self._app(scope, counted, watched)
        finally:
            if refused:
                await self._refuse(None, scope, receive, send)

    async def _refuse(self, found: int | None, scope: Scope, receive: Receive, send: Send) -> None:
        error = LimitError("The request body", "bytes", found, self._max_bytes)
        await self._answer(scope["path"], error)(scope, receive, send)
