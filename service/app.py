"""The one place where the parts are put together: a pipeline from settings, and the HTTP service round it."""

from __future__ import annotations

import logging
import os
from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

import anyio
from fastapi import FastAPI

from models.decoding import DecodingSettings
from models.errors import ModelError
from models.loading import load_encoder, load_translator
from models.store import Store, default_store
from service.api import router
from service.api_memory import router as memory_router
from service.batcher import Batcher
from service.body_limit import BodyLimit
from service.config import Settings, read_settings
from service.engines import Engines
from service.errors import MemoryFileError
from service.glossary import read_glossaries
from service.glossed import GlossaryTranslator
from service.memory.database import Memory
from service.memory.remembering import RememberingTranslator
from service.pipeline import Limits, Pipeline
from service.problems import install_problems
from service.turns import SharedEncoder, Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

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
    model_work: anyio.CapacityLimiter
    memory: Memory | None
    glossaries: dict[str, Glossary]
    deadline: int


def release() -> str:
    """Return the version of Triptych that is installed."""
    try:
        return version("triptych")
    except PackageNotFoundError:
        return "unknown"


def build_store(settings: Settings) -> Store:
    """Return the store of checkpoints that the settings name."""
    return default_store(settings.store)


def build_pipeline(settings: Settings, observer: Observer | None = None) -> Pipeline:
    """Build the pipeline that the settings describe; engines load at first use, the encoder at once.

    `observer` is told of the batches and of what the memory knows. Raises MemoryFileError, or a ModelError
    when the encoder cannot be had.
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
    encoder = SharedEncoder(load_encoder(settings.encoder), Turns())

    def batching(translator: Translator) -> Batcher:
        return Batcher(translator, turns, capacity=settings.queue, observer=observer)

    def layers(translator: Translator, glossary: Glossary) -> Translator:
        if glossary:
            translator = GlossaryTranslator(translator, glossary, encoder)
        return RememberingTranslator(translator, memory, release(), observer) if memory else translator

    limits = Limits(settings.max_characters, settings.max_sentences)
    engines = Engines(load, settings.models, batching, layers)
    return Pipeline(engines, encoder, _LANGUAGES, limits, release())


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
        yield State(
            pipeline=pipeline,
            store=build_store(chosen),
            model_work=anyio.CapacityLimiter(chosen.requests),
            memory=await anyio.to_thread.run_sync(build_memory, chosen),
            glossaries=await anyio.to_thread.run_sync(build_glossaries, chosen),
            deadline=chosen.deadline,
        )
        await anyio.to_thread.run_sync(pipeline.engines.close)

    app = FastAPI(
        title="Triptych",
        version=release(),
        summary="Translate an article, align its versions, compare them side by side.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit, max_bytes=chosen.max_bytes)
    install_problems(app)
    app.include_router(router)
    app.include_router(memory_router)
    return app
