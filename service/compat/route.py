"""Routes of the other services' APIs: whatever goes wrong in one is answered in its API's shape.

An API says which statuses it has for what (`Answer`), and how it writes an error down; all else is the same
for every one of them.
"""

# No postponed annotations here: FastAPI reads them.
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from models.errors import ModelError
from service.compat.errors import UnknownDocumentError, UnknownGlossaryError
from service.problems import headers_of, said_of, status_of

_LOG = logging.getLogger("triptych")
# The statuses of problem documents in these APIs' terms.
_IN_THEIR_TERMS: Mapping[int, int] = MappingProxyType({401: 403, 406: 400, 415: 400, 422: 400})
# What has no problem document. The first class that fits decides.
_COMMON: tuple[tuple[type[Exception], int], ...] = (
    (UnknownGlossaryError, 404),
    (UnknownDocumentError, 404),
    (RequestValidationError, 400),
    (ClientDisconnect, 400),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an API says of an error: a status, and a line for people."""

    status: int
    detail: str


# An API's own answer to an error, None where it has the common one.
Own = Callable[[Exception], Answer | None]


class Errors:
    """How an API answers errors: `own` are its own answers, `written` is the body of one."""

    def __init__(self, own: Own, written: Callable[[Answer], Mapping[str, str]]) -> None:
        self._own = own
        self._written = written

    def response(self, error: Exception) -> Response:
        """Return the answer to an error in the API's shape; one that is not ours is logged."""
        answer = self._own(error) or _common(error)
        headers = error.headers if isinstance(error, HTTPException) else headers_of(error)
        return JSONResponse(dict(self._written(answer)), answer.status, headers)

    def route_class(self) -> type[APIRoute]:
        """Return the class of the API's routes."""
        answered = self.response

        class Route(APIRoute):
            """A route whose errors have the API's shape."""

            def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
                """Return the handler, errors caught."""
                handler = super().get_route_handler()

                async def handle(request: Request) -> Response:
                    try:
                        return await handler(request)
                    except Exception as error:  # noqa: BLE001  # every error has an answer
                        return answered(error)

                return handle

        return Route


def documented(model: type[BaseModel], told: Mapping[int, str], *statuses: int) -> dict[int | str, Any]:
    """Describe for OpenAPI errors of some statuses; `told` says of each when it is."""
    return {status: {"model": model, "description": told[status]} for status in statuses}


def _common(error: Exception) -> Answer:
    if isinstance(error, HTTPException):
        status, detail = error.status_code, said_of(error)
    else:
        status = next((own for family, own in _COMMON if isinstance(error, family)), status_of(error))
        detail = str(error)
    if isinstance(error, ModelError) and status == 503:
        # The message names commands and folders of the server, which are not the caller's business.
        detail = "The translation model is not on the server."
        _LOG.warning("%s", error)
    elif status == 500:
        detail = "Something went wrong on the server; it has been logged."
        _LOG.exception("unexpected error", exc_info=error)
    return Answer(_IN_THEIR_TERMS.get(status, status), detail)
