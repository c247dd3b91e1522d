from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from service_fakes import fake_pipeline

from service.app import create_app
from service.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLE = {"text": "Rain fell on the harbour. The boats stayed in.", "targets": ["es"]}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline())
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [vars(record) for record in caplog.records if record.name == "triptych.request"]


def test_a_request_is_logged_by_route_without_a_word_of_its_text(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client.post("/v1/translate?note=harbour", json=ARTICLE)
    (line,) = lines(caplog)
    assert (line["method"], line["route"], line["status"]) == ("POST", "/v1/translate", 200)
    assert line["bytes"] > 0
    assert "harbour" not in str(line).lower()


def test_a_path_nobody_knows_is_not_logged_either(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert client.get("/secret-words").status_code == 404
    assert lines(caplog)[0]["route"] == "unknown"
    assert "secret" not in " ".join(str(line) for line in lines(caplog))


def test_an_answer_carries_the_callers_id_if_it_is_a_plain_word(client: TestClient) -> None:
    given = client.get("/healthz", headers={"X-Request-ID": "desk-7.a"}).headers["x-request-id"]
    assert given == "desk-7.a"
    for odd in ("two words", "x" * 65, 'a"b'):
        made = client.get("/healthz", headers={"X-Request-ID": odd}).headers["x-request-id"]
        assert made != odd
        assert len(made) == 32


def test_probes_do_not_fill_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    client.get("/healthz")
    client.get("/metrics")
    assert not lines(caplog)


def test_requests_are_counted_by_route_and_status(client: TestClient) -> None:
    client.post("/v1/translate", json=ARTICLE)
    client.post("/v1/translate", json={})
    figures = client.get("/metrics").text
    for status in (200, 422):
        assert (
            f'triptych_request_seconds_count{{method="POST",route="/v1/translate",status="{status}"}} 1.0'
            in figures
        )
    assert "triptych_requests_running 1.0" in figures  # this one


def test_every_answer_tells_browsers_what_not_to_do(client: TestClient) -> None:
    for path in ("/healthz", "/nowhere"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["referrer-policy"] == "no-referrer"


def test_other_origins_are_let_in_only_where_the_settings_name_them(tmp_path: Path) -> None:
    def allowed(settings: Settings, origin: str) -> str | None:
        with TestClient(create_app(settings, lambda _: fake_pipeline())) as client:
            return client.get("/healthz", headers={"Origin": origin}).headers.get(
                "access-control-allow-origin"
            )

    closed = Settings(store=tmp_path)
    opened = Settings(store=tmp_path, cors_origins=("https://desk.example",))
    assert allowed(closed, "https://desk.example") is None
    assert allowed(opened, "https://desk.example") == "https://desk.example"
    assert allowed(opened, "https://other.example") is None
