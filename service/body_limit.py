"""Request bodies over a limit are refused before they fill the memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.errors import LimitError
from service.problems import problem_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: answers 413 when a body is, or turns out to be, longer than `max_bytes`.

    `larger` has other limits by path, each with the setting that holds it. `answer` gives the response to an
    error on a path, or None for a problem document.
    """

    def __init__(
        self,
        app: ASGIApp,
        max_bytes: int,
        larger: Mapping[str, tuple[int, str]] | None = None,
        answer: Callable[[str, Exception], Response | None] | None = None,
    ) -> None:
        self._app = app
        self._usual = (max_bytes, "MAX_BYTES")
        self._larger = larger or {}
        self._answer = answer or (lambda _, error: None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._larger.get(scope["path"], self._usual)
        max_bytes = limit[0]
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > max_bytes:
            await self._refuse(int(announced), limit, scope, receive, send)
            return
        received = 0
        refused = False

        async def counted() -> Message:
            nonlocal received, refused
            message = await receive()
            received += len(message.get("body", b""))
            if received > max_bytes:
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
                await self._refuse(None, limit, scope, receive, send)

    async def _refuse(
        self, found: int | None, limit: tuple[int, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        error = LimitError("The request body", "bytes", found, *limit)
        answer = self._answer(scope["path"], error) or problem_of(error)
        await answer(scope, receive, send)
