"""What became of a job over HTTP: its results together, or one article's."""

# No postponed annotations here: FastAPI reads them.
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.responses import StreamingResponse

from service.guard import owner
from service.jobs.api_request import NOT_THERE, JobId, store_of
from service.jobs.job import Outcome
from service.jobs.results import archive, index, ndjson, tmx, unpack_result
from service.negotiation import chosen_form, chosen_type, rendered
from service.problems import documented, problem_response
from service.render.forms import FORMS
from service.render.json_form import AlignedOut
from service.render.restored import restored

router = APIRouter()  # below the jobs' own

Accept = Annotated[str | None, Header(description="The form of the answer")]

_PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'"
_RESULTS = ("application/x-ndjson", "application/x-tmx+xml", "application/zip", "text/html")


@router.get(
    "/{job_id}/results",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "What is over so far, in the order of the articles",
            "content": {name: {} for name in _RESULTS},
        },
        **documented({**NOT_THERE, 406: "No form there is is acceptable"}),
    },
)
async def read_results(request: Request, job_id: JobId, accept: Accept = None) -> Response:
    """Give the results out: NDJSON with failures, TMX, an HTML index, or a zip of pages and documents."""
    store, its = store_of(request), owner(request)
    form = chosen_type(accept, _RESULTS)
    await run_sync(lambda: store.job(its, job_id))
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    outcomes = store.outcomes(its, job_id)
    if form == "text/html":
        page = await run_sync(lambda: index(outcomes, f"/v1/jobs/{job_id}/articles/{{number}}"))
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
            {
                **NOT_THERE,
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
        outcome = store_of(request).outcome(owner(request), job_id, number)
        if outcome.result is None:
            return outcome, b""
        result = unpack_result(outcome.result)
        if form.name == "json":
            return outcome, result.model_dump_json(indent=2, exclude_none=True).encode() + b"\n"
        return outcome, rendered(restored(result), form)

    outcome, content = await run_sync(work)
    headers = {"Vary": "Accept", "X-Content-Type-Options": "nosniff"}
    if outcome.result is None:
        if outcome.problem is None:
            return problem_response(409, "cancelled", "The job was cancelled before this article began.")
        return Response(outcome.problem, 409, headers, "application/problem+json")
    return Response(content, media_type=form.media_type, headers=headers)
