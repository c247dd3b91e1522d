"""Running the HTTP service: one process, or several that share a store and a translation memory."""

from __future__ import annotations

import gc
import os
import tempfile
from typing import TYPE_CHECKING

import uvicorn

from service.app import create_app
from service.config import read_settings
from service.logs import configure_logs

if TYPE_CHECKING:
    from fastapi import FastAPI

    from service.config import Settings


def serve(settings: Settings) -> None:
    """Serve until a signal says to stop; requests that run then have `settings.grace` seconds to end.

    Several workers are processes of their own: each reads the settings from the environment and loads its own
    engines, and the metrics of all are added up.
    """
    configure(settings)
    if settings.workers == 1:
        _run(settings, create_app(settings, loaded=keep_for_good))
        return
    with tempfile.TemporaryDirectory(prefix="triptych-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        _run(settings, "service.serving:worker")


def worker() -> FastAPI:
    """Make the application in a worker process."""
    settings = read_settings()
    configure(settings)
    return create_app(settings, loaded=keep_for_good)


def keep_for_good() -> None:
    """Let the garbage collector pass over what is in memory by now.

    Modules and engines stay for as long as the process; looking through them again and again took a tenth of
    the processor time of requests for short articles.
    """
    gc.collect()
    gc.freeze()


def configure(settings: Settings) -> None:
    """Set up this process's logs."""
    configure_logs(settings.log, level=settings.log_level, text=settings.log_text)


def _run(settings: Settings, app: FastAPI | str) -> None:
    uvicorn.run(
        app,
        factory=isinstance(app, str),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        timeout_graceful_shutdown=settings.grace,
        forwarded_allow_ips=settings.trusted_proxies,
        server_header=False,
        log_config=None,  # ours
        access_log=False,  # service/request_log.py writes it
    )
