"""How an article of a job ends, whoever ends it. Rows are locked job first, article second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select, update

from service.jobs.tables import ARTICLES, JOBS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from service.jobs.job import State


def lock(connection: Connection, job_id: str) -> float | None:
    """Lock a job's row; return when it was cancelled."""
    found: float | None = connection.scalar(
        select(JOBS.c.cancelled).where(JOBS.c.id == job_id).with_for_update()
    )
    return found


def end_article(
    connection: Connection, job_id: str, number: int, state: State, now: float, **more: Any
) -> None:
    """End an article, the job's row being locked; with the last one the job has ended too.

    `more` are values of further columns: `result`, `problem`.
    """
    job = connection.execute(
        update(JOBS)
        .where(JOBS.c.id == job_id)
        .values(finished=JOBS.c.finished + 1)
        .returning(JOBS.c.finished, JOBS.c.articles)
    ).one()
    connection.execute(
        update(ARTICLES)
        .where(ARTICLES.c.job_id == job_id, ARTICLES.c.number == number)
        .values(state=state, worker=None, lease=None, sequence=job.finished, **more)
    )
    if job.finished == job.articles:
        connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(ended=now))
