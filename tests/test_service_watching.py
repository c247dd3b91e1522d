from __future__ import annotations

import json
from threading import Event
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from service_fakes import FakeTranslator, LetterEncoder, fake_engines

from service.acceptance import Limits
from service.app import create_app
from service.batcher import Batcher
from service.config import Settings
from service.pipeline import Pipeline
from service.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from models.translation import Translation

    Clients = Callable[[str], "Client"]


class Gate(FakeTranslator):
    """Translates when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = Event()
        self.open = Event()

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        self.entered.set()
        assert self.open.wait(20)
        return super().translate(sentences, target=target)


class Client:
    """An ASGI client that can hang up."""

    def __init__(self, app: Any, state: dict[str, Any], text: str) -> None:
        self._app = app
        self._state = state
        self._body: bytes | None = json.dumps({"text": text, "targets": ["es"]}).encode()
        self._gone = anyio.Event()
        self.status = 0
        self.headers: dict[bytes, bytes] = {}
        self.answer = b""

    def hang_up(self) -> None:
        self._gone.set()

    async def ask(self) -> None:
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
            "scheme": "http", "path": "/v1/translate", "raw_path": b"/v1/translate", "query_string": b"",
            "root_path": "", "headers": [(b"content-type", b"application/json")],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": dict(self._state),
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            if self._body is not None:
                body, self._body = self._body, None
                return {"type": "http.request", "body": body, "more_body": False}
            await self._gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                self.status, self.headers = message["status"], dict(message["headers"])
            self.answer += message.get("body", b"")

        await self._app(scope, receive, send)


async def until(condition: Callable[[], bool]) -> None:
    with anyio.fail_after(20):
        while not condition():
            await anyio.sleep(0.005)


def serve(
    tmp_path: Path, script: Callable[[Gate, Batcher, Callable[[str], Client]], Any], **change: Any
) -> None:
    """Run a script against the application over one gated checkpoint."""
    gate = Gate()
    batcher = Batcher(gate, Turns(), capacity=change.pop("queue", 100), sentences=2)
    engines = fake_engines(gate, lambda _: batcher)
    settings = Settings(store=tmp_path, **change)

    def build(_: Settings) -> Pipeline:
        return Pipeline(engines, LetterEncoder(), ("en", "es", "ru"), Limits(100_000, 500), "0.0")

    async def run() -> None:
        app = create_app(settings, build)
        async with app.router.lifespan_context(app) as state:
            await script(gate, batcher, lambda text: Client(app, dict(state or {}), text))

    anyio.run(run)


LONG = " ".join(f"Sentence number {'x' * number} is here." for number in range(1, 9))


def test_the_work_of_a_client_that_is_gone_is_dropped(tmp_path: Path) -> None:
    async def script(gate: Gate, batcher: Batcher, client: Clients) -> None:
        gone = client(LONG)
        async with anyio.create_task_group() as group:
            group.start_soon(gone.ask)
            await until(gate.entered.is_set)
            gone.hang_up()
            await until(lambda: any(r.work.cancelled.is_set() for r in batcher._rotation.requests()))
            gate.open.set()
        assert len(gate.asked) == 2  # the batch that was in the engine
        assert batcher._rotation.waiting == 0
        stays = client("Rain fell all night.")
        await stays.ask()
        assert stays.status == 200

    serve(tmp_path, script)


def test_a_full_queue_is_told_of_with_when_to_come_again(tmp_path: Path) -> None:
    async def script(gate: Gate, batcher: Batcher, client: Clients) -> None:
        first, second = client(LONG), client("Rain fell all night.")
        async with anyio.create_task_group() as group:
            group.start_soon(first.ask)
            await until(gate.entered.is_set)
            await second.ask()
            gate.open.set()
        assert first.status == 200
        assert second.status == 503
        assert json.loads(second.answer)["type"] == "urn:triptych:problem:overloaded"
        assert int(second.headers[b"retry-after"]) > 0

    serve(tmp_path, script, queue=4)


def test_requests_beyond_those_that_wait_are_refused(tmp_path: Path) -> None:
    async def script(gate: Gate, batcher: Batcher, client: Clients) -> None:
        clients = [client(f"Rain fell {number} nights.") for number in range(3)]
        async with anyio.create_task_group() as group:
            group.start_soon(clients[0].ask)
            await until(gate.entered.is_set)
            group.start_soon(clients[1].ask)
            await anyio.sleep(0.05)
            await clients[2].ask()
            gate.open.set()
        assert [asked.status for asked in clients] == [200, 200, 503]

    serve(tmp_path, script, requests=1)


def test_requests_run_side_by_side_and_share_batches(tmp_path: Path) -> None:
    async def script(gate: Gate, batcher: Batcher, client: Clients) -> None:
        clients = [client(f"Rain fell {number} nights.") for number in range(8)]
        async with anyio.create_task_group() as group:
            for asking in clients:
                group.start_soon(asking.ask)
            await until(lambda: batcher._rotation.waiting >= 6)
            gate.open.set()
        assert {asked.status for asked in clients} == {200}
        assert len(gate.asked) == 8

    serve(tmp_path, script)


@pytest.mark.parametrize("seconds", [1])
def test_work_past_its_deadline_is_told_of(tmp_path: Path, seconds: int) -> None:
    async def script(gate: Gate, batcher: Batcher, client: Clients) -> None:
        late = client(LONG)
        async with anyio.create_task_group() as group:
            group.start_soon(late.ask)
            await until(gate.entered.is_set)
            await until(lambda: all(r.work.problem(batcher._clock()) for r in batcher._rotation.requests()))
            gate.open.set()
        assert late.status == 503
        assert json.loads(late.answer)["type"] == "urn:triptych:problem:deadline"
        assert len(gate.asked) == 2

    serve(tmp_path, script, deadline=seconds)
