"""The door to the API: callers are admitted, and what they send is counted, before anything is done for them.

The ways a key can be sent: Authorization: Bearer KEY, Authorization: DeepL-Auth-Key KEY, X-API-Key: KEY.
The address of a caller is the connection's; behind a proxy uvicorn puts the forwarded one in its place, from
the proxies that TRIPTYCH_TRUSTED_PROXIES names and from no others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio.to_thread
from starlette.requests import HTTPConnection

from service.errors import AccessError
from service.problems import problem_of

if TYPE_CHECKING:
    from fastapi import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.access import Access, Caller

_SCHEMES = ("bearer ", "deepl-auth-key ")


class Guard:
    """ASGI middleware: requests under a prefix are admitted, or answered with a problem.

    The pages, the documentation and the health checks lie outside of it; routers of other shapes admit
    their callers themselves, with `admit`.
    """

    def __init__(self, app: ASGIApp, prefix: str = "/v1/") -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and scope["path"].startswith(self._prefix):
            connection = HTTPConnection(scope)
            try:
                await admit(connection, presented_key(connection))
            except AccessError as error:
                await problem_of(error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def presented_key(connection: HTTPConnection) -> str | None:
    """Return the key in a request's headers, None where there is none."""
    authorization = connection.headers.get("authorization", "")
    for scheme in _SCHEMES:
        if authorization.lower().startswith(scheme):
            return authorization[len(scheme) :].strip()
    return connection.headers.get("x-api-key")


async def admit(connection: HTTPConnection, presented: str | None, *, needed: bool = True) -> Caller:
    """Admit a caller and remember it with the request; raise an AccessError.

    What is open to all (`needed` False) wants no key, and is limited all the same.
    """
    access: Access = connection.state.access
    address = connection.client.host if connection.client else ""
    if presented is None:  # nothing to look up
        caller = access.admit(None, address, needed=needed)
    else:
        caller = await anyio.to_thread.run_sync(access.admit, presented, address)
    connection.state.caller = caller
    return caller


def owner(request: Request) -> str:
    """Return whose what an admitted request makes is: the key's, or everyone's who has none."""
    caller: Caller = request.state.caller
    return caller.id if caller.key is not None else "anyone"


def counted(request: Request) -> bool:
    """Say whether an admitted request's characters count for anything."""
    access: Access = request.state.access
    return access.counts(request.state.caller)


async def charge(request: Request, characters: int) -> None:
    """Count characters that a request wants worked on; raise an AccessError."""
    access: Access = request.state.access
    caller: Caller = request.state.caller
    if caller.key is None:
        access.charge(caller, characters)
    else:
        await anyio.to_thread.run_sync(access.charge, caller, characters)


async def refund(request: Request, characters: int) -> None:
    """Take back what was counted for a request, for nothing came of it."""
    access: Access = request.state.access
    await anyio.to_thread.run_sync(access.refund, request.state.caller, characters)
