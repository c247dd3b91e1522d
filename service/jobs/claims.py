"""Articles of jobs as those who work on them see them, in any number of processes at once.

A worker claims an article under a lease, which it extends while it works. A result counts only while its
lease is the worker's own, so that each article ends once, whatever dies in between; the article of a worker
that died is free when its lease has run out. PostgreSQL passes over rows that others hold (FOR UPDATE SKIP
LOCKED); SQLite lets one writer in at a time.

Owners take turns, whoever was served longest ago first, however many jobs each has; the jobs of an owner
take turns article by article.

The clocks of machines that share a database must agree to within a lease.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from service.jobs.endings import end_article, lock
from service.jobs.job import Claim, State
from service.jobs.tables import ARTICLES, JOBS, OWNERS
from service.jobs.task import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from sqlalchemy import ColumnElement, Connection

    from service.jobs.connections import Connections

_MOST_ATTEMPTS = (
    5  # a worker that dies each time takes the article with it; others must not die of it for ever
)


class Claims:
    """The articles of all owners' jobs; `lease` is in seconds."""

    def __init__(
        self, connections: Connections, *, lease: float, now: Callable[[], float] = time.time
    ) -> None:
        self._connections = connections
        self._lease = lease
        self._now = now

    def claim(self, worker: str) -> Claim | None:
        """Take the next article that waits, or whose worker is gone; None where there is none.

        Articles that took a worker with them come last; else each owner has its turn, and of an owner each
        job, article by article.
        """
        now = self._now()
        free = or_(
            and_(ARTICLES.c.state == State.WAITING, ARTICLES.c.ready <= now),
            and_(ARTICLES.c.state == State.RUNNING, ARTICLES.c.lease < now),
        )
        query = (
            select(ARTICLES.c.job_id, ARTICLES.c.number, ARTICLES.c.attempts, JOBS.c.owner)
            .join(JOBS, JOBS.c.id == ARTICLES.c.job_id)
            .outerjoin(OWNERS, OWNERS.c.owner == JOBS.c.owner)
            .where(free, JOBS.c.cancelled.is_(None), ARTICLES.c.attempts < _MOST_ATTEMPTS)
            .order_by(ARTICLES.c.attempts, func.coalesce(OWNERS.c.turn, 0), ARTICLES.c.number, JOBS.c.created)
            .limit(1)
            .with_for_update(skip_locked=True, of=ARTICLES)
        )
        with self._connections.writing() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            mine = _article(row.job_id, row.number)
            connection.execute(
                update(ARTICLES)
                .where(mine)
                .values(
                    state=State.RUNNING, worker=worker, lease=now + self._lease, attempts=row.attempts + 1
                )
            )
            # Read by itself: sorting what waits is not to carry the texts along.
            task = connection.scalar(select(ARTICLES.c.task).where(mine))
            self._served(connection, row.owner)
        return Claim(row.job_id, row.number, row.attempts + 1, unpacked(task or b""))

    def extend(self, worker: str) -> None:
        """Extend the leases of all that a worker holds."""
        with self._connections.writing() as connection:
            connection.execute(
                update(ARTICLES)
                .where(ARTICLES.c.worker == worker, ARTICLES.c.state == State.RUNNING)
                .values(lease=self._now() + self._lease)
            )

    def unwanted(self, jobs: Collection[str]) -> set[str]:
        """Return which of some jobs nobody wants done any more: those cancelled, or gone."""
        query = select(JOBS.c.id).where(JOBS.c.id.in_(jobs), JOBS.c.cancelled.is_(None))
        with self._connections.reading() as connection:
            return set(jobs) - set(connection.scalars(query))

    def finish(
        self, claim: Claim, worker: str, *, result: bytes | None = None, problem: str | None = None
    ) -> bool:
        """Keep how an article ended; return False, and keep nothing, where it is the worker's no longer."""
        state = State.FAILED if result is None else State.DONE
        with self._connections.writing() as connection:
            lock(connection, claim.job_id)
            if not _held(connection, claim, worker):
                return False
            end_article(
                connection, claim.job_id, claim.number, state, self._now(), result=result, problem=problem
            )
        return True

    def release(self, claim: Claim, worker: str, *, delay: float = 0.0) -> None:
        """Give an article back, to begin again after so many seconds; that of a cancelled job is over."""
        with self._connections.writing() as connection:
            cancelled = lock(connection, claim.job_id)
            if not _held(connection, claim, worker):
                return
            if cancelled is not None:
                end_article(connection, claim.job_id, claim.number, State.CANCELLED, self._now())
                return
            connection.execute(
                update(ARTICLES)
                .where(_article(claim.job_id, claim.number))
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
        gone = and_(ARTICLES.c.state == State.RUNNING, ARTICLES.c.lease < self._now())
        lost = (
            select(ARTICLES.c.job_id, ARTICLES.c.number, JOBS.c.cancelled)
            .join(JOBS, JOBS.c.id == ARTICLES.c.job_id)
            .where(gone, or_(JOBS.c.cancelled.is_not(None), ARTICLES.c.attempts >= _MOST_ATTEMPTS))
        )
        with self._connections.reading() as connection:
            found = connection.execute(lost).all()
        for row in found:
            with self._connections.writing() as connection:
                lock(connection, row.job_id)
                still = select(ARTICLES.c.number).where(_article(row.job_id, row.number), gone)
                if connection.execute(still).first() is None:
                    continue
                cancelled = row.cancelled is not None
                end_article(
                    connection,
                    row.job_id,
                    row.number,
                    State.CANCELLED if cancelled else State.FAILED,
                    self._now(),
                    problem=None if cancelled else problem,
                )

    def clean(self, retention: float) -> int:
        """Forget the jobs that ended longer ago than so many seconds; return how many they were."""
        with self._connections.writing() as connection:
            gone = connection.execute(delete(JOBS).where(JOBS.c.ended < self._now() - retention)).rowcount
            connection.execute(delete(OWNERS).where(OWNERS.c.owner.not_in(select(JOBS.c.owner))))
            return gone

    def _served(self, connection: Connection, owner: str) -> None:
        """Put an owner behind all others."""
        last = select(func.coalesce(func.max(OWNERS.c.turn), 0) + 1).scalar_subquery()
        known = connection.execute(update(OWNERS).where(OWNERS.c.owner == owner).values(turn=last))
        if not known.rowcount:
            # Another worker may have served it for the first time as well; then it is there.
            with suppress(IntegrityError), connection.begin_nested():
                connection.execute(insert(OWNERS).values(owner=owner, turn=last))


def _article(job_id: str, number: int) -> ColumnElement[bool]:
    return and_(ARTICLES.c.job_id == job_id, ARTICLES.c.number == number)


def _held(connection: Connection, claim: Claim, worker: str) -> bool:
    query = select(ARTICLES.c.number).where(
        _article(claim.job_id, claim.number),
        ARTICLES.c.state == State.RUNNING,
        ARTICLES.c.worker == worker,
        ARTICLES.c.attempts == claim.attempts,
    )
    return connection.execute(query.with_for_update()).first() is not None
