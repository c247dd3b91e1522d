"""The HTTP interface, version 1."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field

from models.catalog import Kind
from models.errors import ModelError
from service.documents import article_of
from service.negotiation import chosen_form, rendered
from service.pipeline import SOURCE, Pipeline
from service.problems import problem_of
from service.render.forms import FORMS
from service.render.json_form import AlignedOut
from service.requests import AlignBody, CompareBody, TranslateBody
from service.result import Aligned
from service.watching import watched
from service.work import Work

router = APIRouter()

Accept = Annotated[str | None, Header(description="The form of the answer")]
_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": AlignedOut,
        "description": "The aligned versions, in the form that Accept asks for",
        "content": {form.media_type: {} for form in FORMS.values() if form.name != "json"},
    }
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/problem+json": {}}}
    for status, text in (
        (406, "No form there is is acceptable"),
        (413, "The body, a text or its number of sentences is over the limit"),
        (422, "Something in the request cannot be used"),
        (
            503,
            "A checkpoint is not there, or there is too much to do; Retry-After says when to come again",
        ),
    )
}


class ModelOut(BaseModel):
    """A checkpoint or encoder of the catalog."""

    id: str
    kind: Kind
    source: str
    targets: list[str]
    licence: str
    quality: str
    installed: bool = Field(description="Whether it is on the server")
    loaded: bool = Field(description="Whether it is in memory")


class LanguagesOut(BaseModel):
    """What can be translated and aligned."""

    source: str
    targets: list[str]
    alignable: list[str]


@router.post("/v1/translate", response_model=AlignedOut, responses=_FORMS | _PROBLEMS, tags=["articles"])
async def translate(request: Request, body: TranslateBody, accept: Accept = None) -> Response:
    """Translate an English article into one or more languages, sentences aligned."""
    pipeline: Pipeline = request.state.pipeline

    def work() -> Aligned:
        article = article_of(body.text, body.format, body.source, extract=body.extract)
        terms = body.terms(body.targets, request.state.glossaries)
        return pipeline.translate(article, body.targets, model=body.model, work=claim, glossary=terms)

    claim = Work.within(request.state.deadline)
    return await _answer(request, accept, work, claim)


@router.post("/v1/align", response_model=AlignedOut, responses=_FORMS | _PROBLEMS, tags=["articles"])
async def align(request: Request, body: AlignBody, accept: Accept = None) -> Response:
    """Align the sentences of two or more versions of an article."""
    pipeline: Pipeline = request.state.pipeline

    def work() -> Aligned:
        return pipeline.align(
            [
                article_of(text, body.format, language, extract=body.extract)
                for language, text in body.versions.items()
            ]
        )

    return await _answer(request, accept, work, Work.within(request.state.deadline))


@router.post("/v1/compare", response_model=AlignedOut, responses=_FORMS | _PROBLEMS, tags=["articles"])
async def compare(request: Request, body: CompareBody, accept: Accept = None) -> Response:
    """Align versions and report what an editor should look at; missing versions can be made by machine."""
    pipeline: Pipeline = request.state.pipeline

    def work() -> Aligned:
        articles = [
            article_of(text, body.format, language, extract=body.extract)
            for language, text in body.versions.items()
        ]
        terms = body.terms(body.translate_missing, request.state.glossaries)
        return pipeline.compare(
            articles, body.translate_missing, model=body.model, work=claim, glossary=terms
        )

    claim = Work.within(request.state.deadline)
    return await _answer(request, accept, work, claim)


@router.get("/v1/models", tags=["service"])
def models(request: Request) -> list[ModelOut]:
    """List the catalog: what there is, and what of it is on the server and in memory."""
    store = request.state.store
    installed = {item.entry.id for item in store.installed()}
    loaded = set(request.state.pipeline.engines.loaded)
    return [
        ModelOut(
            id=entry.id,
            kind=entry.kind,
            source=entry.source,
            targets=list(entry.targets),
            licence=entry.licence,
            quality=entry.quality,
            installed=entry.id in installed or entry.id == request.state.pipeline.encoder_id,
            loaded=entry.id in loaded or entry.id == request.state.pipeline.encoder_id,
        )
        for entry in store.catalog.entries
    ]


@router.get("/v1/languages", tags=["service"], responses={503: _PROBLEMS[503]})
def languages(request: Request) -> LanguagesOut:
    """List the languages that can be translated into, and those that can be aligned."""
    pipeline: Pipeline = request.state.pipeline
    return LanguagesOut(
        source=SOURCE, targets=list(pipeline.engines.targets), alignable=list(pipeline.languages)
    )


@router.get("/healthz", tags=["service"])
def healthz() -> dict[str, str]:
    """Say that the process answers."""
    return {"status": "ok"}


@router.get("/readyz", tags=["service"], responses={503: _PROBLEMS[503]}, response_model=dict[str, str])
def readyz(request: Request) -> Response | dict[str, str]:
    """Say whether the preferred checkpoints are loaded; 503 with the reason when they are not."""
    try:
        request.state.pipeline.engines.load_preferred()
    except ModelError as error:
        return problem_of(error)
    return {"status": "ready"}


async def _answer(request: Request, accept: str | None, work: Callable[[], Aligned], claim: Work) -> Response:
    """Run model work off the event loop, and render what comes of it there too."""
    form = chosen_form(accept)
    content = await watched(request, lambda: rendered(work(), form), claim, request.state.model_work)
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type=form.media_type, headers=headers)
