from __future__ import annotations

import io
import json
import sqlite3
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import docx
import pytest
from documents_fixture import SUBTITLES, open_document, pdf, word_document
from fastapi.testclient import TestClient
from lxml import etree
from service_fakes import FakeTranslator, fake_pipeline

from service.app import create_app
from service.config import Settings
from service.keeping import build_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RAIN = "Rain fell on the harbour. The boats stayed in."


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path, max_bytes=200_000, max_job_articles=20, max_job_bytes=500_000)
    with TestClient(create_app(settings, lambda _: fake_pipeline()), raise_server_exceptions=False) as client:
        yield client


def ended(client: TestClient, response: Any) -> dict[str, Any]:
    """Wait for the job that a response tells of."""
    assert response.status_code == 202, response.text
    for _ in range(400):
        job: dict[str, Any] = client.get(response.headers["Location"]).json()
        if job["ended"]:
            return job
        time.sleep(0.02)
    raise AssertionError(job)


def lines(client: TestClient, job: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.get(job["links"]["results"]).content.splitlines()]


def problem(response: Any, status: int, kind: str) -> str:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["type"] == f"urn:triptych:problem:{kind}"
    detail: str = response.json()["detail"]
    assert "\n" not in detail
    return detail


def test_a_job_of_texts_and_versions_is_done_in_order_with_its_failures(client: TestClient) -> None:
    body = {
        "targets": ["es", "ru"],
        "articles": [
            {"id": "a", "text": RAIN},
            {"id": "empty", "text": ""},
            {"id": "b", "versions": {"en": RAIN, "es": RAIN.upper()}, "task": "align"},
            {"text": f"# Rain\n\n{RAIN}", "format": "markdown", "targets": ["es"]},
        ],
    }
    job = ended(client, client.post("/v1/jobs", json=body))
    assert job["state"] == "done"
    assert job["counts"] == {"waiting": 0, "running": 0, "done": 3, "failed": 1, "cancelled": 0}
    first, empty, aligned, last = lines(client, job)
    assert [line["id"] for line in (first, empty, aligned, last)] == ["a", "empty", "b", "4"]
    assert list(first["result"]["versions"]) == ["en", "es", "ru"]
    assert empty["problem"]["type"] == "urn:triptych:problem:empty-article"
    assert "result" not in empty
    assert [row["sentences"] for row in aligned["result"]["rows"]] == [
        {"en": [0], "es": [0]}, {"en": [1], "es": [1]},
    ]  # fmt: skip
    assert last["result"]["versions"]["es"]["document"].startswith("# RAIN")


def test_lines_and_files_of_every_format_are_jobs_too(client: TestClient) -> None:
    body = "\n".join(json.dumps({"id": name, "text": RAIN}) for name in ("x", "y")) + "\n"
    headers = {"Content-Type": "application/x-ndjson"}
    job = ended(client, client.post("/v1/jobs?targets=es", content=body, headers=headers))
    assert [line["state"] for line in lines(client, job)] == ["done", "done"]
    files = [
        ("files", ("rain.docx", word_document())),
        ("files", ("rain.odt", open_document(f"<text:p>{RAIN}</text:p>"))),
        ("files", ("rain.srt", SUBTITLES.encode())),
        ("files", ("rain.pdf", pdf([[RAIN]]))),
        ("files", ("broken.docx", b"PK")),
    ]
    job = ended(client, client.post("/v1/jobs", files=files, data={"targets": "es,ru"}))
    found = lines(client, job)
    assert [line["state"] for line in found] == ["done"] * 4 + ["failed"]
    assert "is no docx file" in found[4]["problem"]["detail"]
    packed = client.get(job["links"]["results"], headers={"Accept": "application/zip"})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        names = archive.namelist()
        made = docx.Document(io.BytesIO(archive.read("documents/00000.ru.docx")))
        assert "broken.docx" in archive.read("index.html").decode()
    assert [name for name in names if name.startswith("pages")] == [f"pages/0000{n}.html" for n in range(4)]
    assert "documents/00002.es.srt" in names
    assert "documents/00003.es.txt" in names
    assert made.paragraphs[0].text == "RAIN ON THE HARBOUR"


def test_versions_are_files_named_by_language(client: TestClient) -> None:
    files = [
        ("files", (f"rain.{language}.txt", text)) for language, text in (("en", RAIN), ("es", RAIN.upper()))
    ]
    job = ended(client, client.post("/v1/jobs", files=files, data={"task": "compare"}))
    [line] = lines(client, job)
    assert line["id"] == "rain"
    assert list(line["result"]["versions"]) == ["en", "es"]
    problem(client.post("/v1/jobs", files=[("files", ("a.txt", "x"))], data={"task": "align"}), 422, "job")


def test_results_come_in_other_forms_and_article_by_article(client: TestClient) -> None:
    body = {"targets": ["es"], "articles": [{"id": "a<b>", "text": RAIN}, {"id": "no", "text": "One"}]}
    job = ended(client, client.post("/v1/jobs", json=body))
    results = job["links"]["results"]
    memory = etree.fromstring(client.get(results, headers={"Accept": "application/x-tmx+xml"}).content)
    assert [unit.get("tuid") for unit in memory.iterfind("body/tu")] == ["a<b>/row-1", "a<b>/row-2"]
    page = client.get(results, headers={"Accept": "text/html"})
    assert "a&lt;b&gt;" in page.text
    link = f"/v1/jobs/{job['id']}/articles/0"
    assert link in page.text
    side_by_side = client.get(link, headers={"Accept": "text/html"}).text
    direct = client.post(
        "/v1/translate", json={"text": RAIN, "targets": ["es"]}, headers={"Accept": "text/html"}
    ).text
    assert side_by_side == direct
    assert (
        client.get(link).json() == client.post("/v1/translate", json={"text": RAIN, "targets": ["es"]}).json()
    )
    problem(client.get(f"/v1/jobs/{job['id']}/articles/1"), 409, "empty-article")
    problem(client.get(f"/v1/jobs/{job['id']}/articles/7"), 404, "no-such-job")
    problem(client.get(results, headers={"Accept": "image/png"}), 406, "unknown-format")


def test_events_tell_each_article_once_and_go_on_where_they_were_left(client: TestClient) -> None:
    articles = [{"id": name, "text": RAIN} for name in "abc"]
    job = client.post("/v1/jobs", json={"targets": ["es"], "articles": articles}).json()
    url = job["links"]["events"]
    whole = client.get(url).text  # the stream ends with the job
    heard = [block for block in whole.split("\n\n") if "event: article" in block]
    assert [block.split("\n")[0] for block in heard] == ["id: 1", "id: 2", "id: 3"]
    assert whole.rstrip().split("\n\n")[-1].startswith("id: 4\nevent: end\ndata: {")
    rest = client.get(url, headers={"Last-Event-ID": "2"}).text
    assert rest.count("event: article") == 1
    assert client.get(url, headers={"Last-Event-ID": "4"}).status_code == 204
    assert client.get(url, headers={"Last-Event-ID": "no number"}).text.count("event: article") == 3


def test_the_same_key_is_the_same_job(client: TestClient) -> None:
    body = {"targets": ["es"], "articles": [{"text": RAIN}]}
    headers = {"Idempotency-Key": "monday"}
    one, other = (client.post("/v1/jobs", json=body, headers=headers).json() for _ in range(2))
    assert one["id"] == other["id"]
    assert len(client.get("/v1/jobs").json()["jobs"]) == 1
    changed = body | {"targets": ["ru"]}
    problem(client.post("/v1/jobs", json=changed, headers=headers), 422, "idempotency-key")


def test_a_deleted_job_is_gone_and_the_list_has_pages(client: TestClient) -> None:
    body = {"targets": ["es"], "articles": [{"text": RAIN}]}
    jobs = [ended(client, client.post("/v1/jobs", json=body)) for _ in range(3)]
    page = client.get("/v1/jobs?limit=2").json()
    assert [job["id"] for job in page["jobs"]] == [jobs[2]["id"], jobs[1]["id"]]
    assert [job["id"] for job in client.get(page["next"]).json()["jobs"]] == [jobs[0]["id"]]
    url = jobs[0]["links"]["self"]
    assert client.delete(url).status_code == 204
    for response in (
        client.get(url),
        client.delete(url),
        client.get(f"{url}/results"),
        client.get(f"{url}/events"),
    ):
        problem(response, 404, "no-such-job")


@pytest.mark.parametrize(
    ("body", "status", "kind", "detail"),
    [
        ({"articles": []}, 422, "invalid-request", "articles"),
        ({"articles": [{"id": "a"}], "targets": ["es"]}, 422, "job", "either a text or versions"),
        ({"articles": [{"text": RAIN}]}, 422, "job", "no targets"),
        ({"articles": [{"text": RAIN, "task": "align"}], "targets": ["es"]}, 422, "job", "align versions"),
        ({"articles": [{"text": RAIN, "id": "\0"}], "targets": ["es"]}, 422, "invalid-request", "id"),
        ({"articles": [{"text": RAIN, "id": "a"}] * 2, "targets": ["es"]}, 422, "job", "two articles"),
        (
            {"articles": [{"text": RAIN}] * 21, "targets": ["es"]},
            413,
            "too-large",
            "TRIPTYCH_MAX_JOB_ARTICLES",
        ),
        ({"articles": [{"text": "x" * 200_001}], "targets": ["es"]}, 413, "too-large", "limit is 200,000"),
        ({"articles": [{"text": "x" * 500_000}], "targets": ["es"]}, 413, "too-large", "MAX_JOB_BYTES"),
        ({"articles": [{"text": RAIN, "colour": 1}]}, 422, "invalid-request", "colour"),
    ],
)
def test_what_is_no_job_gets_a_problem(
    client: TestClient, body: dict[str, Any], status: int, kind: str, detail: str
) -> None:
    assert detail in problem(client.post("/v1/jobs", json=body), status, kind)


def test_what_is_no_body_gets_a_problem(client: TestClient) -> None:
    def post(content: bytes, kind: str) -> Any:
        return client.post("/v1/jobs", content=content, headers={"Content-Type": kind})

    problem(post(b"{", "application/json"), 422, "invalid-request")
    problem(post(b'{"articles": [{"text": "\\ud800"}]}', "application/json"), 422, "invalid-request")
    problem(post(b"\xff", "application/json"), 422, "invalid-request")
    assert "Line 2" in problem(post(b'{"text": "a b"}\n{', "application/x-ndjson"), 422, "job")
    problem(post(b"", "application/x-ndjson"), 422, "job")
    problem(post(b"x", "text/plain"), 415, "media-type")
    problem(post(b"x", "multipart/form-data"), 400, "bad-request")
    problem(client.post("/v1/jobs", files={"files": ("a.exe", b"x")}), 415, "unknown-file-format")
    problem(client.post("/v1/jobs", files={"other": ("a.txt", b"x")}), 422, "job")
    problem(client.get("/v1/jobs/nonesuch"), 404, "no-such-job")
    problem(client.get("/v1/jobs/no%00job"), 422, "invalid-request")


def test_a_database_that_fails_is_told_without_its_particulars(client: TestClient, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "triptych.db")) as database:
        database.execute("DROP TABLE job_articles")
    response = client.get("/v1/jobs/any")
    problem(response, 404, "no-such-job")
    body = {"targets": ["es"], "articles": [{"text": RAIN}]}
    response = client.post("/v1/jobs", json=body)
    assert problem(response, 503, "database") == "The database does not answer; try again later."
    assert response.headers["Retry-After"] == "5"


def test_jobs_can_be_switched_off(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, database="off")
    with TestClient(create_app(settings, lambda _: fake_pipeline(FakeTranslator()))) as client:
        problem(client.get("/v1/jobs"), 404, "not-found")
        assert "/v1/jobs" not in client.get("/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    ("name", "content", "format", "start"),
    [
        ("rain.txt", b"Rain fell.", "text", "Rain fell."),
        ("rain.md", b"# Rain", "markdown", "# Rain"),
        ("rain.htm", b"<p>Rain</p>", "html", "<p>Rain</p>"),
        ("rain.docx", word_document(), "markdown", "# Rain on the harbour\n\nRain fell **all night**."),
        ("rain.odt", open_document("<text:p>Rain fell.</text:p>"), "markdown", "Rain fell.\n"),
        ("rain.srt", SUBTITLES.encode(), "srt", SUBTITLES),
        ("rain.pdf", pdf([["Rain fell."]]), "text", "Rain fell.\n"),
    ],
)
def test_a_document_is_read_for_an_editor(
    client: TestClient, name: str, content: bytes, format: str, start: str
) -> None:
    read = client.post("/v1/documents", files={"file": (name, content)}).json()
    assert (read["name"], read["format"]) == (name, format)
    assert read["text"].startswith(start)


def test_documents_that_cannot_be_read_get_a_problem(client: TestClient) -> None:
    def post(name: str, content: bytes) -> Any:
        return client.post("/v1/documents", files={"file": (name, content)})

    problem(post("a.exe", b"x"), 415, "unknown-file-format")
    problem(post("a.docx", b"x"), 422, "unreadable-article")
    problem(post("a.txt", b"\xff"), 422, "unreadable-article")
    problem(post("a.txt", b"x" * 200_001), 413, "too-large")
    problem(client.post("/v1/documents", content=b"x"), 422, "invalid-request")


def opened(tmp_path: Path, **more: Any) -> TestClient:
    """Return a service whose callers may have keys; it waits for no jobs to be done unless it has workers."""
    settings = Settings(store=tmp_path, **{"job_workers": 0} | more)
    return TestClient(create_app(settings, lambda _: fake_pipeline()))


def test_a_job_is_there_for_the_key_that_sent_it_and_for_no_other(tmp_path: Path) -> None:
    with opened(tmp_path, job_workers=1) as client:
        keys = build_keys(Settings(store=tmp_path))
        desk, press = ({"X-API-Key": keys.add(name)} for name in ("desk", "press"))
        callers: list[dict[str, str]] = [desk, press, {}]
        body = {"targets": ["es"], "articles": [{"text": RAIN}]}
        sent = [
            client.post("/v1/jobs", json=body, headers=caller | {"Idempotency-Key": "monday"}).json()
            for caller in callers
        ]
        assert len({job["id"] for job in sent}) == 3
        for caller, job in zip(callers, sent, strict=True):
            assert "id: 2\nevent: end" in client.get(job["links"]["events"], headers=caller).text
            listed = client.get("/v1/jobs", headers=caller).json()["jobs"]
            assert [each["id"] for each in listed] == [job["id"]]
            assert client.get(f"/v1/jobs/{job['id']}/articles/0", headers=caller).status_code == 200
            for other in callers:
                if other is not caller:
                    for path in ("", "/results", "/events", "/articles/0"):
                        url = f"/v1/jobs/{job['id']}{path}"
                        problem(client.get(url, headers=other), 404, "no-such-job")
                    problem(client.delete(f"/v1/jobs/{job['id']}", headers=other), 404, "no-such-job")
        assert client.delete(sent[0]["links"]["self"], headers=desk).status_code == 204


def used(tmp_path: Path, name: str) -> int:
    keys = build_keys(Settings(store=tmp_path))
    [key] = [key for key in keys.listed() if key.name == name]
    return keys.used(key.id, f"{datetime.now(UTC):%Y-%m}")


def test_a_job_counts_its_characters_and_the_same_again_counts_none(tmp_path: Path) -> None:
    with opened(tmp_path, max_jobs=2) as client:
        key = build_keys(Settings(store=tmp_path)).add("desk", quota=100)
        headers = {"X-API-Key": key, "Idempotency-Key": "monday"}
        body = {
            "targets": ["es", "ru"],
            "articles": [{"text": "é" * 30}, {"versions": {"en": "a b", "es": "c"}}],
        }
        first = client.post("/v1/jobs", json=body, headers=headers)
        assert first.status_code == 202
        assert used(tmp_path, "desk") == 34
        assert client.post("/v1/jobs", json=body, headers=headers).json()["id"] == first.json()["id"]
        problem(
            client.post("/v1/jobs", json=body | {"targets": ["es"]}, headers=headers), 422, "idempotency-key"
        )
        assert used(tmp_path, "desk") == 34
        del headers["Idempotency-Key"]
        large = {"targets": ["es"], "articles": [{"text": "x" * 67}]}
        problem(client.post("/v1/jobs", json=large, headers=headers), 429, "quota")
        assert len(client.get("/v1/jobs", headers=headers).json()["jobs"]) == 1
        small = {"targets": ["es"], "articles": [{"text": "x" * 6}]}
        assert client.post("/v1/jobs", json=small, headers=headers).status_code == 202
        problem(client.post("/v1/jobs", json=small, headers=headers), 503, "overloaded")
        assert used(tmp_path, "desk") == 40  # what is turned away costs nothing


def test_a_key_with_enough_jobs_is_told_when_to_come_again_and_others_go_on(tmp_path: Path) -> None:
    with opened(tmp_path, max_owner_jobs=1, job_workers=0) as client:
        desk = {"X-API-Key": build_keys(Settings(store=tmp_path)).add("desk", quota=100)}
        press = {"X-API-Key": build_keys(Settings(store=tmp_path)).add("press")}
        body = {"targets": ["es"], "articles": [{"text": "Rain fell."}]}
        first = client.post("/v1/jobs", json=body, headers=desk).json()
        response = client.post("/v1/jobs", json=body, headers=desk)
        assert "1 of your jobs have not ended, the limit is 1" in problem(response, 429, "too-many-jobs")
        assert response.headers["Retry-After"] == "60"
        assert used(tmp_path, "desk") == 10
        assert client.post("/v1/jobs", json=body, headers=press).status_code == 202
        assert client.post("/v1/jobs", json=body).status_code == 202  # all without a key are an owner too
        problem(client.post("/v1/jobs", json=body), 429, "too-many-jobs")
        assert client.delete(first["links"]["self"], headers=desk).json()["state"] == "cancelled"
        assert client.post("/v1/jobs", json=body, headers=desk).status_code == 202


def test_the_same_request_twice_at_once_is_charged_once(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        headers = {"X-API-Key": build_keys(Settings(store=tmp_path)).add("desk"), "Idempotency-Key": "k"}
        body = {"targets": ["es"], "articles": [{"text": RAIN}]}
        with ThreadPoolExecutor(4) as pool:
            sent = pool.map(
                lambda _: client.post("/v1/jobs", json=body, headers=headers).json()["id"], range(4)
            )
            assert len(set(sent)) == 1
        assert used(tmp_path, "desk") == len(RAIN)


def test_files_count_by_the_text_in_them_and_documents_that_are_only_read_by_nothing(tmp_path: Path) -> None:
    with opened(tmp_path) as client:
        headers = {"X-API-Key": build_keys(Settings(store=tmp_path)).add("desk", requests=3)}
        files = [
            ("files", ("rain.odt", open_document(f"<text:p>{RAIN}</text:p>"))),
            ("files", ("rain.txt", RAIN)),
            ("files", ("broken.docx", b"PK")),
        ]
        sent = client.post("/v1/jobs", files=files, data={"targets": "es"}, headers=headers)
        assert sent.status_code == 202
        assert used(tmp_path, "desk") == 2 * len(RAIN)
        for status in (200, 200, 429):
            file = {"file": ("rain.txt", RAIN)}
            assert client.post("/v1/documents", files=file, headers=headers).status_code == status
        assert used(tmp_path, "desk") == 2 * len(RAIN)


def test_a_caller_without_a_key_is_held_to_its_addresss_characters(tmp_path: Path) -> None:
    with opened(tmp_path, address_characters=50) as client:
        body = {"targets": ["es"], "articles": [{"text": "x" * 40}]}
        assert client.post("/v1/jobs", json=body).status_code == 202
        assert "50 characters a minute" in problem(client.post("/v1/jobs", json=body), 429, "rate-limit")
