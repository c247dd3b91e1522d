"""What all routes of the DeepL API share: errors in its shape, keys, language codes."""

# No postponed annotations here: FastAPI reads them.
import hashlib
import logging
from collections.abc import Callable, Coroutine, Hashable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from models.errors import ModelError
from service import errors as service_errors
from service.compat.deepl_forms import ErrorOut
from service.compat.errors import (
    BodyError,
    DocumentNotReadyError,
    UnknownDocumentError,
    UnknownGlossaryError,
)
from service.compat.texts import TextTranslator
from service.guard import admit, presented_key
from service.problems import headers_of, status_of

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_LOG = logging.getLogger("triptych")
_MESSAGES = {
    400: "Bad request",
    403: "Authorization failed",
    404: "Not found",
    413: "Request too large",
    429: "Too many requests",
    456: "Quota exceeded",
    500: "Internal error",
    503: "Service unavailable",
}
# The first class that fits decides; for others, the status of their problem document in this API's terms.
_OWN: tuple[tuple[type[Exception], int], ...] = (
    (service_errors.QuotaError, 456),
    (UnknownGlossaryError, 404),
    (UnknownDocumentError, 404),
    (DocumentNotReadyError, 503),
    (RequestValidationError, 400),
    (ClientDisconnect, 400),
)
_IN_THEIR_TERMS: Mapping[int, int] = MappingProxyType({401: 403, 406: 400, 415: 400, 422: 400})


class Route(APIRoute):
    """A route whose errors have this API's shape."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler, errors caught."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Exception as error:  # noqa: BLE001  # every error has an answer
                return error_response(error)

        return handle


def error_response(error: Exception) -> Response:
    """Return the answer to an error in this API's shape: message and detail, both strings."""
    status = next((own for family, own in _OWN if isinstance(error, family)), status_of(error))
    detail = str(error)
    if isinstance(error, HTTPException):
        status, detail = error.status_code, str(error.detail)
    elif isinstance(error, ModelError) and status == 503:
        detail = "The translation model is not on the server."
        _LOG.warning("%s", error)
    elif status == 500:
        detail = "Something went wrong on the server; it has been logged."
        _LOG.exception("unexpected error", exc_info=error)
    status = _IN_THEIR_TERMS.get(status, status)
    content = {"message": _MESSAGES.get(status, "Error"), "detail": detail}
    return JSONResponse(content, status, headers_of(error))


def file_and_errors(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe for OpenAPI an answer that is a file, and the errors there may be instead."""
    return {200: {"content": {media_type: {}}, "description": "The file"}, **errors(*statuses)}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe error answers for OpenAPI."""
    return {status: {"model": ErrorOut, "description": _MESSAGES[status]} for status in statuses}


async def admitted(request: Request) -> None:
    """Admit the caller; raise an AccessError."""
    await admit(request, presented_key(request))


async def identity_of(request: Request) -> Hashable:
    """Return what makes a request the same as another; to be asked before its form is read."""
    digest = hashlib.sha256(await request.body()).digest()
    return request.state.caller.id, str(request.url), request.headers.get("content-type"), digest


def check_formality(formality: str) -> None:
    """Raise BodyError where a formality is asked for outright."""
    if formality in ("more", "less"):
        raise BodyError(
            "formality: it is not supported for this target_lang; use prefer_more or prefer_less."
        )


def base_language(code: str) -> str:
    """Return the ISO 639-1 code of a language or variant: "es" for "ES-419"."""
    return code.strip().lower().partition("-")[0]


def source_language(code: str | None, translator: TextTranslator) -> str | None:
    """Return a source language, None where it is to be detected; raise BodyError for one there is not."""
    if not code:
        return None
    language = base_language(code)
    if language not in translator.sources:
        known = ", ".join(known.upper() for known in translator.sources)
        raise BodyError(f'source_lang: "{code}" is not supported; there are {known}.')
    return language


def target_language(code: str, translator: TextTranslator) -> str:
    """Return a target language; raise BodyError for one there is not."""
    language = base_language(code)
    if language not in translator.targets and language not in translator.sources:
        known = ", ".join(known.upper() for known in translator.targets)
        raise BodyError(f'target_lang: "{code}" is not supported; there are {known}.')
    return language
