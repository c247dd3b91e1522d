"""The DeepL API's documents: /v2/document, uploaded, asked about, fetched."""

# No postponed annotations here: FastAPI reads them.
from functools import partial
from pathlib import PurePath

from fastapi import APIRouter, Request, Response

from service.article import Format
from service.compat.body import fields_of, request_body, validated
from service.compat.deepl_forms import DocumentIn, DocumentKey, DocumentOut, StatusOut, unsupported
from service.compat.deepl_glossaries import entries_for
from service.compat.deepl_route import (
    FORM,
    JSON,
    MULTIPART,
    check_formality,
    errors,
    file_and_errors,
    identity_of,
    source_language,
    target_language,
)
from service.compat.documents import Document, Status
from service.compat.errors import BodyError
from service.compat.parts import parts_of
from service.documents import format_of
from service.guard import charge


def add_documents(router: APIRouter) -> None:
    """Add the routes to those of the API."""

    @router.post(
        "/document",
        responses=errors(400, 403, 404, 413, 429, 456, 503),
        openapi_extra=request_body(MULTIPART, model=DocumentIn),
    )
    async def upload(request: Request) -> DocumentOut:
        """Upload a document to be translated."""
        identity = await identity_of(request)
        fields = await fields_of(request)
        if (refused := unsupported(fields)) is not None:
            raise BodyError(f"{refused}: this server has none.")
        body = validated(DocumentIn, fields)
        flights = parts_of(request).flights
        return await flights.run(identity, partial(_added, request, body), request.is_disconnected)

    @router.post(
        "/document/{document_id}",
        response_model=StatusOut,
        response_model_exclude_none=True,
        responses=errors(400, 403, 404, 429),
        openapi_extra=request_body(JSON, FORM, model=DocumentKey),
    )
    async def status(request: Request, document_id: str) -> StatusOut:
        """Say how far a document is; the answer waits a moment for a short one to be done."""
        body = validated(DocumentKey, await fields_of(request))
        document = await parts_of(request).documents.find(document_id, body.document_key)
        return _status(document)

    @router.post(
        "/document/{document_id}/result",
        response_class=Response,
        responses=file_and_errors("application/octet-stream", 400, 403, 404, 429, 503),
        openapi_extra=request_body(JSON, FORM, model=DocumentKey),
    )
    async def result(request: Request, document_id: str) -> Response:
        """Fetch a translated document, once: it is forgotten then."""
        body = validated(DocumentKey, await fields_of(request))
        document = await parts_of(request).documents.result(document_id, body.document_key)
        return Response(
            document.result,
            media_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="translated{document.extension}"',
                "X-Content-Type-Options": "nosniff",
            },
        )


async def _added(request: Request, body: DocumentIn) -> DocumentOut:
    translator = parts_of(request).texts
    check_formality(body.formality)
    name = body.filename or body.file.name
    own = PurePath(name).suffix.lower()
    given_back = ".txt" if format_of(name) is Format.PDF else own  # a PDF is plain text from here on
    if f".{(body.output_format or own).lower().lstrip('.')}" != given_back:
        raise BodyError(f'output_format: a "{own}" document can only be given back as "{given_back[1:]}".')
    source = source_language(body.source_lang, translator)
    target = target_language(body.target_lang, translator)
    ids = [*([body.glossary_id] if body.glossary_id else []), *(body.glossary_ids or [])]
    entries = await entries_for(request, ids, source, target)
    characters = await translator.characters_of(name, body.file.content)
    await charge(request, characters)
    document_id, key = await parts_of(request).documents.add(
        name,
        body.file.content,
        source=source,
        target=target,
        characters=characters,
        glossary=entries,
    )
    return DocumentOut(document_id=document_id, document_key=key)


def _status(document: Document) -> StatusOut:
    running = document.status is Status.TRANSLATING
    return StatusOut(
        document_id=document.id,
        status=document.status.value,
        seconds_remaining=5 if running else None,
        billed_characters=document.characters if document.status is Status.DONE else None,
        error_message=document.error,
    )
