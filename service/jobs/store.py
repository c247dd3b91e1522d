"""Jobs in the database as callers see them: sent, looked at, cancelled, deleted.

What callers ask for, they ask for by the owner that they are (`service.guard.owner`): nobody else's job is
there for them. Those who work on jobs see them as `service.jobs.claims` has them.
"""

from __future__ import annotations

import secrets
import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import OverloadedError
from service.jobs.endings import end_article, lock
from service.jobs.errors import IdempotencyError, NoSuchJobError, TooManyJobsError
from service.jobs.job import Job, Outcome, State
from service.jobs.tables import ARTICLES, JOBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import ColumnElement, Connection, Row

    from service.jobs.connections import Connections
    from service.jobs.task import Bundle

_BATCH = 50  # outcomes read at once


class JobStore:
    """The jobs of all owners.

    `most` is how many may be there that have not ended, `most_each` how many of one owner's.
    """

    def __init__(
        self,
        connections: Connections,
        *,
        most: int = 100,
        most_each: int = 25,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._connections = connections
        self._most = most
        self._most_each = most_each
        self._now = now

    def repeated(self, owner: str, bundle: Bundle, idempotency_key: str) -> Job | None:
        """Return the job that has the key, None where none has; raise IdempotencyError for another job's."""
        with self._connections.reading() as connection:
            return self._known(connection, owner, idempotency_key, bundle.digest)

    def add(self, owner: str, bundle: Bundle, idempotency_key: str | None = None) -> tuple[Job, bool]:
        """Keep a job, or find the one that has the key already; return it, and whether it is new.

        Raises IdempotencyError where the owner used the key for another job, TooManyJobsError where too many
        of the owner's jobs have not ended, and OverloadedError where too many have, of whoever.
        """
        job_id = secrets.token_urlsafe(16)
        try:
            with self._connections.writing() as connection:
                if known := self._known(connection, owner, idempotency_key, bundle.digest):
                    return known, False
                self._make_sure_of_room(connection, owner)
                connection.execute(
                    insert(JOBS).values(
                        id=job_id,
                        owner=owner,
                        created=self._now(),
                        articles=len(bundle.names),
                        idempotency_key=idempotency_key,
                        digest=bundle.digest,
                    )
                )
                connection.execute(
                    insert(ARTICLES),
                    [
                        {
                            "job_id": job_id,
                            "number": number,
                            "name": name,
                            "task": content,
                            "state": State.WAITING,
                        }
                        for number, (name, content) in enumerate(
                            zip(bundle.names, bundle.contents, strict=True)
                        )
                    ],
                )
                return self._job(connection, owner, job_id), True
        except IntegrityError:  # another request with the key was quicker
            with self._connections.reading() as connection:
                if known := self._known(connection, owner, idempotency_key, bundle.digest):
                    return known, False
            raise

    def job(self, owner: str, job_id: str) -> Job:
        """Return a job; raise NoSuchJobError."""
        with self._connections.reading() as connection:
            return self._job(connection, owner, job_id)

    def jobs(self, owner: str, limit: int, before: float | None = None) -> list[Job]:
        """Return an owner's newest jobs, those created before a time."""
        query = (
            select(JOBS.c.id)
            .where(JOBS.c.owner == owner)
            .order_by(JOBS.c.created.desc(), JOBS.c.id)
            .limit(limit)
        )
        if before is not None:
            query = query.where(JOBS.c.created < before)
        with self._connections.reading() as connection:
            return [self._job(connection, owner, job_id) for job_id in connection.scalars(query).all()]

    def outcomes(self, owner: str, job_id: str) -> Iterator[Outcome]:
        """Yield the articles that are over, in the job's order, with their results."""
        last = -1
        while True:
            query = (
                select(ARTICLES)
                .where(_over_of(owner, job_id), ARTICLES.c.number > last)
                .order_by(ARTICLES.c.number)
                .limit(_BATCH)
            )
            with self._connections.reading() as connection:
                found = [_outcome(row) for row in connection.execute(query)]
            yield from found
            if len(found) < _BATCH:
                return
            last = found[-1].number

    def outcome(self, owner: str, job_id: str, number: int) -> Outcome:
        """Return an article that is over; raise NoSuchJobError."""
        query = select(ARTICLES).where(_over_of(owner, job_id), ARTICLES.c.number == number)
        with self._connections.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise NoSuchJobError(f'There is no job "{job_id}" with an article {number} that is over.')
        return _outcome(row)

    def ended_since(self, owner: str, job_id: str, sequence: int) -> list[Outcome]:
        """Return the articles that ended after another, in that order, without their results."""
        columns = (ARTICLES.c.number, ARTICLES.c.name, ARTICLES.c.state, ARTICLES.c.sequence)
        query = (
            select(*columns)
            .where(_over_of(owner, job_id), ARTICLES.c.sequence > sequence)
            .order_by(ARTICLES.c.sequence)
        )
        with self._connections.reading() as connection:
            return [
                Outcome(row.number, row.name, State(row.state), row.sequence)
                for row in connection.execute(query)
            ]

    def cancel(self, owner: str, job_id: str) -> Job:
        """Let no more article of a job begin; who works on one asks `unwanted`. Raise NoSuchJobError."""
        with self._connections.writing() as connection:
            lock(connection, job_id)
            job = self._job(connection, owner, job_id)
            if job.ended is None and job.cancelled is None:
                connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(cancelled=self._now()))
                query = (
                    select(ARTICLES.c.number)
                    .where(ARTICLES.c.job_id == job_id, ARTICLES.c.state == State.WAITING)
                    .order_by(ARTICLES.c.number)
                    .with_for_update(skip_locked=True)
                )
                for number in connection.scalars(query).all():
                    end_article(connection, job_id, number, State.CANCELLED, self._now())
            return self._job(connection, owner, job_id)

    def delete(self, owner: str, job_id: str) -> None:
        """Forget a job that is over; raise NoSuchJobError."""
        with self._connections.writing() as connection:
            lock(connection, job_id)
            self._job(connection, owner, job_id)
            connection.execute(delete(JOBS).where(JOBS.c.id == job_id))

    def _make_sure_of_room(self, connection: Connection, owner: str) -> None:
        """Raise TooManyJobsError or OverloadedError where no other job may be added."""
        going_on = select(func.count()).where(JOBS.c.ended.is_(None))
        its = connection.scalar(going_on.where(JOBS.c.owner == owner)) or 0
        if its >= self._most_each:
            raise TooManyJobsError(its, self._most_each)
        everyones = connection.scalar(going_on) or 0
        if everyones >= self._most:
            raise OverloadedError("jobs", everyones, self._most, retry_after=60)

    def _known(self, connection: Connection, owner: str, key: str | None, digest: str) -> Job | None:
        if key is None:
            return None
        query = select(JOBS.c.id, JOBS.c.digest)
        row = connection.execute(query.where(JOBS.c.owner == owner, JOBS.c.idempotency_key == key)).first()
        if row is None:
            return None
        if row.digest != digest:
            raise IdempotencyError(key)
        return self._job(connection, owner, row.id)

    def _job(self, connection: Connection, owner: str, job_id: str) -> Job:
        """Return a job; raise NoSuchJobError where the owner has none such."""
        row = connection.execute(select(JOBS).where(_owned(owner, job_id))).first()
        if row is None:
            raise NoSuchJobError(f'There is no job "{job_id}"; it may have been deleted or be too old.')
        counts = connection.execute(
            select(ARTICLES.c.state, func.count().label("articles"))
            .where(ARTICLES.c.job_id == job_id)
            .group_by(ARTICLES.c.state)
        )
        by_state = {State(row.state): row.articles for row in counts}
        return Job(row.id, row.created, row.articles, row.finished, row.cancelled, row.ended, by_state)


def _owned(owner: str, job_id: str) -> ColumnElement[bool]:
    return and_(JOBS.c.id == job_id, JOBS.c.owner == owner)


def _over_of(owner: str, job_id: str) -> ColumnElement[bool]:
    """Return the condition for an article of an owner's job to be over."""
    its = select(JOBS.c.id).where(_owned(owner, job_id))
    return and_(ARTICLES.c.job_id.in_(its), ARTICLES.c.sequence.is_not(None))


def _outcome(row: Row[Any]) -> Outcome:
    return Outcome(row.number, row.name, State(row.state), row.sequence, row.result, row.problem)
