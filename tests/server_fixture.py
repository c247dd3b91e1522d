"""A server process with everything real, and the environment it and the command line run in."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TRIPTYCH = [sys.executable, "-m", "service"]
# Greedy search and no hub: what is tested is that the parts fit, on any machine, without a network.
ENVIRONMENT = os.environ | {
    "TRIPTYCH_BEAMS": "1",
    "TRIPTYCH_STORE": str(ROOT / ".store"),
    "HF_HUB_OFFLINE": "1",
    "TRIPTYCH_MEMORY": "off",  # what an earlier run remembered proves nothing
}


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """Run a server until the block ends; gives its address once it is ready.

    Its translation memory is new, and lies in `folder`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*TRIPTYCH, "serve", "--port", str(port)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = ENVIRONMENT | {
        "TRIPTYCH_MEMORY": str(folder / "memory.db"),
        "TRIPTYCH_DATABASE": f"sqlite:///{folder / 'triptych.db'}",
    }
    with subprocess.Popen(command, **quiet, env=environment, cwd=ROOT) as process:
        try:
            for _ in range(600):
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    assert process.poll() is None, "the server ended by itself"
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.communicate()
