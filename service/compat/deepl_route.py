"""What all routes of the DeepL API share: errors in its shape, keys, language codes."""

# No postponed annotations here: FastAPI reads them.
import hashlib
from collections.abc import Hashable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi import Request

from service.compat.deepl_forms import ErrorOut
from service.compat.errors import BodyError, DocumentNotReadyError
from service.compat.route import Answer, Errors, documented
from service.compat.texts import TextTranslator
from service.errors import QuotaError
from service.guard import admit, presented_key

JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_MESSAGES: Mapping[int, str] = MappingProxyType(
    {
        400: "Bad request",
        403: "Authorization failed",
        404: "Not found",
        413: "Request too large",
        429: "Too many requests",
        456: "Quota exceeded",
        500: "Internal error",
        503: "Service unavailable",
    }
)


def _own(error: Exception) -> Answer | None:
    if isinstance(error, QuotaError):
        return Answer(456, str(error))
    if isinstance(error, DocumentNotReadyError):
        return Answer(503, str(error))
    return None


def _written(answer: Answer) -> Mapping[str, str]:
    return {"message": _MESSAGES.get(answer.status, "Error"), "detail": answer.detail}


ERRORS = Errors(_own, _written)


def file_and_errors(media_type: str, *statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe for OpenAPI an answer that is a file, and the errors there may be instead."""
    return {200: {"content": {media_type: {}}, "description": "The file"}, **errors(*statuses)}


def errors(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe error answers for OpenAPI."""
    return documented(ErrorOut, _MESSAGES, *statuses)


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
