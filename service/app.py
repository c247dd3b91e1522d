"""The one place where the parts are put together: a pipeline from settings, and the HTTP service round it."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from threading import Event
from typing import TYPE_CHECKING, NotRequired, TypedDict

import anyio
from fastapi import FastAPI

from models.decoding import DecodingSettings
from models.errors import ModelError
from models.loading import load_encoder, load_translator
from models.store import Store, default_store
from service.api import router
from service.body_limit import BodyLimit
from service.config import Settings, read_settings
from service.database import open_database
from service.documents_api import router as documents_router
from service.engines import Engines
from service.jobs.api import router as jobs_router
from service.jobs.runner import Runner
from service.jobs.store import JobStore
from service.jobs.tables import JOB_TABLES
from service.jobs.task import done
from service.pipeline import Limits, Pipeline
from service.problems import install_problems, problem_content

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from models.translation import Translator

# What USE-multilingual was trained on (Yang et al. 2020, section 3).
_LANGUAGES = ("en", "es", "ru", "ar", "de", "fr", "it", "ja", "ko", "nl", "pl", "pt", "th", "tr", "zh")


class State(TypedDict):
    """What the lifespan hands to every request."""

    pipeline: Pipeline
    store: Store
    model_work: anyio.CapacityLimiter
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


def build_pipeline(settings: Settings) -> Pipeline:
    """Build the pipeline that the settings describe; engines load at first use, the encoder at once.

    Raises a ModelError when the encoder cannot be had.
    """
    store = build_store(settings)

    def load(checkpoint_id: str) -> Translator:
        return load_translator(
            checkpoint_id,
            store=store,
            device=settings.device,
            engine=settings.engine,
            settings=DecodingSettings(beams=settings.beams),
            threads=settings.threads,
        )

    limits = Limits(settings.max_characters, settings.max_sentences)
    return Pipeline(
        Engines(load, settings.models), load_encoder(settings.encoder), _LANGUAGES, limits, release()
    )


def build_jobs(settings: Settings) -> JobStore | None:
    """Return the jobs of the database that the settings name, None where it is off; raise DatabaseError."""
    if settings.database == "off":
        return None
    url = settings.database or f"sqlite:///{build_store(settings).root / 'triptych.db'}"
    return JobStore(open_database(url, JOB_TABLES), lease=settings.job_lease, most=settings.max_jobs)


def build_runner(
    settings: Settings, jobs: JobStore, pipeline: Pipeline, limiter: anyio.CapacityLimiter
) -> Runner:
    """Return what works on the jobs in this process."""
    return Runner(
        jobs,
        lambda task: done(task, pipeline),
        problem_content,
        workers=settings.job_workers,
        lease=settings.job_lease,
        retention=settings.job_retention * 3_600,
        limiter=limiter,
    )


def create_app(
    settings: Settings | None = None, build: Callable[[Settings], Pipeline] = build_pipeline
) -> FastAPI:
    """Return the HTTP service; `build` makes its pipeline when it starts."""
    chosen = settings or read_settings()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        pipeline = await anyio.to_thread.run_sync(build, chosen)
        with suppress(ModelError):  # /readyz says what is missing, and so does every request that needs it
            await anyio.to_thread.run_sync(pipeline.engines.load_preferred)
        # One at a time, in the order they came: the engine uses all the cores it was given by itself. An
        # article of a job waits in line with the others, so that nobody waits for more than one of them.
        model_work = anyio.CapacityLimiter(1)
        state = State(pipeline=pipeline, store=build_store(chosen), model_work=model_work, settings=chosen)
        jobs = await anyio.to_thread.run_sync(build_jobs, chosen)
        if jobs is None:
            yield state
            return
        runner = build_runner(chosen, jobs, pipeline, model_work)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.run)
            state["jobs"], state["runner"] = jobs, runner
            yield state
            runner.stop()
        jobs.close()

    app = FastAPI(
        title="Triptych",
        version=release(),
        summary="Translate an article, align its versions, compare them side by side.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
    )
    larger = {"/v1/jobs": (chosen.max_job_bytes, "MAX_JOB_BYTES")}
    app.add_middleware(BodyLimit, max_bytes=chosen.max_bytes, larger=larger)
    install_problems(app)
    app.state.stopping = Event()  # set by service.serving when the server is told to stop
    for each in (router, documents_router, *([jobs_router] if chosen.database != "off" else [])):
        app.include_router(each)
    return app
