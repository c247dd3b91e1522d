"""Real server processes with the shipped model: killed, stopped, and several on one database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


class Server:
    """A `triptych serve` on a free port of the loopback address."""

    def __init__(self, database: str) -> None:
        environment = os.environ | {
            "TRIPTYCH_BEAMS": "1",
            "TRIPTYCH_THREADS": "1",
            "TRIPTYCH_STORE": str(ROOT / ".store"),
            "TRIPTYCH_DATABASE": database,
            "TRIPTYCH_JOB_LEASE": "2",
            "TRIPTYCH_MEMORY": "off",
            "TRIPTYCH_LOG_LEVEL": "warning",  # nobody reads standard error while the server runs
            "HF_HUB_OFFLINE": "1",
        }
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=ROOT
        )

    def ready(self) -> None:
        for _ in range(1200):
            try:
                httpx.get(f"{self.url}/healthz").raise_for_status()
                return
            except httpx.TransportError:
                assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            time.sleep(0.05)
        raise AssertionError("the server did not start")

    def get(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.url}{path}", timeout=60).json()
        return found

    def finished(self, path: str, count: int) -> dict[str, Any]:
        """Wait until so many articles are over."""
        for _ in range(2400):
            job = self.get(path)
            if job["finished"] >= count:
                return job
            time.sleep(0.02)
        raise AssertionError(job)

    def end(self, number: signal.Signals) -> bytes:
        self.process.send_signal(number)
        return self.process.communicate(timeout=60)[1]


@contextmanager
def servers(database: str, count: int) -> Iterator[list[Server]]:
    started = [Server(database) for _ in range(count)]
    try:
        for server in started:
            server.ready()
        yield started
    finally:
        for server in started:
            if server.process.poll() is None:
                server.end(signal.SIGKILL)


def articles(count: int) -> list[dict[str, str]]:
    return [
        {"id": f"a{number}", "text": f"Boat number {number} came in. {number + 20} people were on it. " * 2}
        for number in range(count)
    ]


def results(server: Server, path: str) -> list[dict[str, Any]]:
    body = httpx.get(f"{server.url}{path}/results", timeout=60).content
    return [json.loads(line) for line in body.splitlines()]


def test_a_server_killed_in_mid_job_loses_no_article_and_does_none_twice(tmp_path: Path) -> None:
    kill_and_count(f"sqlite:///{tmp_path / 'jobs.db'}")


def kill_and_count(database: str) -> None:
    """Kill a server in mid-job twice, let two finish it together, and count what they give out."""
    path = ""
    seen: dict[str, Any] = {}
    for round_ in range(2):
        with servers(database, 1) as [server]:
            if not round_:
                body = {"targets": ["es"], "articles": articles(12)}
                path = httpx.post(f"{server.url}/v1/jobs", json=body, timeout=60).headers["Location"]
            done = server.get(path)["finished"] if round_ else 0
            assert done < 12
            server.finished(path, done + 2)
            seen |= {line["id"]: line["result"] for line in results(server, path)}
            server.end(signal.SIGKILL)
    with servers(database, 2) as pair:
        job = pair[0].finished(path, 12)
        assert job["state"] == "done"
        assert job["counts"]["done"] == job["articles"] == 12
        found = results(pair[1], path)
        events = httpx.get(f"{pair[1].url}{path}/events", timeout=60).text
    assert [line["id"] for line in found] == [article["id"] for article in articles(12)]
    assert {name: line["result"] for line in found if (name := line["id"]) in seen} == seen
    assert [line for line in events.splitlines() if line.startswith("id: ")] == [
        f"id: {number}" for number in range(1, 14)
    ]  # each article ended once


def test_a_server_that_is_told_to_stop_ends_its_streams_and_keeps_what_it_began(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'jobs.db'}"
    with servers(database, 1) as [server]:
        body = {"targets": ["es"], "articles": articles(40)}
        path = httpx.post(f"{server.url}/v1/jobs", json=body, timeout=60).headers["Location"]
        with httpx.stream("GET", f"{server.url}{path}/events", timeout=60) as stream:
            heard = stream.iter_text()
            next(heard)
            server.finished(path, 1)
            server.process.send_signal(signal.SIGTERM)
            assert "event: end" not in "".join(heard)
        errors = server.process.communicate(timeout=60)[1].decode()
        assert "Traceback" not in errors
    from service.database import open_database
    from service.jobs.connections import Connections
    from service.jobs.job import State
    from service.jobs.store import JobStore
    from service.jobs.tables import JOB_TABLES

    connections = Connections(open_database(database, JOB_TABLES))
    job = JobStore(connections).job("anyone", path.rsplit("/", 1)[1])
    connections.close()
    assert 0 < job.finished < 40
    assert State.RUNNING not in job.counts
    assert job.counts[State.DONE] == job.finished
