"""The HTTP interface, version 1."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from models.catalog import Kind
from models.errors import ModelError
from service.article import Article
from service.documents import article_of
from service.events import Event
from service.guard import charge
from service.metrics import CONTENT_TYPE
from service.negotiation import chosen_form, rendered
from service.options import Options
from service.pipeline import SOURCE, Pipeline
from service.problems import problem_of
from service.render.forms import FORMS
from service.render.json_form import AlignedOut
from service.requests import AlignBody, CompareBody, TranslateBody
from service.result import Aligned
from service.streaming import streamed
from service.watching import watched
from service.work import Work

router = APIRouter()

Accept = Annotated[str | None, Header(description="The form of the answer")]
_HEADERS = {"Vary": "Accept"}
_FORMS: dict[int | str, dict[str, Any]] = {
    200: {
        "model": AlignedOut,
        "description": "The aligned versions, in the form that Accept asks for",
        "content": {form.media_type: {} for form in FORMS.values() if form.name != "json"},
    }
}
# As `_FORMS`, where NDJSON is a stream.
_STREAMED: dict[int | str, dict[str, Any]] = {
    200: _FORMS[200]
    | {
        "content": _FORMS[200]["content"]
        | {
            FORMS["ndjson"].media_type: {
                "schema": {
                    "type": "string",
                    "description": "A JSON object a line: article, sentence, version, row, finding, end; or "
                    "problem",
                },
                "example": '{"type":"sentence","language":"es","index":0,"block":0,"text":"Viene lluvia.",'
                '"score":-0.41,"flags":[]}\n',
            }
        }
    }
}
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "content": {"application/problem+json": {}}}
    for status, text in (
        (401, "A key is needed, or the one sent is unknown or revoked"),
        (406, "No form there is is acceptable"),
        (413, "The body, a text or its number of sentences is over the limit"),
        (422, "Something in the request cannot be used"),
        (429, "Too much in a minute or a month; Retry-After says when to come again"),
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
    test_set: str = Field(description='The test set of `bleu`, "" where nothing is published')
    bleu: dict[str, float] = Field(description="Published BLEU by target")
    download_mb: int = Field(description="MB that a pull fetches; 0: not known, or nothing to pull")
    memory_mb: int = Field(description="MB in memory, int8 on a processor; 0: not known")
    size_mb: float = Field(description="MB on the server's disk; 0: not there")
    installed: bool = Field(description="Whether it is on the server")
    loaded: bool = Field(description="Whether it is in memory")


class LanguagesOut(BaseModel):
    """What can be translated and aligned."""

    source: str
    targets: list[str]
    pairs: dict[str, list[str]] = Field(description="For each language what it can be translated into")
    alignable: list[str]


@router.post("/v1/translate", response_model=AlignedOut, responses=_STREAMED | _PROBLEMS, tags=["articles"])
async def translate(request: Request, body: TranslateBody, accept: Accept = None) -> Response:
    """Translate an article into one or more languages, sentences aligned.

    As `application/x-ndjson` it comes sentence by sentence while it is translated.
    """
    pipeline: Pipeline = request.state.pipeline
    await charge(request, len(body.text))

    claim = Work.within(request.state.deadline)

    def read() -> Article:
        return article_of(body.text, body.format, body.source, extract=body.extract)

    def options() -> Options:
        return _options(request, body, body.targets, claim)

    if chosen_form(accept).name == "ndjson":
        return await _streamed(request, lambda: pipeline.stream(read(), body.targets, **options()), claim)
    return await _answer(
        request, accept, lambda: pipeline.translate(read(), body.targets, **options()), claim
    )


@router.post("/v1/align", response_model=AlignedOut, responses=_FORMS | _PROBLEMS, tags=["articles"])
async def align(request: Request, body: AlignBody, accept: Accept = None) -> Response:
    """Align the sentences of two or more versions of an article."""
    pipeline: Pipeline = request.state.pipeline
    await charge(request, sum(map(len, body.versions.values())))

    def work() -> Aligned:
        return pipeline.align(
            [
                article_of(text, body.format, language, extract=body.extract)
                for language, text in body.versions.items()
            ]
        )

    return await _answer(request, accept, work, Work.within(request.state.deadline))


@router.post("/v1/compare", response_model=AlignedOut, responses=_STREAMED | _PROBLEMS, tags=["articles"])
async def compare(request: Request, body: CompareBody, accept: Accept = None) -> Response:
    """Align versions and report what an editor should look at; missing versions can be made by machine.

    As `application/x-ndjson` the missing versions come sentence by sentence while they are translated.
    """
    pipeline: Pipeline = request.state.pipeline
    await charge(request, sum(map(len, body.versions.values())))

    claim = Work.within(request.state.deadline)

    def read() -> list[Article]:
        return [
            article_of(text, body.format, language, extract=body.extract)
            for language, text in body.versions.items()
        ]

    def options() -> Options:
        return _options(request, body, body.translate_missing, claim)

    if chosen_form(accept).name == "ndjson":
        return await _streamed(
            request,
            lambda: pipeline.stream_comparison(read(), body.translate_missing, **options()),
            claim,
        )
    return await _answer(
        request, accept, lambda: pipeline.compare(read(), body.translate_missing, **options()), claim
    )


@router.get("/v1/models", tags=["service"], responses={status: _PROBLEMS[status] for status in (401, 429)})
def models(request: Request) -> list[ModelOut]:
    """List the catalog: what there is, and what of it is on the server and in memory."""
    store = request.state.store
    installed = {item.entry.id: item.size for item in store.installed()}
    loaded = set(request.state.pipeline.engines.loaded)
    return [
        ModelOut(
            id=entry.id,
            kind=entry.kind,
            source=entry.source,
            targets=list(entry.targets),
            licence=entry.licence,
            quality=entry.quality,
            test_set=entry.test_set,
            bleu=dict(entry.bleu),
            download_mb=entry.download,
            memory_mb=entry.memory,
            size_mb=round(installed.get(entry.id, 0) / 1e6, 1),
            installed=entry.id in installed or entry.id == request.state.pipeline.encoder_id,
            loaded=entry.id in loaded or entry.id == request.state.pipeline.encoder_id,
        )
        for entry in store.catalog.entries
    ]


@router.get(
    "/v1/languages", tags=["service"], responses={status: _PROBLEMS[status] for status in (401, 429, 503)}
)
def languages(request: Request) -> LanguagesOut:
    """List the languages that can be translated into, and those that can be aligned."""
    pipeline: Pipeline = request.state.pipeline
    return LanguagesOut(
        source=SOURCE,
        targets=list(pipeline.engines.targets),
        pairs={source: list(targets) for source, targets in pipeline.engines.pairs.items()},
        alignable=list(pipeline.languages),
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


@router.get("/metrics", tags=["service"], response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Give what Prometheus scrapes: counts and times, no texts."""
    return Response(request.state.metrics.exposition(), media_type=CONTENT_TYPE)


def _options(
    request: Request, body: TranslateBody | CompareBody, targets: Sequence[str], claim: Work
) -> Options:
    """Return what a body chooses for its translations; raise GlossaryError."""
    return Options(
        model=body.model,
        quality=body.quality,
        edits=body.edits,
        glossary=body.terms(targets, request.state.glossaries),
        work=claim,
        similarity=body.similarity,
    )


async def _streamed(request: Request, events: Callable[[], Iterator[Event]], claim: Work) -> Response:
    media_type = FORMS["ndjson"].media_type
    return await streamed(events, media_type, _HEADERS, claim, request.state.model_work)


async def _answer(request: Request, accept: str | None, work: Callable[[], Aligned], claim: Work) -> Response:
    """Run model work off the event loop, and render what comes of it there too."""
    form = chosen_form(accept)
    content = await watched(request, lambda: rendered(work(), form), claim, request.state.model_work)
    return Response(content, media_type=form.media_type, headers=_HEADERS)
