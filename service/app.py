"""The HTTP service, put together: pipeline, database, routes, and what stands before them."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, NotRequired, TypedDict

import anyio
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from models.errors import ModelError
from models.routes import PIVOT
from service.api import router
from service.api_memory import router as memory_router
from service.assembly import LANGUAGES, build_glossaries, build_memory, build_pipeline, build_store, release
from service.body_limit import BodyLimit
from service.compat.parts import Compat, build_compat
from service.compat.routes import answers, build_routers
from service.config import Settings, read_settings
from service.detect import LangidDetector
from service.documents_api import router as documents_router
from service.glossary import NO_TERMS
from service.guard import Guard
from service.jobs.api import router as jobs_router
from service.keeping import build_access, build_jobs, build_runner, database_url
from service.metrics import Metrics
from service.notice import starter_notice
from service.page import install_page
from service.problems import install_problems
from service.request_log import RequestLog
from service.security_headers import SecurityHeaders
from service.stopping import told_of_stop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from models.store import Store
    from service.access import Access
    from service.engines import Engines
    from service.glossary import Glossary
    from service.jobs.runner import Runner
    from service.jobs.store import JobStore
    from service.memory.database import Memory
    from service.pipeline import Pipeline

_LOG = logging.getLogger("triptych")


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


def _warn_of_starter(engines: Engines, store: Store) -> None:
    """Say once in the log what is served with the starter, and how to get better."""
    made = [(engines.translator(target).checkpoint_id, PIVOT, target) for target in engines.targets]
    if notice := starter_notice(made, store.catalog):
        _LOG.warning(notice)


def create_app(
    settings: Settings | None = None,
    build: Callable[[Settings], Pipeline] | None = None,
    loaded: Callable[[], None] | None = None,
) -> FastAPI:
    """Return the HTTP service; `build` makes its pipeline when it starts, `build_pipeline` by default.

    `loaded` is called when the engines are loaded.
    """
    chosen = settings or read_settings()
    metrics = Metrics()

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        make = build or partial(build_pipeline, observer=metrics)
        pipeline = await anyio.to_thread.run_sync(make, chosen)
        with suppress(ModelError):  # /readyz says what is missing, and so does every request that needs it
            await anyio.to_thread.run_sync(pipeline.engines.load_preferred)
            _warn_of_starter(pipeline.engines, build_store(chosen))
        if loaded is not None:
            loaded()
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
                        LangidDetector(LANGUAGES),
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
                    runner = build_runner(chosen, jobs.claims, pipeline)
                    tasks.start_soon(runner.run)
                    state["jobs"], state["runner"] = jobs.store, runner
                    yield state
                    runner.stop()
        await anyio.to_thread.run_sync(pipeline.engines.close)
        if jobs is not None:
            jobs.connections.close()

    app = FastAPI(
        title="Triptych",
        version=release(),
        summary="Translate an article, align its versions, compare them side by side.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own would fetch its script from another host; service.page has one
        redoc_url=None,
    )
    # The last one added stands outside of the others.
    larger = {"/v1/jobs": (chosen.max_job_bytes, "MAX_JOB_BYTES")}
    own = answers(chosen.compat)
    app.add_middleware(BodyLimit, max_bytes=chosen.max_bytes, larger=larger, answer=own)
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
    install_problems(app, own)
    app.state.stopping = Event()
    kept = [jobs_router] if chosen.database != "off" else []
    for each in (router, documents_router, memory_router, *kept, *build_routers(chosen.compat)):
        app.include_router(each)
    install_page(app)
    return app
