"""The server process: uvicorn, with word given to the application when it is told to stop.

Uvicorn waits for open answers before it ends the lifespan; the streams of jobs' events would never end by
themselves, so they look whether `app.state.stopping` is set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take SIGINT or SIGTERM."""
        self._app.state.stopping.set()
        super().handle_exit(sig, frame)


def serve_app(app: FastAPI, host: str, port: int) -> None:
    """Serve until the process is told to stop; what runs then is finished first."""
    _Server(uvicorn.Config(app, host=host, port=port, server_header=False), app).run()
