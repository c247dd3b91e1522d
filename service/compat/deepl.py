"""The API of DeepL, version 2: texts, languages, usage.

A key is sent as Authorization: DeepL-Auth-Key KEY. Glossaries and documents have rooms of their own.

Leaves out: rephrasing, style rules, translation memories by id, the glossaries of version 3, and formality,
which the models do not have (asked for outright it is refused, "prefer_..." is passed over).
"""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from fastapi import APIRouter, Depends, Request

from service.article import Article, Format
from service.compat.body import fields_of, request_body, validated
from service.compat.deepl_documents import add_documents
from service.compat.deepl_forms import (
    LanguageOut,
    TranslateIn,
    TranslationOut,
    TranslationsOut,
    UsageOut,
    unsupported,
)
from service.compat.deepl_glossaries import add_glossaries, entries_for
from service.compat.deepl_route import (
    ERRORS,
    FORM,
    JSON,
    admitted,
    check_formality,
    errors,
    identity_of,
    source_language,
    target_language,
)
from service.compat.errors import BodyError
from service.compat.parts import parts_of
from service.formats import read
from service.formats.lines import Splitting, read_lines, unsplit
from service.formats.xml import Tags, read_xml
from service.guard import charge
from service.render.languages import english_name

_UNLIMITED = 1_000_000_000_000  # what DeepL gives where there is no limit
_SPLITTING: Mapping[str, Splitting] = MappingProxyType(
    {"0": Splitting.NONE, "1": Splitting.LINES, "nonewlines": Splitting.PUNCTUATION}
)
# What a client may ask for where the language is served, by the names that clients show.
_VARIANTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "en": {"EN-GB": "English (British)", "EN-US": "English (American)"},
        "es": {"ES": "Spanish", "ES-419": "Spanish (Latin American)"},
        "pt": {"PT-BR": "Portuguese (Brazilian)", "PT-PT": "Portuguese (European)"},
        "zh": {"ZH": "Chinese", "ZH-HANS": "Chinese (simplified)"},
    }
)


def build_router() -> APIRouter:
    """Return the routes; they find their parts in the lifespan's state."""
    router = APIRouter(
        prefix="/v2", route_class=ERRORS.route_class(), tags=["DeepL"], dependencies=[Depends(admitted)]
    )
    add_glossaries(router)
    add_documents(router)

    @router.post(
        "/translate",
        response_model=TranslationsOut,
        response_model_exclude_none=True,
        responses=errors(400, 403, 404, 413, 429, 456, 503),
        openapi_extra=request_body(JSON, FORM, model=TranslateIn),
    )
    async def translate(request: Request) -> TranslationsOut:
        """Translate texts; the same request sent again while it is worked on shares its answer."""
        identity = await identity_of(request)
        fields = await fields_of(request)
        body = validated(TranslateIn, fields)
        return await parts_of(request).flights.run(
            identity, partial(_translations, request, body, unsupported(fields)), request.is_disconnected
        )

    @router.get("/languages", response_model_exclude_none=True, responses=errors(400, 403, 429, 503))
    async def languages(request: Request) -> list[LanguageOut]:
        """List the source languages, or with type=target (in the query or a form) the target languages."""
        fields = await fields_of(request)
        kind = fields.get("type", "source")
        translator = parts_of(request).texts
        if kind == "source":
            return [
                LanguageOut(language=code.upper(), name=english_name(code)) for code in translator.sources
            ]
        if kind != "target":
            raise BodyError('type: it is "source" or "target".')
        return [
            LanguageOut(language=code, name=name, supports_formality=False)
            for target in translator.targets
            for code, name in _variants(target).items()
        ]

    @router.post("/languages", response_model_exclude_none=True, responses=errors(400, 403, 429, 503))
    async def languages_by_post(request: Request) -> list[LanguageOut]:
        """List the languages, as GET does."""
        return await languages(request)

    @router.get("/usage", responses=errors(403, 429))
    async def usage(request: Request) -> UsageOut:
        """Say how many characters the key has used this month."""
        used = request.state.access.usage(request.state.caller)
        return UsageOut(character_count=used.characters, character_limit=used.quota or _UNLIMITED)

    return router


async def _translations(request: Request, body: TranslateIn, refused: str | None) -> TranslationsOut:
    if refused is not None:
        raise BodyError(f"{refused}: this server has none.")
    translator = parts_of(request).texts
    check_formality(body.formality)
    source = source_language(body.source_lang, translator)
    target = target_language(body.target_lang, translator)
    ids = [*([body.glossary_id] if body.glossary_id else []), *(body.glossary_ids or [])]
    entries = await entries_for(request, ids, source, target)
    await charge(request, sum(map(len, body.text)))
    found = await translator.translate(body.text, source, target, partial(_read, body), entries)
    return TranslationsOut(
        translations=[
            TranslationOut(
                detected_source_language=item.source.language.upper(),
                text=item.text,
                billed_characters=len(text),
                model_type_used="latency_optimized" if body.model_type else None,
            )
            for text, item in zip(body.text, found, strict=True)
        ]
    )


def _read(body: TranslateIn, text: str, language: str) -> Article:
    """Read one text as the request says: plain, HTML or XML."""
    if body.tag_handling is None:
        return read_lines(text, language, _SPLITTING[body.split_sentences or "1"])
    if body.tag_handling == "html":
        article = read(text, Format.HTML, language)
    else:
        tags = Tags(
            body.outline_detection,
            frozenset(body.splitting_tags),
            frozenset(body.non_splitting_tags),
            frozenset(body.ignore_tags),
        )
        article = read_xml(text, language, tags)
    return unsplit(article) if body.split_sentences == "0" else article


def _variants(target: str) -> Mapping[str, str]:
    return _VARIANTS.get(target, {target.upper(): english_name(target)})
