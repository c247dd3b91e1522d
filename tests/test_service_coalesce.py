from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import anyio
import deepl
import pytest
import uvicorn
from service_fakes import FakeTranslator, fake_pipeline

from service.app import create_app
from service.coalesce import Coalescer
from service.config import Settings

if TYPE_CHECKING:
    from pathlib import Path


async def here() -> bool:
    return False


async def gone() -> bool:
    return True


def test_identical_work_in_flight_is_done_once_and_done_anew_when_it_has_landed() -> None:
    done: list[str] = []
    results: list[int] = []

    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            coalescer = Coalescer(tasks)

            async def work() -> int:
                done.append("x")
                await anyio.sleep(0.01)
                return len(done)

            async def ask(identity: str) -> None:
                results.append(await coalescer.run(identity, work, here))

            async with anyio.create_task_group() as asking:
                for identity in ("a", "a", "b", "a"):
                    asking.start_soon(ask, identity)
            await ask("a")

    anyio.run(main)
    assert len(done) == 3
    assert len(results) == 5


def test_one_who_hangs_up_does_not_stop_the_work_and_errors_reach_all_who_wait() -> None:
    async def main() -> None:
        async with anyio.create_task_group() as tasks:
            coalescer = Coalescer(tasks)
            begun = 0

            async def work() -> None:
                nonlocal begun
                begun += 1
                await anyio.sleep(0.05)
                raise ValueError("no good")

            with anyio.move_on_after(0.01):
                await coalescer.run("a", work, here)
            with pytest.raises(ValueError, match="no good"):
                await coalescer.run("a", work, here)
            assert begun == 1

    anyio.run(main)


def test_an_answer_that_nobody_took_waits_a_minute_for_one_who_asks_again() -> None:
    now = 0.0

    async def main() -> None:
        nonlocal now
        async with anyio.create_task_group() as tasks:
            coalescer = Coalescer(tasks, lambda: now)
            begun = 0

            async def work() -> int:
                nonlocal begun
                begun += 1
                await anyio.sleep(0)
                return begun

            assert await coalescer.run("a", work, gone) == 1  # written to a closed connection
            now += 59
            assert await coalescer.run("a", work, here) == 1
            assert await coalescer.run("a", work, gone) == 2  # taken is taken
            now += 61
            assert await coalescer.run("a", work, here) == 3

    anyio.run(main)


def test_deepls_client_that_asks_again_gets_the_answer_it_waits_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client repeats a request that is not answered within ten seconds; here within a third of one."""
    monkeypatch.setattr("deepl.http_client.min_connection_timeout", 0.3)
    monkeypatch.setattr("deepl.http_client._BackoffTimer.BACKOFF_INITIAL", 0.1)

    def slow(text: str) -> str:
        time.sleep(1)
        return text.upper()

    translator = FakeTranslator(slow)
    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline(translator))
    requests: list[str] = []

    async def counted(scope: dict[str, str], receive: object, send: object) -> None:
        requests.append(scope.get("path", ""))
        await app(scope, receive, send)  # type: ignore[arg-type]

    server = uvicorn.Server(uvicorn.Config(counted, port=0, log_level="error"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        client = deepl.DeepLClient("any", server_url=f"http://127.0.0.1:{port}")
        result = client.translate_text("Rain fell all night.", source_lang="EN", target_lang="ES")
        client.close()
    finally:
        server.should_exit = True
        thread.join()
    assert isinstance(result, deepl.TextResult)
    assert result.text == "RAIN FELL ALL NIGHT."
    assert requests.count("/v2/translate") >= 2
    assert translator.asked == ["Rain fell all night."]
