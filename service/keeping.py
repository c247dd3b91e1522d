"""What the HTTP service keeps in its database, put together from settings: keys, limits, jobs."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import anyio

from service.access import Access, Allowances
from service.assembly import build_store
from service.database import open_database
from service.errors import DatabaseError
from service.jobs.claims import Claims
from service.jobs.connections import Connections
from service.jobs.runner import Runner
from service.jobs.store import JobStore
from service.jobs.tables import JOB_TABLES
from service.jobs.task import done
from service.keys import KEY_TABLES, KeyStore
from service.limits import Buckets
from service.problems import problem_document

if TYPE_CHECKING:
    from pathlib import Path

    from service.config import Settings
    from service.pipeline import Pipeline


def database_url(settings: Settings, folder: Path | None = None) -> str:
    """Return the database that the settings name: SQLite beside the checkpoints if they name none.

    Where it is off, what a request needs lies in a folder that goes with the process; keys would be lost in
    it. Raises DatabaseError where there is no such folder, or where keys are required.
    """
    if settings.database != "off":
        return settings.database or f"sqlite:///{build_store(settings).root / 'triptych.db'}"
    if folder is None or settings.require_key:
        raise DatabaseError(
            "TRIPTYCH_DATABASE is off, and keys lie in a database; name one, or leave it out."
        )
    return f"sqlite:///{folder / 'triptych.db'}"


def build_keys(settings: Settings) -> KeyStore:
    """Return the API keys of the database that the settings name; raise DatabaseError."""
    return KeyStore(open_database(database_url(settings), KEY_TABLES))


def build_access(settings: Settings, database: str) -> Access:
    """Return what admits callers and counts what they send; raise DatabaseError."""
    allowances = Allowances(
        settings.key_requests,
        settings.key_characters,
        settings.key_quota,
        settings.address_requests,
        settings.address_characters,
    )
    keys = KeyStore(open_database(database, KEY_TABLES))
    return Access(keys, Buckets(time.monotonic), allowances, required=settings.require_key)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The jobs of one database, as callers and as workers see them."""

    connections: Connections
    store: JobStore
    claims: Claims


def build_jobs(settings: Settings) -> Jobs | None:
    """Return the jobs of the database that the settings name, None where it is off; raise DatabaseError."""
    if settings.database == "off":
        return None
    connections = Connections(open_database(database_url(settings), JOB_TABLES))
    store = JobStore(connections, most=settings.max_jobs, most_each=settings.max_owner_jobs)
    return Jobs(connections, store, Claims(connections, lease=settings.job_lease))


def build_runner(settings: Settings, claims: Claims, pipeline: Pipeline) -> Runner:
    """Return what works on the jobs in this process.

    Its threads are its own: articles of jobs take no request's place, and meet them at the engines only.
    """
    return Runner(
        claims,
        lambda task, work: done(task, pipeline, work),
        problem_document,
        workers=settings.job_workers,
        lease=settings.job_lease,
        retention=settings.job_retention * 3_600,
        limiter=anyio.CapacityLimiter(max(settings.job_workers, 1)),
    )
