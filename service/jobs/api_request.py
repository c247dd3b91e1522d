"""What requests about jobs have in common: a job's id, and the store that it is looked for in."""

# No postponed annotations here: FastAPI reads them.
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated

from fastapi import Path, Request

from service.jobs.store import JobStore

JobId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$", description="The id of a job")]

# The problems of a request that names a job, by status.
NOT_THERE: Mapping[int, str] = MappingProxyType(
    {
        404: "The caller has no such job",
        422: "The id is no job's",
        503: "The database does not answer",
    }
)


def store_of(request: Request) -> JobStore:
    """Return the jobs that the lifespan opened."""
    store: JobStore = request.state.jobs
    return store
