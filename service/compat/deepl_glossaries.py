"""The DeepL API's glossaries: /v2/glossaries and /v2/glossary-language-pairs."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Sequence

import anyio.to_thread
from fastapi import APIRouter, Request, Response

from service.compat.body import fields_of, request_body, validated
from service.compat.deepl_forms import GlossariesOut, GlossaryIn, GlossaryOut, PairOut, PairsOut
from service.compat.deepl_route import FORM, JSON, base_language, errors, file_and_errors
from service.compat.errors import BodyError
from service.compat.glossaries import Entries, Glossary, read_entries, write_entries
from service.compat.parts import parts_of
from service.glossary import Term, checked
from service.guard import owner
from service.pipeline import SOURCE

_TSV = "text/tab-separated-values"


def add_glossaries(router: APIRouter) -> None:
    """Add the routes to those of the API."""

    @router.get("/glossary-language-pairs", responses=errors(403, 429, 503))
    async def pairs(request: Request) -> PairsOut:
        """List the pairs of languages that a glossary can have."""
        translator = parts_of(request).texts
        return PairsOut(
            supported_languages=[
                PairOut(source_lang=source, target_lang=target)
                for source, targets in translator.pairs.items()
                if source == SOURCE
                for target in targets
            ]
        )

    @router.post(
        "/glossaries",
        status_code=201,
        responses=errors(400, 403, 413, 429, 503),
        openapi_extra=request_body(JSON, FORM, model=GlossaryIn),
    )
    async def create(request: Request) -> GlossaryOut:
        """Make a glossary."""
        body = validated(GlossaryIn, await fields_of(request))
        translator = parts_of(request).texts
        source, target = base_language(body.source_lang), base_language(body.target_lang)
        if source != SOURCE or target not in translator.pairs.get(source, ()):
            raise BodyError(f"There are no glossaries from {body.source_lang} to {body.target_lang}.")
        entries = read_entries(body.entries, body.entries_format)
        for number, (term, text) in enumerate(entries, 1):
            checked(Term(term, text), f"entries: term {number}")
        glossary = await anyio.to_thread.run_sync(
            parts_of(request).glossaries.add, owner(request), body.name, source, target, entries
        )
        return _out(glossary)

    @router.get("/glossaries", responses=errors(403, 429))
    async def list_all(request: Request) -> GlossariesOut:
        """List the key's glossaries."""
        found = await anyio.to_thread.run_sync(parts_of(request).glossaries.listed, owner(request))
        return GlossariesOut(glossaries=[_out(glossary) for glossary in found])

    @router.get("/glossaries/{glossary_id}", responses=errors(403, 404, 429))
    async def get(request: Request, glossary_id: str) -> GlossaryOut:
        """Describe a glossary."""
        return _out(await _found(request, glossary_id))

    @router.get(
        "/glossaries/{glossary_id}/entries",
        response_class=Response,
        responses=file_and_errors(_TSV, 403, 404, 429),
    )
    async def entries(request: Request, glossary_id: str) -> Response:
        """Give a glossary's entries as tab-separated values."""
        glossary = await _found(request, glossary_id)
        return Response(write_entries(glossary.entries), media_type=_TSV)

    @router.delete("/glossaries/{glossary_id}", status_code=204, responses=errors(403, 404, 429))
    async def remove(request: Request, glossary_id: str) -> None:
        """Delete a glossary."""
        await anyio.to_thread.run_sync(parts_of(request).glossaries.remove, owner(request), glossary_id)


async def entries_for(request: Request, ids: Sequence[str], source: str | None, target: str) -> Entries:
    """Return the entries of glossaries, the first of two for the same term.

    Raises UnknownGlossaryError, or BodyError where a glossary is not of this pair of languages.
    """
    if not ids:
        return ()
    if source is None:
        raise BodyError("source_lang: it is needed where a glossary is used.")
    entries: dict[str, str] = {}
    for glossary_id in ids:
        glossary = await _found(request, glossary_id)
        if (glossary.source, glossary.target) != (source, target):
            raise BodyError(
                f'glossary_id: "{glossary.name}" is from {glossary.source} to {glossary.target}, '
                f"not from {source} to {target}."
            )
        entries = dict(glossary.entries) | entries
    return tuple(entries.items())


async def _found(request: Request, glossary_id: str) -> Glossary:
    return await anyio.to_thread.run_sync(parts_of(request).glossaries.find, owner(request), glossary_id)


def _out(glossary: Glossary) -> GlossaryOut:
    return GlossaryOut(
        glossary_id=glossary.id,
        name=glossary.name,
        ready=True,
        source_lang=glossary.source,
        target_lang=glossary.target,
        creation_time=glossary.created.isoformat(timespec="microseconds"),  # with fraction and zone
        entry_count=len(glossary.entries),
    )
