"""The one place where the parts are put together: a pipeline from settings, and the HTTP service round it."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, TypedDict

import anyio
from fastapi import FastAPI

from models.decoding import DecodingSettings
from models.errors import ModelError
from models.loading import load_encoder, load_translator
from models.store import Store, default_store
from service.api import router
from service.body_limit import BodyLimit
from service.config import Settings, read_settings
from service.engines import Engines
from service.page import install_page
from service.pipeline import Limits, Pipeline
from service.problems import install_problems

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
            # One at a time: the engine uses all the cores it was given by itself.
            model_work=anyio.CapacityLimiter(1),
        )

    app = FastAPI(
        title="Triptych",
        version=release(),
        summary="Translate an article, align its versions, compare them side by side.",
        license_info={"name": "Apache-2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        docs_url=None,  # FastAPI's own would fetch its script from another host; service.page has one
        redoc_url=None,
    )
    app.add_middleware(BodyLimit, max_bytes=chosen.max_bytes)
    install_problems(app)
    app.include_router(router)
    install_page(app)
    return app
