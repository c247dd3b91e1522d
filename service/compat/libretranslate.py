"""The API of LibreTranslate: /translate, /detect, /languages, /translate_file, /frontend/settings, /health.

Leaves out: suggestions (/suggest), and conversions between file formats.
"""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from fastapi import APIRouter, Request, Response

from service.article import Article, Format
from service.compat.body import fields_of, request_body, validated
from service.compat.libretranslate_forms import (
    Detected,
    DetectIn,
    ErrorOut,
    FileIn,
    FileOut,
    LanguageOut,
    TranslateIn,
    TranslateOut,
)
from service.compat.parts import parts_of
from service.compat.route import Answer, Errors, documented
from service.detect import Guess
from service.errors import KeyMissingError, LimitError
from service.formats import EXTENSIONS, read
from service.formats.lines import read_lines
from service.guard import admit, charge, presented_key
from service.pipeline import SOURCE
from service.render.languages import english_name

_JSON, _FORM, _MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_TOLD: Mapping[int, str] = MappingProxyType(
    {
        400: "Something in the request cannot be used, or a key is needed",
        403: "The key is unknown or revoked",
        404: "There is no such document",
        413: "The body is over the limit",
        429: "Too much at once; Retry-After says when to come again",
        503: "The model is not on the server",
    }
)


def _own(error: Exception) -> Answer | None:
    if isinstance(error, KeyMissingError):
        return Answer(400, "An API key is needed; ask whoever runs the service for one.")
    if isinstance(error, LimitError) and error.unit != "bytes":
        return Answer(400, str(error))
    return None


ERRORS = Errors(_own, lambda answer: {"error": answer.detail})


def _errors(*statuses: int) -> dict[int | str, Any]:
    return documented(ErrorOut, _TOLD, *statuses)


def build_router() -> APIRouter:
    """Return the routes; they find their parts in the lifespan's state."""
    router = APIRouter(route_class=ERRORS.route_class(), tags=["LibreTranslate"])

    @router.post(
        "/translate",
        response_model=TranslateOut,
        response_model_exclude_none=True,
        responses=_errors(400, 403, 413, 429, 503),
        openapi_extra=request_body(_JSON, _FORM, _MULTIPART, model=TranslateIn),
    )
    async def translate(request: Request) -> TranslateOut:
        """Translate a text, or a list of texts."""
        fields = await fields_of(request)
        await _admitted(request, fields)
        body = validated(TranslateIn, fields)
        texts = body.q if isinstance(body.q, list) else [body.q]
        translator = parts_of(request).texts
        source, target = _source(body.source), body.target.lower()
        translator.check(source, target)
        await charge(request, sum(map(len, texts)))
        found = await translator.translate(
            texts, source, target, _READERS[body.format], alternatives=body.alternatives
        )
        several = isinstance(fields["q"], list)
        out = TranslateOut(translatedText=[item.text for item in found] if several else found[0].text)
        if source is None:
            detected = [_detected(item.source) for item in found]
            out.detectedLanguage = detected if several else detected[0]
        if body.alternatives:
            others = [list(item.alternatives) for item in found]
            out.alternatives = others if several else others[0]
        return out

    @router.post(
        "/detect",
        responses=_errors(400, 403, 413, 429),
        openapi_extra=request_body(_JSON, _FORM, _MULTIPART, model=DetectIn),
    )
    async def detect(request: Request) -> list[Detected]:
        """Say which language a text is in, the likeliest first."""
        fields = await fields_of(request)
        await _admitted(request, fields)
        body = validated(DetectIn, fields)
        await charge(request, len(body.q))
        translator = parts_of(request).texts
        guesses = await translator.detect(body.q)
        return [_detected(guess) for guess in guesses if guess.probability >= 0.01] or [
            Detected(confidence=0.0, language=translator.sources[0])
        ]

    @router.get("/languages", responses=_errors(429, 503))
    async def languages(request: Request) -> list[LanguageOut]:
        """List the languages, and what each can be translated into."""
        await admit(request, None, needed=False)
        translator = parts_of(request).texts
        pairs = translator.pairs
        return [
            LanguageOut(code=code, name=english_name(code), targets=list(pairs.get(code, ())))
            for code in dict.fromkeys([*pairs, *translator.targets])
        ]

    @router.post(
        "/translate_file",
        responses=_errors(400, 403, 413, 429, 503),
        openapi_extra=request_body(_MULTIPART, model=FileIn),
    )
    async def translate_file(request: Request) -> FileOut:
        """Translate a document; the answer says where the translation can be fetched."""
        fields = await fields_of(request)
        await _admitted(request, fields)
        body = validated(FileIn, fields)
        translator = parts_of(request).texts
        source, target = _source(body.source), body.target.lower()
        translator.check(source, target)
        await charge(request, await translator.characters_of(body.file.name, body.file.content))
        result = await translator.translate_document(body.file.name, body.file.content, source, target)
        document_id, key = await parts_of(request).documents.keep(result)
        name = f"{document_id}-{key}{result.extension}"
        return FileOut(translatedFileUrl=str(request.url_for("download_file", name=name)))

    @router.get(
        "/download_file/{name}",
        response_class=Response,
        responses={
            200: {"content": {"application/octet-stream": {}}, "description": "The document"},
            **_errors(404, 429),
        },
    )
    async def download_file(request: Request, name: str) -> Response:
        """Fetch a translated document; its address is known only to whoever had it translated."""
        await admit(request, None, needed=False)
        document_id, _, key = name.partition(".")[0].partition("-")
        document = await parts_of(request).documents.result(document_id, key, forget=False)
        return Response(
            document.result,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="translated{document.extension}"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    @router.get("/frontend/settings", responses=_errors(429, 503))
    async def frontend_settings(request: Request) -> dict[str, Any]:
        """Say what a page that uses this API needs to know."""
        await admit(request, None, needed=False)
        translator = parts_of(request).texts
        source, target = next(
            (source, targets[0]) for source, targets in (translator.pairs or {SOURCE: (SOURCE,)}).items()
        )
        return {
            "apiKeys": True,
            "charLimit": translator.longest,
            "filesTranslation": True,
            "frontendTimeout": 500,
            "keyRequired": request.state.access.required,
            "language": {
                "source": {"code": source, "name": english_name(source)},
                "target": {"code": target, "name": english_name(target)},
            },
            "suggestions": False,
            "supportedFilesFormat": sorted(EXTENSIONS),
        }

    @router.get("/health")
    async def health() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    return router


async def _admitted(request: Request, fields: dict[str, Any]) -> None:
    key = fields.get("api_key")
    await admit(request, key if isinstance(key, str) and key else presented_key(request))


def _source(code: str) -> str | None:
    return None if code.lower() == "auto" else code.lower()


def _detected(guess: Guess) -> Detected:
    return Detected(confidence=round(guess.probability * 100, 2), language=guess.language)


def _html(text: str, language: str) -> Article:
    return read(text, Format.HTML, language)


_READERS: Mapping[str, Callable[[str, str], Article]] = MappingProxyType({"text": read_lines, "html": _html})
