"""The one place where the parts are put together: a pipeline from settings, and the HTTP service round it."""

from __future__ import annotations

import logging
import os
import time
from contextlib import asynccontextmanager, suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, NotRequired, TypedDict

import anyio
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from alignment.lexical import LexicalEncoder
from models.cached import CachedEncoder, MemoryVectors
from models.decoding import DecodingSettings
from models.errors import ModelError
from models.language import LanguageIdentifier
from models.loading import load_encoder, load_translator
from models.routes import PIVOT
from models.store import Store, default_store
from service.access import Access, Allowances
from service.api import router
from service.api_memory import router as memory_router
from service.batcher import Batcher
from service.body_limit import BodyLimit
from service.compat.parts import Compat, build_compat
from service.compat.routes import answer_to, build_routers
from service.config import Settings, read_settings
from service.database import open_database
from service.detect import LangidDetector
from service.documents_api import router as documents_router
from service.engines import Engines
from service.errors import DatabaseError, MemoryFileError
from service.glossary import NO_TERMS, read_glossaries
from service.glossed import GlossaryTranslator
from service.guard import Guard
from service.jobs.api import router as jobs_router
from service.jobs.runner import Runner
from service.jobs.store import JobStore
from service.jobs.tables import JOB_TABLES
from service.jobs.task import done
from service.keys import KEY_TABLES, KeyStore
from service.limits import Buckets
from service.memory.database import Memory
from service.memory.remembering import RememberingTranslator
from service.metrics import Metrics
from service.notice import starter_notice
from service.pipeline import Limits, Pipeline
from service.problems import install_problems, problem_document
from service.request_log import RequestLog
from service.security_headers import SecurityHeaders
from service.stopping import told_of_stop
from service.turns import SharedEncoder, Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from models.catalog import Entry
    from models.encoder import Encoder
    from models.translation import Translator
    from service.glossary import Glossary
    from service.observer import Observer

_LOG = logging.getLogger("triptych")
_THREADS = 4  # an engine gains little from more; with more cores, several engines run at once
# What USE-multilingual was trained on (Yang et al. 2020, section 3).
_LANGUAGES = ("en", "es", "ru", "ar", "de", "fr", "it", "ja", "ko", "nl", "pl", "pt", "th", "tr", "zh")


class State(TypedDict):
    """What the lifespan hands to every request."""

    pipeline: Pipeline
    store: Store
    metrics: Metrics
    model_work: anyio.CapacityLimiter
    access: Access
    compat: Compat
    memory: Memory | None
    glossaries: dict[str, Glossary]
    deadline: int
    settings: Settings
    jobs: NotRequired[JobStore]
    runner: NotRequired[Runner]


def release() -> str:
    """Return the version of Triptych that is installed."""
    try:
        return version("triptych")
    except PackageNotFoundError:
        return "unknown"


def build_store(settings: Settings) -> Store:
    """Return the store of checkpoints that the settings name."""
    return default_store(settings.store)


def build_pipeline(
    settings: Settings, observer: Observer | None = None, *, encoder: Encoder | None = None
) -> Pipeline:
    """Build the pipeline that the settings describe; engines load at first use, the encoder at once.

    `observer` is told of the batches and of what the memory knows; `encoder`, where given, takes the place of
    the one that the settings name. Raises MemoryFileError, or a ModelError when the encoder cannot be had.
    """
    store = build_store(settings)
    threads = settings.threads or min(_cores(), _THREADS)

    def load(checkpoint_id: str) -> Translator:
        return load_translator(
            checkpoint_id,
            store=store,
            device=settings.device,
            engine=settings.engine,
            settings=DecodingSettings(beams=settings.beams),
            threads=threads,
        )

    turns = Turns(max(_cores() // threads, 1))
    memory = build_memory(settings)
    encoder = encoder or build_encoder(settings, store)

    def candidates() -> Sequence[Entry]:
        if settings.models:
            return [store.translator(checkpoint_id) for checkpoint_id in settings.models]
        return [item.entry for item in store.installed()]

    def batching(translator: Translator) -> Batcher:
        return Batcher(translator, turns, capacity=settings.queue, observer=observer)

    def layers(translator: Translator, glossary: Glossary) -> Translator:
        if glossary:
            translator = GlossaryTranslator(translator, glossary, encoder)
        return RememberingTranslator(translator, memory, release(), observer) if memory else translator

    quality = None if settings.models else settings.quality
    return Pipeline(
        Engines(load, candidates, store.catalog, quality, batching, layers),
        encoder,
        _LANGUAGES,
        Limits(settings.max_characters, settings.max_sentences),
        release(),
        LanguageIdentifier(_LANGUAGES),
    )


def build_memory(settings: Settings) -> Memory | None:
    """Return the translation memory that the settings name, None if they want none.

    Raises MemoryFileError. Where none is named and the store cannot be written to, there is none.
    """
    if settings.memory == Path("off"):
        return None
    path = settings.memory or build_store(settings).root / "memory.db"
    try:
        return Memory(path, settings.memory_units)
    except MemoryFileError as error:
        if settings.memory is None and not path.exists():
            _LOG.warning("there is no translation memory: %s", error.problem)
            return None
        raise


def build_glossaries(settings: Settings) -> dict[str, Glossary]:
    """Return the glossaries that the settings name, by name; raise GlossaryError."""
    return read_glossaries(settings.glossary) if settings.glossary else {}


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _warn_of_starter(engines: Engines, store: Store) -> None:
    """Say once in the log what is served with the starter, and how to get better."""
    made = [(engines.translator(target).checkpoint_id, PIVOT, target) for target in engines.targets]
    if notice := starter_notice(made, store.catalog):
        _LOG.warning(notice)


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


def build_encoder(settings: Settings, store: Store) -> Encoder:
    """Return the encoder that the settings name, its vectors kept in memory by content.

    "none" is lengths and anchors alone. Raises a ModelError when the encoder cannot be had.
    """
    if settings.encoder == LexicalEncoder.encoder_id:
        return LexicalEncoder()
    encoder = load_encoder(settings.encoder, store=store, device=settings.device)
    return CachedEncoder(SharedEncoder(encoder, Turns()), MemoryVectors())


def build_jobs(settings: Settings) -> JobStore | None:
    """Return the jobs of the database that the settings name, None where it is off; raise DatabaseError."""
    if settings.database == "off":
        return None
    return JobStore(
        open_database(database_url(settings), JOB_TABLES), lease=settings.job_lease, most=settings.max_jobs
    )


def build_runner(
    settings: Settings, jobs: JobStore, pipeline: Pipeline, limiter: anyio.CapacityLimiter
) -> Runner:
    """Return what works on the jobs in this process."""
    return Runner(
        jobs,
        lambda task: done(task, pipeline),
        problem_document,
        workers=settings.job_workers,
        lease=settings.job_lease,
        retention=settings.job_retention * 3_600,
        limiter=limiter,
    )


def create_app(
    settings: Settings | None = None, build: Callable[[Settings], Pipeline] | None = None
) -> FastAPI:
    """Return the HTTP service; `build` makes its pipeline when it starts, `build_pipeline` by default."""
    chosen = settings or read_settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        make = build or partial(build_pipeline, observer=metrics)
        pipeline = await anyio.to_thread.run_sync(make, chosen)
        with suppress(ModelError):  # /readyz says what is missing, and so does every request that needs it
            await anyio.to_thread.run_sync(pipeline.engines.load_preferred)
            _warn_of_starter(pipeline.engines, build_store(chosen))
        model_work = anyio.CapacityLimiter(chosen.requests)
        jobs = await anyio.to_thread.run_sync(build_jobs, chosen)
        glossaries = await anyio.to_thread.run_sync(build_glossaries, chosen)
        with TemporaryDirectory(prefix="triptych-") as folder, told_of_stop(app.state.stopping):
            database = database_url(chosen, Path(folder))
            async with anyio.create_task_group() as tasks:  # what runs in it is finished before the end
                state = State(
                    pipeline=pipeline,
                    store=build_store(chosen),
                    metrics=metrics,
                    model_work=model_work,
                    access=build_access(chosen, database),
                    compat=build_compat(
                        pipeline,
                        LangidDetector(_LANGUAGES),
                        model_work,
                        database,
                        tasks,
                        glossaries.get("", NO_TERMS),
                        chosen.deadline,
                    ),
                    memory=await anyio.to_thread.run_sync(build_memory, chosen),
                    glossaries=glossaries,
                    deadline=chosen.deadline,
                    settings=chosen,
                )
                if jobs is None:
                    yield state
                else:
                    runner = build_runner(chosen, jobs, pipeline, model_work)
                    tasks.start_soon(runner.run)
                    state["jobs"], state["runner"] = jobs, runner
                    yield state
                    runner.stop()
        await anyio.to_thread.run_sync(pipeline.engines.close)
        if jobs is not None:
            jobs.close()

    app = FastAPI(
        title="Triptych",
        version=release(),
        summary="Translate an article, align its versions, compare them side by side.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
    )
    # The last one added stands outside of the others.
    larger = {"/v1/jobs": (chosen.max_job_bytes, "MAX_JOB_BYTES")}
    app.add_middleware(BodyLimit, max_bytes=chosen.max_bytes, larger=larger, answer=answer_to)
    app.add_middleware(Guard)
    if chosen.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=chosen.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["X-Request-ID", "Location", "Retry-After"],
        )
    app.add_middleware(SecurityHeaders)
    app.add_middleware(RequestLog, metrics=metrics)
    install_problems(app)
    app.state.stopping = Event()
    kept = [jobs_router] if chosen.database != "off" else []
    for each in (router, documents_router, memory_router, *kept, *build_routers(chosen.compat)):
        app.include_router(each)
    return app
