"""SQLite and PostgreSQL, each fresh; PostgreSQL is started for the tests where its programs are installed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pg8000.dbapi

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
_OTHER_USER = "postgres"  # the database does not run as root


def _as_other() -> list[str]:
    if os.geteuid() != 0:
        return []
    return ["setpriv", f"--reuid={_OTHER_USER}", f"--regid={_OTHER_USER}", "--clear-groups"]


def programs() -> Path | None:
    """Return where PostgreSQL's programs are, None where they are not or cannot be run."""
    found = _PROGRAMS[-1].parent if _PROGRAMS else None
    if found is None and (on_path := shutil.which("initdb")):
        found = Path(on_path).parent
    if found is not None and os.geteuid() == 0 and not shutil.which("setpriv"):
        return None
    return found


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """Run a cluster in a folder, on a free port of the loopback address; yield its URL."""
    where = programs()
    assert where is not None
    data = folder / "cluster"
    data.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(data, _OTHER_USER, _OTHER_USER)
        for above in (folder, *folder.parents[:3]):
            above.chmod(above.stat().st_mode | 0o011)
    other = _as_other()
    create = [
        *other,
        where / "initdb",
        "-D",
        data,
        "-A",
        "trust",
        "-U",
        "triptych",
        "-E",
        "UTF8",
        "--no-sync",
    ]
    subprocess.run([*map(str, create), "--locale=C"], check=True, capture_output=True, cwd="/")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [*other, str(where / "postgres"), "-D", str(data), "-p", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/") as process:
        url = f"postgresql://triptych@127.0.0.1:{port}/postgres"
        try:
            for _ in range(300):
                try:
                    pg8000.dbapi.connect("triptych", "127.0.0.1", "postgres", port).close()
                    break
                except pg8000.dbapi.Error:
                    time.sleep(0.1)
            yield url
        finally:
            process.send_signal(signal.SIGINT)  # without waiting for those who are still connected
            process.wait()
