"""Jobs over HTTP, version 1: sending them, following them, ending them."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Sequence
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from service.guard import charge, counted, owner, refund
from service.jobs.api_body import BODY, tasks_in
from service.jobs.api_request import NOT_THERE, JobId, store_of
from service.jobs.api_results import router as results_router
from service.jobs.events import events
from service.jobs.forms import JobOut, JobsOut, job_out
from service.jobs.job import Job
from service.jobs.task import Task, bundled, characters_of
from service.problems import documented
from service.requests import Language

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])


@router.post(
    "",
    status_code=202,
    response_model=JobOut,
    openapi_extra={"requestBody": BODY},
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
                429: "Too much in a minute or a month, or too many of the caller's jobs have not ended; "
                "Retry-After says when to come again",
                503: "The database does not answer, or too many jobs of all callers have not ended",
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
    job = await _kept(request, await tasks_in(request, targets or []), idempotency_key)
    shown = job_out(job)
    response.headers["Location"] = shown.links["self"]
    return shown


@router.get("", responses=documented({422: "A parameter cannot be used", 503: NOT_THERE[503]}))
async def list_jobs(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    before: Annotated[float | None, Query(description="As in `next`", allow_inf_nan=False)] = None,
) -> JobsOut:
    """List the caller's jobs, the newest first."""
    found = await run_sync(lambda: store_of(request).jobs(owner(request), limit, before))
    more = f"/v1/jobs?limit={limit}&before={found[-1].created!r}" if len(found) == limit else None
    return JobsOut(jobs=[job_out(job) for job in found], next=more)


@router.get("/{job_id}", responses=documented(NOT_THERE))
async def read_job(request: Request, job_id: JobId) -> JobOut:
    """Say where a job stands."""
    return job_out(await run_sync(lambda: store_of(request).job(owner(request), job_id)))


@router.delete(
    "/{job_id}",
    response_model=JobOut,
    responses={204: {"description": "The job had ended and is deleted"}, **documented(NOT_THERE)},
)
async def delete_job(request: Request, job_id: JobId) -> Response | JobOut:
    """Cancel a job that has not ended; delete one that has.

    None of its articles begins any more, and of one that runs what has not reached an engine is dropped.
    """

    def work() -> Job | None:
        store, its = store_of(request), owner(request)
        if store.job(its, job_id).ended is None:
            return store.cancel(its, job_id)
        store.delete(its, job_id)
        return None

    job = await run_sync(work)
    return Response(status_code=204) if job is None else job_out(job)


@router.get(
    "/{job_id}/events",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Progress until the job has ended", "content": {"text/event-stream": {}}},
        204: {"description": "All of it was heard: do not come back"},
        **documented(NOT_THERE),
    },
)
async def read_events(
    request: Request, job_id: JobId, last_event_id: Annotated[str | None, Header()] = None
) -> Response:
    """Follow a job by server-sent events: `article`, `progress`, `end` (or `deleted`)."""
    store, its = store_of(request), owner(request)
    job = await run_sync(lambda: store.job(its, job_id))
    heard = last_event_id or ""
    last = int(heard) if heard.isascii() and heard.isdigit() and len(heard) < 10 else 0
    if last > job.articles:
        return Response(status_code=204)
    stream = events(
        store,
        its,
        job_id,
        lambda job: job_out(job).model_dump_json(),
        last=last,
        stopping=request.app.state.stopping.is_set,
    )
    return StreamingResponse(
        stream,
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


router.include_router(results_router)


async def _kept(request: Request, tasks: Sequence[Task], key: str | None) -> Job:
    """Keep a job and charge for it, or return the one that has the key already."""
    store, its = store_of(request), owner(request)
    bundle = await run_sync(lambda: bundled(tasks))
    if key is not None and (known := await run_sync(lambda: store.repeated(its, bundle, key))):
        return known
    # Reading files to count what is in them takes long, so that it is done only where it counts.
    characters = await run_sync(lambda: sum(map(characters_of, tasks))) if counted(request) else 0
    await charge(request, characters)
    new = False
    try:
        job, new = await run_sync(lambda: store.add(its, bundle, key))
    finally:
        if not new:  # it was turned away, or the same request came twice at once
            await refund(request, characters)
    request.state.runner.wake()
    return job
