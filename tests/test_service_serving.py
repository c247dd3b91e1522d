"""A server as it really runs: processes, signals, logs on standard error."""

from __future__ import annotations

import json
import os
import queue
import re
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKERS = 2
ARTICLE = {"text": "Rain fell on the harbour all night. The boats stayed in.", "targets": ["es", "ru"]}


class Server:
    """`triptych serve` in a process of its own; `lines` are what it has logged."""

    def __init__(self, store: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve", "--port", "0", "--workers", str(WORKERS)],
            env=os.environ | {"TRIPTYCH_STORE": str(store), "TRIPTYCH_LOG": "json", "TRIPTYCH_THREADS": "1"},
            stderr=subprocess.PIPE,
            text=True,
        )
        self.lines: list[dict[str, object]] = []
        self._events: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))
            self._events.put(str(self.lines[-1]["event"]))

    def close(self) -> None:
        self.process.wait()
        self._reader.join()
        assert self.process.stderr is not None
        self.process.stderr.close()

    def wait_for(self, pattern: str) -> str:
        while True:
            try:
                event = self._events.get(timeout=120)
            except queue.Empty:
                pytest.fail(f"{pattern} was not logged: {self.lines}")
            if found := re.search(pattern, event):
                return found.group(found.lastindex or 0)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    server = Server(tmp_path_factory.mktemp("store"))
    try:
        base = server.wait_for(r"running on (http://\S+)")
        for _ in range(WORKERS):
            server.wait_for("Application startup complete")
        yield server, base
    finally:
        server.process.kill()
        server.close()


def test_several_workers_answer_alike_and_add_up_their_metrics(server: tuple[Server, str]) -> None:
    _, base = server
    with ThreadPoolExecutor(8) as clients:
        answers = list(
            clients.map(lambda _: httpx.post(f"{base}/v1/translate", json=ARTICLE, timeout=120), range(8))
        )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    figures = {httpx.get(f"{base}/metrics").text for _ in range(4)}
    counted = 'triptych_request_seconds_count{method="POST",route="/v1/translate",status="200"} 8.0'
    assert all(counted in text for text in figures)


def test_a_signal_lets_what_runs_come_to_its_end(server: tuple[Server, str]) -> None:
    """The last test here: the server is gone afterwards."""
    running, base = server
    article = ARTICLE | {"text": "The boats stayed in the harbour until the morning. " * 60}
    with ThreadPoolExecutor(1) as clients:
        answer = clients.submit(httpx.post, f"{base}/v1/translate", json=article, timeout=120)
        while "triptych_requests_running 2.0" not in httpx.get(f"{base}/metrics").text and not answer.done():
            pass
        running.process.send_signal(signal.SIGTERM)
        assert answer.result().status_code == 200
    assert running.process.wait(timeout=60) in (0, -signal.SIGTERM)
    requests = [line for line in running.lines if line["event"] == "request"]
    assert len({line["request_id"] for line in requests}) == len(requests)
    assert not [line for line in running.lines if line["level"] in ("ERROR", "CRITICAL")]
