"""Jobs over HTTP, version 1."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from service.config import Settings
from service.errors import LimitError
from service.guard import charge, counted, owner, refund
from service.jobs.errors import MediaTypeError, SubmissionError
from service.jobs.events import events
from service.jobs.job import Job, Outcome, State
from service.jobs.results import archive, index, ndjson, tmx, unpack_result
from service.jobs.store import JobStore
from service.jobs.submission import (
    FileIn,
    JobIn,
    Targets,
    checked,
    tasks_of,
    tasks_of_files,
    tasks_of_lines,
)
from service.jobs.task import Kind, Task, bundled, characters_of
from service.negotiation import chosen_form, chosen_type, rendered
from service.problems import documented, problem_response
from service.render.forms import FORMS
from service.render.json_form import AlignedOut
from service.render.restored import restored
from service.requests import Language

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])

JobId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="The id of a job")]
Accept = Annotated[str | None, Header(description="The form of the answer")]

_Found = TypeVar("_Found")
_TARGETS: TypeAdapter[list[str]] = TypeAdapter(Targets)
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_FORM_FIELDS = frozenset({"files", "task", "source", "targets", "model", "extract"})
_NOT_THERE = {
    404: "The caller has no such job",
    422: "The id is no job's",
    503: "The database does not answer",
}
_PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'"
_RESULTS = ("application/x-ndjson", "application/x-tmx+xml", "application/zip", "text/html")


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a JSON schema with its references replaced by what they refer to."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items() if key != "$defs"}


_JOB_SCHEMA = JobIn.model_json_schema()
_BODY = {
    "required": True,
    "content": {
        "application/json": {"schema": _inlined(_JOB_SCHEMA, _JOB_SCHEMA["$defs"])},
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": '{"id": "rain", "text": "Rain fell all night.", "targets": ["es"]}\n',
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "task": {"type": "string", "enum": [kind.value for kind in Kind]},
                    "source": {"type": "string", "default": "en"},
                    "targets": {"type": "array", "items": {"type": "string"}},
                    "model": {"type": "string"},
                    "extract": {"type": "boolean"},
                },
            }
        },
    },
}


class JobOut(BaseModel):
    """A job: where it stands, and where to look further."""

    id: str = Field(examples=["k3V0b1Yc0xq1c7wB2m9d4A"])
    state: State = Field(description="done, even where articles failed; cancelled while the last one runs")
    created: datetime
    ended: datetime | None = Field(description="When the last article was over")
    articles: int
    finished: int = Field(description="Articles that are over, well or not")
    counts: dict[State, int] = Field(description="Articles by state")
    links: dict[str, str] = Field(description="self, events, results")


class JobsOut(BaseModel):
    """A page of jobs, the newest first."""

    jobs: list[JobOut]
    next: str | None = Field(description="The link to the next page")


@router.post(
    "",
    status_code=202,
    response_model=JobOut,
    openapi_extra={"requestBody": _BODY},
    responses={
        202: {
            "description": "The job is kept and will be worked on",
            "headers": {"Location": {"description": "The job", "schema": {"type": "string"}}},
        },
        **documented(
            {
                400: "The multipart form cannot be read",
                413: "The body, a document or the number of articles is over the limit",
                415: "The body, or a file in it, is of a type that is not read",
                422: "Something in the job cannot be used, or the Idempotency-Key was used for another",
                429: "Too much in a minute or a month; Retry-After says when to come again",
                503: "The database does not answer, or too many jobs have not ended",
            }
        ),
    },
)
async def submit(
    request: Request,
    response: Response,
    targets: Annotated[
        list[Language] | None, Query(max_length=20, description="For NDJSON lines that name none")
    ] = None,
    idempotency_key: Annotated[
        str | None,
        Header(pattern=r"^[\x21-\x7e]{1,255}$", description="The same key and job again: the same answer"),
    ] = None,
) -> JobOut:
    """Send many articles to be translated, aligned or compared one after the other.

    Their characters count when the job is taken; an Idempotency-Key's same job again counts for none.
    """
    settings: Settings = request.state.settings
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        tasks = await _files(request, settings)
    else:
        body = await request.body()
        tasks = await _threaded(lambda: _texts(kind, body, targets or []))
    tasks = list(checked(tasks, max_articles=settings.max_job_articles, max_bytes=settings.max_bytes))
    job = await _kept(request, tasks, idempotency_key)
    shown = _job_out(job)
    response.headers["Location"] = shown.links["self"]
    return shown


@router.get("", responses=documented({422: "A parameter cannot be used", 503: _NOT_THERE[503]}))
async def list_jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[float | None, Query(description="As in `next`", allow_inf_nan=False)] = None,
) -> JobsOut:
    """List the caller's jobs, the newest first."""
    found = await _threaded(lambda: _store(request).jobs(owner(request), limit, before))
    more = f"/v1/jobs?limit={limit}&before={found[-1].created!r}" if len(found) == limit else None
    return JobsOut(jobs=[_job_out(job) for job in found], next=more)


@router.get("/{job_id}", responses=documented(_NOT_THERE))
async def read_job(request: Request, job_id: JobId) -> JobOut:
    """Say where a job stands."""
    return _job_out(await _threaded(lambda: _store(request).job(owner(request), job_id)))


@router.delete(
    "/{job_id}",
    response_model=JobOut,
    responses={204: {"description": "The job had ended and is deleted"}, **documented(_NOT_THERE)},
)
async def delete_job(request: Request, job_id: JobId) -> Response | JobOut:
    """Cancel a job that has not ended; delete one that has.

    None of its articles begins any more, and of one that runs what has not reached an engine is dropped.
    """

    def work() -> Job | None:
        store, its = _store(request), owner(request)
        if store.job(its, job_id).ended is None:
            return store.cancel(its, job_id)
        store.delete(its, job_id)
        return None

    job = await _threaded(work)
    return Response(status_code=204) if job is None else _job_out(job)


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Progress until the job has ended", "content": {"text/event-stream": {}}},
        204: {"description": "All of it was heard: do not come back"},
        **documented(_NOT_THERE),
    },
)
async def read_events(
    request: Request, job_id: JobId, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Follow a job by server-sent events: `article`, `progress`, `end` (or `deleted`)."""
    store, its = _store(request), owner(request)
    job = await _threaded(lambda: store.job(its, job_id))
    heard = last_event_id or ""
    last = int(heard) if heard.isascii() and heard.isdigit() and len(heard) < 10 else 0
    if last > job.articles:
        return Response(status_code=204)
    stream = events(
        store,
        its,
        job_id,
        lambda job: _job_out(job).model_dump_json(),
        last=last,
        stopping=request.app.state.stopping.is_set,
    )
    return StreamingResponse(
        stream,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@router.get(
    "/{job_id}/results",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "What is over so far, in the order of the articles",
            "content": {name: {} for name in _RESULTS},
        },
        **documented(_NOT_THERE | {406: "No form there is is acceptable"}),
    },
)
async def read_results(request: Request, job_id: JobId, accept: Accept = None) -> Response:
    """Give the results out: NDJSON with failures, TMX, an HTML index, or a zip of pages and documents."""
    store, its = _store(request), owner(request)
    form = chosen_type(accept, _RESULTS)
    await _threaded(lambda: store.job(its, job_id))
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    outcomes = store.outcomes(its, job_id)
    if form == "text/html":
        page = await _threaded(lambda: index(outcomes, f"/v1/jobs/{job_id}/articles/{{number}}"))
        return Response(page, media_type=form, headers=headers | {"Content-Security-Policy": _PAGE_POLICY})
    if form == "application/zip":
        headers["Content-Disposition"] = f'attachment; filename="{job_id}.zip"'
    writers = {"application/x-ndjson": ndjson, "application/x-tmx+xml": tmx, "application/zip": archive}
    return StreamingResponse(writers[form](outcomes), media_type=form, headers=headers)


@router.get(
    "/{job_id}/articles/{number}",
    response_model=AlignedOut,
    responses={
        200: {"content": {form.media_type: {} for form in FORMS.values()}},
        **documented(
            _NOT_THERE
            | {
                404: "The caller has no such job, or no such article that is over",
                406: "No form there is is acceptable",
                409: "The article failed",
            }
        ),
    },
)
async def read_article(
    request: Request,
    job_id: JobId,
    number: Annotated[int, Path(ge=0, le=1_000_000)],
    accept: Accept = None,
) -> Response:
    """Give one article's result out in the form that Accept asks for; a failed one's problem."""
    form = chosen_form(accept)

    def work() -> tuple[Outcome, bytes]:
        outcome = _store(request).outcome(owner(request), job_id, number)
        if outcome.result is None:
            return outcome, b""
        result = unpack_result(outcome.result)
        if form.name == "json":
            return outcome, result.model_dump_json(indent=2, exclude_none=True).encode() + b"\n"
        return outcome, rendered(restored(result), form)

    outcome, content = await _threaded(work)
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    if outcome.result is None:
        if outcome.problem is None:
            return problem_response(409, "cancelled", "The job was cancelled before this article began.")
        return Response(outcome.problem, 409, headers, "application/problem+json")
    return Response(content, media_type=form.media_type, headers=headers)


async def _kept(request: Request, tasks: Sequence[Task], key: str | None) -> Job:
    """Keep a job and charge for it, or return the one that has the key already."""
    store, its = _store(request), owner(request)
    bundle = await _threaded(lambda: bundled(tasks))
    if key is not None and (known := await _threaded(lambda: store.repeated(its, bundle, key))):
        return known
    # Reading files to count what is in them takes long, so that it is done only where it counts.
    characters = await _threaded(lambda: sum(map(characters_of, tasks))) if counted(request) else 0
    await charge(request, characters)
    new = False
    try:
        job, new = await _threaded(lambda: store.add(its, bundle, key))
    finally:
        if not new:  # it was turned away, or the same request came twice at once
            await refund(request, characters)
    request.state.runner.wake()
    return job


def _store(request: Request) -> JobStore:
    store: JobStore = request.state.jobs
    return store


async def _threaded(work: Callable[[], _Found]) -> _Found:
    return await anyio.to_thread.run_sync(work)


def _job_out(job: Job) -> JobOut:
    here = f"/v1/jobs/{job.id}"
    return JobOut(
        id=job.id,
        state=job.state,
        created=datetime.fromtimestamp(job.created, UTC),
        ended=None if job.ended is None else datetime.fromtimestamp(job.ended, UTC),
        articles=job.articles,
        finished=job.finished,
        counts={state: job.counts.get(state, 0) for state in State},
        links={"self": here, "events": f"{here}/events", "results": f"{here}/results"},
    )


def _texts(kind: str, body: bytes, targets: list[str]) -> list[Task]:
    if kind in ("application/x-ndjson", "application/jsonl"):
        return tasks_of_lines(body, targets)
    if kind != "application/json":
        raise MediaTypeError(kind)
    try:
        job = JobIn.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error, "body") from error
    return tasks_of(job.articles, job.targets or targets, job.model)


async def _files(request: Request, settings: Settings) -> list[Task]:
    """Read the files of a form; every one is held to the usual limit by `checked`."""
    async with request.form(max_files=settings.max_job_articles * 3, max_fields=100) as form:
        unknown = sorted(set(form.keys()) - _FORM_FIELDS)
        if unknown:
            raise SubmissionError(f'The form has a field "{unknown[0][:100]}" that nobody knows.')
        files: list[FileIn] = []
        for item in form.getlist("files"):
            if not isinstance(item, UploadFile) or not item.filename:
                raise SubmissionError("A part named files has no file name; send files.")
            if (item.size or 0) > settings.max_bytes:
                raise LimitError(item.filename, "bytes", item.size, settings.max_bytes)
            files.append(FileIn(name=item.filename, content=await item.read()))
        kind = _field(form, "task") or Kind.TRANSLATE
        if kind not in list(Kind):
            raise SubmissionError(f'The task "{kind[:100]}" is none; there are {", ".join(Kind)}.')
        targets = [
            part.strip()
            for value in form.getlist("targets")
            for part in str(value).split(",")
            if part.strip()
        ]
        try:
            return tasks_of_files(
                files,
                kind=Kind(kind),
                source=_LANGUAGE.validate_python(_field(form, "source") or "en"),
                targets=_TARGETS.validate_python(targets),
                model=_field(form, "model") or None,
                extract=_field(form, "extract").lower() in ("true", "1", "yes", "on"),
            )
        except ValidationError as error:
            raise _invalid(error, "form") from error


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _invalid(error: ValidationError, place: str) -> RequestValidationError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**item, "loc": (place, *item["loc"])} for item in found])
