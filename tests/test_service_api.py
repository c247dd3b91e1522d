from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from service_fakes import FakeTranslator, fake_pipeline

from models.errors import CheckpointMissingError
from service.app import create_app
from service.config import Settings
from service.engines import Engines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ARTICLE = {"text": "Rain fell on the harbour. The boats stayed in.", "targets": ["es", "ru"]}


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path, max_bytes=5_000)
    app = create_app(settings, lambda _: fake_pipeline(limits=fake_pipeline().limits))
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["type"] == f"urn:triptych:problem:{kind}"
    assert body["status"] == status
    assert "\n" not in body["detail"]
    return body


def test_an_article_is_translated_and_aligned(client: TestClient) -> None:
    body = client.post("/v1/translate", json=ARTICLE).json()
    assert list(body["versions"]) == ["en", "es", "ru"]
    spanish = body["versions"]["es"]
    assert spanish["checkpoint"] == "starter"
    for sentence in spanish["sentences"]:
        assert spanish["text"][sentence["start"] : sentence["end"]] == sentence["text"]
    assert [row["sentences"] for row in body["rows"]] == [
        {"en": [0], "es": [0], "ru": [0]},
        {"en": [1], "es": [1], "ru": [1]},
    ]
    assert body["signature"].startswith("triptych:")


@pytest.mark.parametrize(
    ("accept", "start"),
    [
        ("text/html", b"<!doctype html>"),
        ("application/x-tmx+xml", b"<?xml"),
        ("text/tab-separated-values", b""),
        ("application/x-ndjson", b"{"),
    ],
)
def test_accept_chooses_the_form(client: TestClient, accept: str, start: bytes) -> None:
    response = client.post("/v1/translate", json=ARTICLE, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.headers["content-type"].startswith(accept)
    assert response.content.lower().startswith(start)


@pytest.mark.parametrize(
    ("content", "kind", "detail"),
    [
        (b"{'a': 1}", "application/json", "body: it is no JSON: Expecting property name"),
        (b"text=a", "application/x-www-form-urlencoded", "body: send a JSON object, with Content-Type"),
        (b'{"text": "a b", "targets": ["es"], "colour": 1}', "application/json", "colour: nobody knows this"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_what_to_send(
    client: TestClient, content: bytes, kind: str, detail: str
) -> None:
    answer = client.post("/v1/translate", content=content, headers={"Content-Type": kind})
    problem(answer, 422, "invalid-request")
    assert answer.json()["detail"].startswith(detail)


def test_a_path_that_is_not_there_says_where_to_look(client: TestClient) -> None:
    assert "/docs lists" in client.get("/v1/nonsense").json()["detail"]


def streamed(client: TestClient, body: dict[str, object]) -> list[dict[str, Any]]:
    response = client.post("/v1/translate", json=body, headers={"Accept": "application/x-ndjson"})
    assert response.status_code == 200
    return [json.loads(line) for line in response.content.split(b"\n") if line]


def test_a_stream_holds_the_translation(client: TestClient) -> None:
    lines = streamed(client, ARTICLE)
    assert [line["type"] for line in lines] == (
        ["article"] + ["sentence"] * 4 + ["version"] * 2 + ["row"] * 2 + ["end"]
    )
    whole = client.post("/v1/translate", json=ARTICLE).json()
    assert {line["language"]: line["version"] for line in lines if line["type"] == "version"} == {
        language: whole["versions"][language] for language in ("es", "ru")
    }


def test_a_comparison_streams_as_well(client: TestClient) -> None:
    body = {"versions": {"en": "Rain fell. The boats stayed."}, "translate_missing": ["es"]}
    headers = {"Accept": "application/x-ndjson"}
    response = client.post("/v1/compare", json=body, headers=headers)
    assert response.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["type"] for line in response.text.splitlines()] == [
        "article", "sentence", "sentence", "version", "row", "row", "end",
    ]  # fmt: skip
    bad = client.post("/v1/compare", json=body | {"translate_missing": ["xx"]}, headers=headers)
    problem(bad, 422, "unknown-language")
    problem(client.post("/v1/compare", json={"versions": {"en": "a b"}}, headers=headers), 422, "versions")


def test_a_stream_that_cannot_begin_is_a_problem_with_its_status(client: TestClient) -> None:
    headers = {"Accept": "application/x-ndjson"}
    bad = client.post("/v1/translate", json=ARTICLE | {"targets": ["xx"]}, headers=headers)
    problem(bad, 422, "unknown-language")
    problem(client.post("/v1/translate", json=ARTICLE | {"text": ""}, headers=headers), 422, "empty-article")


@pytest.mark.parametrize(
    ("error", "status"), [(CheckpointMissingError("starter", "get it"), 503), (RuntimeError("secret"), 500)]
)
def test_an_error_in_mid_stream_is_the_last_line(tmp_path: Path, error: Exception, status: int) -> None:
    def failing(text: str) -> str:
        if "boats" in text:
            raise error
        return text.upper()

    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline(FakeTranslator(failing)))
    with TestClient(app, raise_server_exceptions=False) as client:
        lines = streamed(client, ARTICLE)
    assert [line["type"] for line in lines] == ["article", "sentence", "sentence", "problem"]
    assert lines[-1]["problem"]["status"] == status
    assert "secret" not in json.dumps(lines)


def test_edits_reach_every_form(client: TestClient) -> None:
    body = ARTICLE | {"edits": {"es": {"1": "Los barcos no salieron."}}}
    for accept in ("application/json", "text/html", "application/x-tmx+xml", "application/x-ndjson"):
        answer = client.post("/v1/translate", json=body, headers={"Accept": accept})
        assert "Los barcos no salieron." in answer.text
    refused = client.post("/v1/translate", json=ARTICLE | {"edits": {"es": {"7": "x"}}})
    problem(refused, 422, "edits")


def test_xliff_takes_one_target(client: TestClient) -> None:
    headers = {"Accept": "application/xliff+xml"}
    assert (
        client.post("/v1/translate", json=ARTICLE | {"targets": ["es"]}, headers=headers).status_code == 200
    )
    problem(client.post("/v1/translate", json=ARTICLE, headers=headers), 422, "versions")


def test_versions_are_aligned_and_compared(client: TestClient) -> None:
    versions = {"en": "Rain fell. The boats stayed in.", "es": "RAIN FELL. THE BOATS STAYED IN."}
    rows = client.post("/v1/align", json={"versions": versions}).json()["rows"]
    assert [row["sentences"] for row in rows] == [{"en": [0], "es": [0]}, {"en": [1], "es": [1]}]
    compared = client.post("/v1/compare", json={"versions": versions, "translate_missing": ["ru"]}).json()
    assert compared["versions"]["ru"]["origin"] == "machine"


def test_script_in_an_article_stays_text(client: TestClient) -> None:
    text = 'The word <script>alert("x")</script> is text. So is </style> & {{ this }}.'
    page = client.post("/v1/translate", json=ARTICLE | {"text": text}, headers={"Accept": "text/html"}).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    ("change", "status", "kind", "detail"),
    [
        ({"text": ""}, 422, "empty-article", "no text"),
        ({"text": "Hello"}, 422, "empty-article", "only one word"),
        ({"targets": []}, 422, "invalid-request", "targets"),
        ({"targets": ["xx"]}, 422, "unknown-language", "there are es, ru"),
        ({"targets": ["es", "es"]}, 422, "versions", "given twice"),
        ({"targets": ["../etc"]}, 422, "invalid-request", "targets"),
        ({"source": "de"}, 422, "unknown-language", "there are en"),
        ({"quality": "good"}, 422, "invalid-request", "quality"),
        ({"format": "docx"}, 422, "invalid-request", "format"),
        ({"colour": "red"}, 422, "invalid-request", "colour"),
        ({"model": "opus-mt-en-es"}, 503, "model-missing", "triptych models pull opus-mt-en-es"),
        ({"model": "nonesuch"}, 422, "unknown-model", "starter"),
        ({"text": "word. " * 600}, 413, "too-large", "600 sentences, the limit is 500"),
        ({"text": "x" * 6_000}, 413, "too-large", "bytes, the limit is 5,000"),
        ({"text": "<div>" * 300 + "a b", "format": "html"}, 422, "unreadable-article", "200 elements deep"),
    ],
)
def test_bad_requests_get_a_problem(
    client: TestClient, change: dict[str, object], status: int, kind: str, detail: str
) -> None:
    assert detail in problem(client.post("/v1/translate", json=ARTICLE | change), status, kind)["detail"]


def test_a_body_that_is_no_json_or_no_unicode_gets_a_problem(client: TestClient) -> None:
    headers = {"Content-Type": "application/json"}
    problem(client.post("/v1/translate", content=b"{", headers=headers), 422, "invalid-request")
    problem(client.post("/v1/translate", content=b'{"text": "\xff"}', headers=headers), 400, "bad-request")
    surrogate = b'{"text": "a b \\ud800", "targets": ["es"]}'
    problem(client.post("/v1/translate", content=surrogate, headers=headers), 422, "unreadable-article")


def test_a_body_of_unannounced_length_is_cut_off_at_the_limit(client: TestClient) -> None:
    chunks = (b"x" * 1_000 for _ in range(100))
    response = client.post("/v1/translate", content=chunks, headers={"Content-Type": "application/json"})
    problem(response, 413, "too-large")


def test_other_paths_and_methods_get_a_problem_too(client: TestClient) -> None:
    problem(client.get("/v1/nothing"), 404, "not-found")
    problem(client.get("/v1/translate"), 405, "method-not-allowed")
    problem(
        client.post("/v1/translate", json=ARTICLE, headers={"Accept": "image/png"}), 406, "unknown-format"
    )


def test_what_is_unforeseen_says_nothing_of_the_inside(tmp_path: Path) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("secret /path")

    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline(FakeTranslator(broken)))
    with TestClient(app, raise_server_exceptions=False) as client:
        response = client.post("/v1/translate", json=ARTICLE)
        assert "secret" not in json.dumps(problem(response, 500, "internal"))


def test_the_service_tells_its_state(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    assert client.get("/readyz").json() == {"status": "ready"}
    models = {model["id"]: model for model in client.get("/v1/models").json()}
    assert models["starter"]["loaded"] is True
    opus = models["opus-mt-en-es"]
    assert opus["installed"] is False
    assert (opus["test_set"], opus["bleu"], opus["download_mb"]) == ("newstest2012", {"es": 39.0}, 312)
    assert (opus["memory_mb"], opus["size_mb"]) == (290, 0)
    assert client.get("/v1/languages").json() == {
        "source": "en",
        "targets": ["es", "ru"],
        "pairs": {"en": ["es", "ru"]},
        "alignable": ["en", "es", "ru"],
    }
    assert client.get("/openapi.json").status_code == 200


def test_a_service_without_its_model_starts_and_says_what_is_missing(tmp_path: Path) -> None:
    def build(_: Settings) -> Any:
        pipeline = fake_pipeline()
        load, catalog = pipeline.engines._load, pipeline.engines._catalog
        pipeline.engines = Engines(load, lambda: [catalog["opus-mt-en-es"]], catalog)
        return pipeline

    with TestClient(create_app(Settings(store=tmp_path), build)) as client:
        assert client.get("/healthz").status_code == 200
        for response in (client.get("/readyz"), client.post("/v1/translate", json=ARTICLE)):
            assert "triptych models pull" in problem(response, 503, "model-missing")["detail"]


@pytest.mark.parametrize("path", ["/v1/translate", "/v1/compare"])
def test_the_time_of_measuring_similarity_can_be_saved(client: TestClient, path: str) -> None:
    article = ARTICLE if path == "/v1/translate" else {"versions": {"en": ARTICLE["text"]}}
    wish = {"translate_missing": ["es"]} if path == "/v1/compare" else {}
    measured = client.post(path, json=article | wish).json()["versions"]["es"]["sentences"][0]
    spared = client.post(path, json=article | wish | {"similarity": False}).json()
    assert "similarity" in measured
    assert "similarity" not in spared["versions"]["es"]["sentences"][0]
