from __future__ import annotations

import anyio
from service_fakes import FakeTranslator, fake_pipeline

from service.article import Format
from service.formats import read
from service.streaming import streamed
from service.work import Work

LONG = " ".join(f"Boat number {index} stayed in the harbour." for index in range(200))


def test_when_the_client_goes_the_work_stops() -> None:
    translator = FakeTranslator()
    pipeline = fake_pipeline(translator)
    article = read(LONG, Format.TEXT, "en")

    async def serve() -> int:
        gone = anyio.Event()
        got = 0
        response = await streamed(
            lambda: pipeline.stream(article, ["es", "ru"]),
            "application/x-ndjson",
            {},
            Work(),
            anyio.CapacityLimiter(1),
        )

        async def receive() -> dict[str, str]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: object) -> None:
            nonlocal got
            got += 1
            if got == 4:  # the head, the article, a sentence in each language
                gone.set()
            await anyio.sleep(0)

        await response({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        return got

    assert anyio.run(serve) < 8
    assert len(translator.asked) < 32
