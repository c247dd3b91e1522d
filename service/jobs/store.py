"""Jobs in the database, for any number of processes at once.

A worker claims an article under a lease, which it extends while it works. A result counts only while its
lease is the worker's own, so that each article ends once, whatever dies in between; the article of a worker
that died is free when its lease has run out. Rows are locked job first, article second. PostgreSQL passes
over rows that others hold (FOR UPDATE SKIP LOCKED); SQLite lets one writer in at a time.

What callers ask for, they ask for by the owner that they are (`service.guard.owner`): nobody else's job is
there for them.

The clocks of machines that share a database must agree to within a lease.
"""

from __future__ import annotations

import secrets
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from service.database import WRITING, reason_of
from service.errors import DatabaseError, OverloadedError
from service.jobs.errors import IdempotencyError, NoSuchJobError
from service.jobs.job import Claim, Job, Outcome, State
from service.jobs.tables import ARTICLES, JOBS
from service.jobs.task import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from sqlalchemy import ColumnElement, Connection, Engine, Row

    from service.jobs.task import Bundle

_MOST_ATTEMPTS = (
    5  # a worker that dies each time takes the article with it; others must not die of it for ever
)
_BATCH = 50  # outcomes read at once


class JobStore:
    """The jobs in a database whose tables are there (`open_database` with JOB_TABLES).

    `lease` is in seconds; `most` is how many jobs may be there that have not ended.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        lease: float,
        most: int = 100,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._engine = engine
        self._lease = lease
        self._most = most
        self._now = now

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def repeated(self, owner: str, bundle: Bundle, idempotency_key: str) -> Job | None:
        """Return the job that has the key, None where none has; raise IdempotencyError for another job's."""
        with self._reading() as connection:
            return self._known(connection, owner, idempotency_key, bundle.digest)

    def add(self, owner: str, bundle: Bundle, idempotency_key: str | None = None) -> tuple[Job, bool]:
        """Keep a job, or find the one that has the key already; return it, and whether it is new.

        Raises IdempotencyError where the owner used the key for another job, and OverloadedError where too
        many jobs, of whoever, have not ended.
        """
        job_id = secrets.token_urlsafe(16)
        try:
            with self._writing() as connection:
                if known := self._known(connection, owner, idempotency_key, bundle.digest):
                    return known, False
                going_on = connection.scalar(select(func.count()).where(JOBS.c.ended.is_(None)))
                if going_on is not None and going_on >= self._most:
                    raise OverloadedError("jobs", going_on, self._most, retry_after=60)
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
            with self._reading() as connection:
                if known := self._known(connection, owner, idempotency_key, bundle.digest):
                    return known, False
            raise

    def job(self, owner: str, job_id: str) -> Job:
        """Return a job; raise NoSuchJobError."""
        with self._reading() as connection:
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
        with self._reading() as connection:
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
            with self._reading() as connection:
                found = [_outcome(row) for row in connection.execute(query)]
            yield from found
            if len(found) < _BATCH:
                return
            last = found[-1].number

    def outcome(self, owner: str, job_id: str, number: int) -> Outcome:
        """Return an article that is over; raise NoSuchJobError."""
        query = select(ARTICLES).where(_over_of(owner, job_id), ARTICLES.c.number == number)
        with self._reading() as connection:
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
        with self._reading() as connection:
            return [
                Outcome(row.number, row.name, State(row.state), row.sequence)
                for row in connection.execute(query)
            ]

    def cancel(self, owner: str, job_id: str) -> Job:
        """Let no more article of a job begin; who works on one asks `unwanted`. Raise NoSuchJobError."""
        with self._writing() as connection:
            self._lock(connection, job_id)
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
                    self._over(connection, job_id, number, State.CANCELLED)
            return self._job(connection, owner, job_id)

    def delete(self, owner: str, job_id: str) -> None:
        """Forget a job that is over; raise NoSuchJobError."""
        with self._writing() as connection:
            self._lock(connection, job_id)
            self._job(connection, owner, job_id)
            connection.execute(delete(JOBS).where(JOBS.c.id == job_id))

    def clean(self, retention: float) -> int:
        """Forget the jobs that ended longer ago than so many seconds; return how many they were."""
        with self._writing() as connection:
            return connection.execute(delete(JOBS).where(JOBS.c.ended < self._now() - retention)).rowcount

    def claim(self, worker: str) -> Claim | None:
        """Take the next article that waits, or whose worker is gone; None where there is none.

        Articles that took a worker with them come last; else each job has its turn, article by article.
        """
        now = self._now()
        free = or_(
            and_(ARTICLES.c.state == State.WAITING, ARTICLES.c.ready <= now),
            and_(ARTICLES.c.state == State.RUNNING, ARTICLES.c.lease < now),
        )
        query = (
            select(ARTICLES.c.job_id, ARTICLES.c.number, ARTICLES.c.attempts, ARTICLES.c.task)
            .join(JOBS, JOBS.c.id == ARTICLES.c.job_id)
            .where(free, JOBS.c.cancelled.is_(None), ARTICLES.c.attempts < _MOST_ATTEMPTS)
            .order_by(ARTICLES.c.attempts, ARTICLES.c.number, JOBS.c.created)
            .limit(1)
            .with_for_update(skip_locked=True, of=ARTICLES)
        )
        with self._writing() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            connection.execute(
                update(ARTICLES)
                .where(ARTICLES.c.job_id == row.job_id, ARTICLES.c.number == row.number)
                .values(
                    state=State.RUNNING, worker=worker, lease=now + self._lease, attempts=row.attempts + 1
                )
            )
        return Claim(row.job_id, row.number, row.attempts + 1, unpacked(row.task))

    def extend(self, worker: str) -> None:
        """Extend the leases of all that a worker holds."""
        with self._writing() as connection:
            connection.execute(
                update(ARTICLES)
                .where(ARTICLES.c.worker == worker, ARTICLES.c.state == State.RUNNING)
                .values(lease=self._now() + self._lease)
            )

    def unwanted(self, jobs: Collection[str]) -> set[str]:
        """Return which of some jobs nobody wants done any more: those cancelled, or gone."""
        query = select(JOBS.c.id).where(JOBS.c.id.in_(jobs), JOBS.c.cancelled.is_(None))
        with self._reading() as connection:
            return set(jobs) - set(connection.scalars(query))

    def finish(
        self, claim: Claim, worker: str, *, result: bytes | None = None, problem: str | None = None
    ) -> bool:
        """Keep how an article ended; return False, and keep nothing, where it is the worker's no longer."""
        state = State.FAILED if result is None else State.DONE
        with self._writing() as connection:
            self._lock(connection, claim.job_id)
            if not self._held(connection, claim, worker):
                return False
            self._over(connection, claim.job_id, claim.number, state, result=result, problem=problem)
        return True

    def release(self, claim: Claim, worker: str, *, delay: float = 0.0) -> None:
        """Give an article back, to begin again after so many seconds; that of a cancelled job is over."""
        with self._writing() as connection:
            cancelled = self._lock(connection, claim.job_id)
            if not self._held(connection, claim, worker):
                return
            if cancelled is not None:
                self._over(connection, claim.job_id, claim.number, State.CANCELLED)
                return
            connection.execute(
                update(ARTICLES)
                .where(ARTICLES.c.job_id == claim.job_id, ARTICLES.c.number == claim.number)
                .values(
                    state=State.WAITING,
                    worker=None,
                    lease=None,
                    attempts=claim.attempts - 1,
                    ready=self._now() + delay,
                )
            )

    def bury(self, problem: str) -> None:
        """End the articles whose worker is gone and that nobody may take again.

        Those are the articles of cancelled jobs, and those that took too many workers with them: `problem`
        says so.
        """
        lost = (
            select(ARTICLES.c.job_id, ARTICLES.c.number, JOBS.c.cancelled)
            .join(JOBS, JOBS.c.id == ARTICLES.c.job_id)
            .where(
                ARTICLES.c.state == State.RUNNING,
                ARTICLES.c.lease < self._now(),
                or_(JOBS.c.cancelled.is_not(None), ARTICLES.c.attempts >= _MOST_ATTEMPTS),
            )
        )
        with self._reading() as connection:
            found = connection.execute(lost).all()
        for row in found:
            with self._writing() as connection:
                self._lock(connection, row.job_id)
                still = connection.execute(
                    select(ARTICLES.c.number).where(
                        ARTICLES.c.job_id == row.job_id,
                        ARTICLES.c.number == row.number,
                        ARTICLES.c.state == State.RUNNING,
                        ARTICLES.c.lease < self._now(),
                    )
                ).first()
                if still is None:
                    continue
                if row.cancelled is not None:
                    self._over(connection, row.job_id, row.number, State.CANCELLED)
                else:
                    self._over(connection, row.job_id, row.number, State.FAILED, problem=problem)

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

    def _lock(self, connection: Connection, job_id: str) -> float | None:
        """Lock a job's row; return when it was cancelled."""
        found: float | None = connection.scalar(
            select(JOBS.c.cancelled).where(JOBS.c.id == job_id).with_for_update()
        )
        return found

    def _held(self, connection: Connection, claim: Claim, worker: str) -> bool:
        query = select(ARTICLES.c.number).where(
            ARTICLES.c.job_id == claim.job_id,
            ARTICLES.c.number == claim.number,
            ARTICLES.c.state == State.RUNNING,
            ARTICLES.c.worker == worker,
            ARTICLES.c.attempts == claim.attempts,
        )
        return connection.execute(query.with_for_update()).first() is not None

    def _over(self, connection: Connection, job_id: str, number: int, state: State, **more: Any) -> None:
        """End an article, the job's row being locked; with the last one the job has ended too."""
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
            connection.execute(update(JOBS).where(JOBS.c.id == job_id).values(ended=self._now()))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _ours(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with _ours(), self._engine.execution_options(**{WRITING: True}).begin() as connection:
            yield connection


@contextmanager
def _ours() -> Iterator[None]:
    """Turn what goes wrong in the database into a DatabaseError, but for a broken uniqueness."""
    try:
        yield
    except IntegrityError:
        raise
    except (SQLAlchemyError, OSError) as error:  # pg8000 lets a reset connection through as an OSError
        raise DatabaseError(f"The database does not answer: {reason_of(error)}.") from error


def _owned(owner: str, job_id: str) -> ColumnElement[bool]:
    return and_(JOBS.c.id == job_id, JOBS.c.owner == owner)


def _over_of(owner: str, job_id: str) -> ColumnElement[bool]:
    """Return the condition for an article of an owner's job to be over."""
    its = select(JOBS.c.id).where(_owned(owner, job_id))
    return and_(ARTICLES.c.job_id.in_(its), ARTICLES.c.sequence.is_not(None))


def _outcome(row: Row[Any]) -> Outcome:
    return Outcome(row.number, row.name, State(row.state), row.sequence, row.result, row.problem)
