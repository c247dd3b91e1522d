"""What the interface of jobs gives out."""

# No postponed annotations here: pydantic reads them.
from datetime import UTC, datetime

from pydantic import BaseModel, Field

from service.jobs.job import Job, State


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


def job_out(job: Job) -> JobOut:
    """Return a job as the model of it."""
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
