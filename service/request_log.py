"""Every request has an id, a line in the log and a place in the metrics.

The id is the caller's X-Request-ID where that is a plain word, else a new one; the answer carries it.
Requests are told apart by route ("/v1/jobs/{id}"), never by path or query, which may hold a text.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from typing import TYPE_CHECKING

from service.logs import REQUEST_ID

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.metrics import Metrics

_LOG = logging.getLogger("triptych.request")
_PLAIN = re.compile(r"[\w.-]{1,64}", re.ASCII)
_GONE = 499  # what nginx writes down when the client has closed the connection; nobody is sent it
_QUIET = {"/healthz", "/readyz", "/metrics"}  # asked every few seconds: logged at DEBUG


class RequestLog:
    """ASGI middleware; stands outside of all others, so that it sees what they answer."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        token = REQUEST_ID.set(request_id)
        began = time.perf_counter()
        status, size = _GONE, 0

        async def watched(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", request_id.encode())]
            else:
                size += len(message.get("body", b""))
            await send(message)

        self._metrics.began()
        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "unknown")
            self._metrics.answered(scope["method"], route, status, seconds)
            _LOG.log(
                logging.DEBUG if route in _QUIET else logging.INFO,
                "request",
                extra={
                    "method": scope["method"],
                    "route": route,
                    "status": status,
                    "seconds": round(seconds, 4),
                    "bytes": size,
                },
            )
            REQUEST_ID.reset(token)


def _request_id(scope: Scope) -> str:
    given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
    return given if _PLAIN.fullmatch(given) else uuid.uuid4().hex
