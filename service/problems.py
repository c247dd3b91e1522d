"""Errors as answers: RFC 9457 problem documents with a stable type, from one table."""

from __future__ import annotations

import logging
import math
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from alignment.errors import AlignmentError
from models import errors as model_errors
from service import errors
from service.jobs import errors as job_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from fastapi import FastAPI, Request, Response
    from starlette.routing import BaseRoute

_LOG = logging.getLogger("triptych")
_TYPE = "urn:triptych:problem:"

# The first class that fits decides: status, and the type for errors that do not carry their own.
_TABLE: Sequence[tuple[type[Exception], int, str]] = (
    (errors.LimitError, 413, ""),
    (errors.FileFormatError, 415, ""),
    (errors.FormatError, 406, ""),
    (errors.RateError, 429, ""),
    (errors.QuotaError, 429, ""),
    (errors.AccessError, 401, ""),
    (job_errors.TooManyJobsError, 429, ""),
    (errors.RouteError, 503, ""),
    (errors.BusyError, 503, ""),
    (errors.MemoryFileError, 503, ""),
    (errors.MemoryUnknownError, 404, ""),
    (errors.DatabaseError, 503, ""),
    (job_errors.NoSuchJobError, 404, ""),
    (job_errors.MediaTypeError, 415, ""),
    (errors.ServiceError, 422, ""),
    (model_errors.CheckpointMissingError, 503, "model-missing"),
    (model_errors.CheckpointDamagedError, 503, "model-damaged"),
    (model_errors.EncoderMissingError, 503, "model-missing"),
    (model_errors.DeviceError, 503, "device"),
    (model_errors.UnknownCheckpointError, 422, "unknown-model"),
    (model_errors.UnsupportedTargetError, 422, "unsupported-target"),
    (AlignmentError, 422, "alignment"),
)
_SOON = 5  # seconds until a database that did not answer may do so


def documented(descriptions: Mapping[int, str]) -> dict[int | str, dict[str, Any]]:
    """Return the entries of an OpenAPI document for problems, by status."""
    return {
        status: {"description": text, "content": {"application/problem+json": {}}}
        for status, text in descriptions.items()
    }


def problem_response(
    status: int, kind: str, detail: str, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """Return an answer with a problem document; `kind` is the last part of its type."""
    content = _document(status, kind, detail) | more
    return JSONResponse(content, status, headers, media_type="application/problem+json")


def problem_of(error: Exception) -> JSONResponse:
    """Return the answer for one of our errors."""
    document = problem_document(error)
    return JSONResponse(
        document, document["status"], headers_of(error), media_type="application/problem+json"
    )


def _document(status: int, kind: str, detail: str) -> dict[str, Any]:
    return {"type": _TYPE + kind, "title": HTTPStatus(status).phrase, "status": status, "detail": detail}


def problem_document(error: Exception) -> dict[str, Any]:
    """Return the problem document for one of our errors; one that is not ours is logged."""
    for family, status, kind in _TABLE:
        if isinstance(error, family):
            detail = str(error)
            if isinstance(error, model_errors.CheckpointDamagedError):
                # The message names a folder of this machine, which is not the caller's business.
                detail = f'"{error.checkpoint_id}" is damaged on the server and is not used.'
            if isinstance(error, errors.MemoryFileError):
                _LOG.error("%s", error)
                detail = "The translation memory of the server cannot be used."
            if isinstance(error, errors.DatabaseError):
                _LOG.error("%s", error)
                detail = "The database does not answer; try again later."
            return _document(status, kind or getattr(error, "kind", "error"), detail)
    _LOG.exception("unexpected error", exc_info=error)
    return _document(500, "internal", "Something went wrong on the server; it has been logged.")


def status_of(error: Exception) -> int:
    """Return the status that answers an error of ours, 500 for any other."""
    return next((status for family, status, _ in _TABLE if isinstance(error, family)), 500)


def headers_of(error: Exception) -> dict[str, str] | None:
    """Return the headers that go with an error."""
    if isinstance(error, (errors.RateError, errors.QuotaError)):
        return {"Retry-After": str(max(math.ceil(error.retry_after), 1))}
    if isinstance(error, errors.BusyError) and error.retry_after is not None:
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, errors.DatabaseError):
        return {"Retry-After": str(_SOON)}
    if isinstance(error, errors.AccessError):
        return {"WWW-Authenticate": "Bearer"}
    return None


def _allowed(request: Request, named: str) -> str:
    """Return the methods of all routes on a request's path; the router itself names those of the first."""
    methods = {method.strip() for method in named.split(",") if method.strip()}
    for route in _routes(request.app.routes):
        if route.matches(request.scope)[0] is not Match.NONE:
            methods |= getattr(route, "methods", None) or set()
    return ", ".join(sorted(methods))


def _routes(routes: Sequence[BaseRoute]) -> Iterator[BaseRoute]:
    """Go through routes, those of included routers too."""
    for route in routes:
        inner = getattr(route, "original_router", None)
        yield from _routes(inner.routes) if inner is not None else (route,)


def said_of(error: HTTPException) -> str:
    """Return one line for people about an error of the web framework."""
    if error.status_code == 404 and error.detail == HTTPStatus(404).phrase:
        return "There is no such path here; /docs lists those there are."
    if error.status_code == 405:
        return "The path is there, but not for this method; see the header Allow, and /docs."
    return str(error.detail)


def _fault(item: Mapping[str, Any]) -> dict[str, str]:
    """Return which field of a request is wrong, and how, in words of ours where pydantic's do not help."""
    if item["type"] == "json_invalid":
        said = item.get("ctx", {}).get("error", "it cannot be read")
        return {"field": "body", "problem": f"it is no JSON: {said} (character {item['loc'][-1]})"}
    field = ".".join(str(part) for part in item["loc"][1:]) or "body"
    if field == "body" and item["type"] == "model_attributes_type":
        return {"field": field, "problem": "send a JSON object, with Content-Type: application/json"}
    if item["type"] == "extra_forbidden":
        return {"field": field, "problem": "nobody knows this field"}
    return {"field": field, "problem": item["msg"]}


def install_problems(
    app: FastAPI, own: Callable[[str, Exception], Response | None] = lambda _path, _error: None
) -> None:
    """Answer every error of an application with a problem document.

    `own` gives another answer to what the web framework refuses on a path, None for a problem document.
    """

    async def ours(_: Request, error: Exception) -> JSONResponse:
        return problem_of(error)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        found = error.errors() if isinstance(error, RequestValidationError) else []
        places = [_fault(item) for item in found]
        detail = "; ".join(f"{place['field']}: {place['problem']}" for place in places[:5])
        return problem_response(422, "invalid-request", detail, errors=places)

    async def http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            return problem_of(error)
        if error.status_code == 405:
            allowed = _allowed(request, (error.headers or {}).get("Allow", ""))
            error.headers = {**(error.headers or {}), "Allow": allowed}
        if (answer := own(request.url.path, error)) is not None:
            return answer
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        return problem_response(error.status_code, kind, said_of(error), dict(error.headers or {}))

    for family in (errors.ServiceError, model_errors.ModelError, AlignmentError):
        app.add_exception_handler(family, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, ours)
