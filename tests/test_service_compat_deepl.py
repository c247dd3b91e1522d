from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from service_fakes import FakeTranslator, fake_pipeline

from service.acceptance import Limits
from service.app import create_app
from service.compat.documents import DOCUMENT_TABLES
from service.compat.routes import answers
from service.config import Settings
from service.database import open_database
from service.errors import OverloadedError
from service.keeping import build_keys, database_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


LABEL = b"\n\n[Machine translation, not checked: starter]\n"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    build = lambda _: fake_pipeline(limits=Limits(1_000, 60))  # noqa: E731
    app = create_app(Settings(store=tmp_path, max_bytes=5_000), build)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, text: Any, **fields: Any) -> Any:
    return client.post(
        "/v2/translate", json={"text": text, "target_lang": "ES", "source_lang": "EN"} | fields
    )


def texts(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["text"] for item in answer.json()["translations"]]


def refused(answer: Any, status: int, detail: str) -> None:
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert sorted(body) == ["detail", "message"]
    assert all(isinstance(value, str) for value in body.values())
    assert detail in body["detail"]


def test_every_translation_says_what_it_costs_and_what_language_it_was_in(client: TestClient) -> None:
    answer = ask(client, ["Hello", "", "The boats stayed in."], source_lang="en").json()
    assert answer == {
        "translations": [
            {"detected_source_language": "EN", "text": "HELLO", "billed_characters": 5},
            {"detected_source_language": "EN", "text": "", "billed_characters": 0},
            {"detected_source_language": "EN", "text": "THE BOATS STAYED IN.", "billed_characters": 20},
        ]
    }
    detected = ask(client, "Los barcos no salieron del puerto.", source_lang=None).json()["translations"][0]
    assert (detected["detected_source_language"], detected["text"][:4]) == ("ES", "Los ")
    with_model = ask(client, "Hello", model_type="quality_optimized").json()["translations"][0]
    assert isinstance(with_model["model_type_used"], str)


def test_forms_and_variants_of_languages_are_taken(client: TestClient) -> None:
    form = {"text": ["One", "Two"], "target_lang": "es-419", "source_lang": "EN", "split_sentences": "1"}
    assert texts(client.post("/v2/translate", data=form)) == ["ONE", "TWO"]
    assert texts(ask(client, "Hello", target_lang="EN-US", source_lang="EN")) == ["Hello"]
    assert texts(ask(client, "Hello", target_lang="ru", source_lang="EN-GB")) == ["HELLO"]


@pytest.mark.parametrize(
    ("split", "translated"),
    [
        ("1", " ONE. TWO!\n\nTHREE\n"),
        ("nonewlines", " ONE. TWO!\n\nTHREE\n"),
        ("0", " ONE. TWO! THREE\n"),
        (None, " ONE. TWO!\n\nTHREE\n"),
    ],
)
def test_sentences_end_where_it_is_asked_for(client: TestClient, split: str | None, translated: str) -> None:
    assert texts(ask(client, " One. Two!\n\nThree\n", split_sentences=split)) == [translated]


def test_tags_are_kept_and_can_be_named(client: TestClient) -> None:
    xml = "<doc><a>One two.</a><b>Three</b> <keep>Four</keep></doc>"
    fields: dict[str, Any] = {"tag_handling": "xml", "ignore_tags": ["keep"], "source_lang": "EN"}
    assert texts(ask(client, xml, **fields)) == ["<doc><a>ONE TWO.</a><b>THREE</b> <keep>Four</keep></doc>"]
    form = {
        "text": xml,
        "target_lang": "ES",
        "tag_handling": "xml",
        "ignore_tags": "keep,a",
        "source_lang": "EN",
    }
    assert texts(client.post("/v2/translate", data=form)) == [
        "<doc><a>One two.</a><b>THREE</b> <keep>Four</keep></doc>"
    ]
    inline = ask(client, "Press <b>here</b> now", tag_handling="xml", outline_detection=False)
    assert texts(inline) == ["PRESS <b>HERE</b> NOW"]
    html = ask(client, '<p>Rain <i translate="no">fell</i></p>', tag_handling="html", source_lang="EN")
    assert texts(html) == ['<p>RAIN <i translate="no">fell</i></p>']


@pytest.mark.parametrize(
    ("change", "status", "detail"),
    [
        ({"text": None}, 400, "text.0: Input"),
        ({"text": []}, 400, "text"),
        ({"text": ["a"] * 51}, 400, "text"),
        ({"text": {"a": "b"}}, 400, "text"),
        ({"target_lang": None}, 400, "target_lang: Input"),
        ({"target_lang": "XX"}, 400, "there are ES, RU"),
        ({"source_lang": "RU"}, 400, "there are EN"),
        ({"formality": "less"}, 400, "formality"),
        ({"split_sentences": "2"}, 400, "split_sentences"),
        ({"tag_handling": "xml", "text": "<a>b"}, 400, "not well formed"),
        ({"tag_handling": "xml", "text": "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, 400, "not well formed"),
        ({"style_id": "x"}, 400, "style_id"),
        ({"glossary_id": "nonesuch", "source_lang": "EN"}, 404, "nonesuch"),
        ({"glossary_id": "nonesuch"}, 400, "source_lang"),
        ({"text": "a" * 1_001}, 413, "1,001 characters"),
        ({"text": "a" * 6_000}, 413, "bytes, the limit is 5,000"),
    ],
)
def test_errors_are_a_message_and_a_detail(
    client: TestClient, change: dict[str, Any], status: int, detail: str
) -> None:
    fields = {"text": ["Hello"], "target_lang": "ES"} | change
    refused(client.post("/v2/translate", json=fields), status, detail)


def test_languages_are_listed_by_type_in_query_or_form(client: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    by_form = client.request("GET", "/v2/languages", content=b"type=target", headers=form).json()
    assert by_form == client.get("/v2/languages", params={"type": "target"}).json()
    assert by_form == client.post("/v2/languages", data={"type": "target"}).json()
    assert by_form[0] == {"language": "ES", "name": "Spanish", "supports_formality": False}
    assert client.get("/v2/languages").json() == [{"language": "EN", "name": "English"}]
    refused(client.get("/v2/languages", params={"type": "x"}), 400, "type")
    assert client.delete("/v2/languages").headers["allow"] == "GET, POST"
    assert client.post("/v2/glossaries/x").headers["allow"] == "DELETE, GET"
    assert client.get("/v1/translate").headers["allow"] == "POST"


def test_keys_quotas_and_limits_have_this_apis_shape(tmp_path: Path) -> None:
    chosen = Settings(store=tmp_path, require_key=True, key_requests=5, key_quota=8)
    key = build_keys(chosen).add("desk")
    with TestClient(create_app(chosen, lambda _: fake_pipeline())) as client:
        refused(client.get("/v2/usage"), 403, "key")
        refused(client.get("/v2/usage", headers={"Authorization": "DeepL-Auth-Key x"}), 403, "key")
        client.headers["Authorization"] = f"DeepL-Auth-Key {key}"
        assert texts(ask(client, "Hello")) == ["HELLO"]
        assert client.get("/v2/usage").json() == {"character_count": 5, "character_limit": 8}
        refused(ask(client, "Hello"), 456, "5 of its 8 characters this month")
        assert texts(ask(client, "Hey")) == ["HEY"]
        assert client.get("/v2/usage").json()["character_count"] == 8
        slow = client.get("/v2/usage")
        refused(slow, 429, "5 requests a minute")
        assert int(slow.headers["retry-after"]) > 0


def test_glossaries_belong_to_their_key(tmp_path: Path) -> None:
    chosen = Settings(store=tmp_path, require_key=True)
    keys = [build_keys(chosen).add(name) for name in ("one", "two")]
    mine, yours = ({"Authorization": f"DeepL-Auth-Key {key}"} for key in keys)
    body = {
        "name": "Harbour",
        "source_lang": "en",
        "target_lang": "es",
        "entries": "quay\tmuelle\n\n ferry \t transbordador ",
        "entries_format": "tsv",
    }
    with TestClient(create_app(chosen, lambda _: fake_pipeline())) as client:
        made = client.post("/v2/glossaries", json=body, headers=mine)
        assert made.status_code == 201
        address = f"/v2/glossaries/{made.json()['glossary_id']}"
        assert made.json()["entry_count"] == 2
        assert client.get(address, headers=mine).json() == made.json()
        entries = client.get(f"{address}/entries", headers=mine)
        assert entries.text == "quay\tmuelle\nferry\ttransbordador"
        assert entries.headers["content-type"].startswith("text/tab-separated-values")
        refused(client.get(address, headers=yours), 404, "no glossary")
        refused(client.delete(address, headers=yours), 404, "no glossary")
        assert client.get("/v2/glossaries", headers=yours).json() == {"glossaries": []}
        assert client.delete(address, headers=mine).status_code == 204
        assert client.get("/v2/glossaries", headers=mine).json() == {"glossaries": []}


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"entries": ""}, "there is none"),
        ({"entries": "quay"}, "line 1 has 1 columns"),
        ({"entries": "a\tb\na\tc"}, "second time"),
        ({"entries": "a\t"}, "empty term"),
        ({"entries": "a\tb\tc"}, "3 columns"),
        ({"entries": f"a\t{'b' * 2_000}"}, "1,024 bytes"),
        ({"entries": "a\x01\tb"}, "control character"),
        ({"entries": '"a', "entries_format": "csv"}, "CSV"),
        ({"name": ""}, "name"),
        ({"target_lang": "fr"}, "no glossaries from en to fr"),
    ],
)
def test_glossaries_that_cannot_be_are_refused(
    client: TestClient, change: dict[str, Any], detail: str
) -> None:
    body = {
        "name": "Harbour",
        "source_lang": "en",
        "target_lang": "es",
        "entries": "quay\tmuelle",
        "entries_format": "tsv",
    }
    refused(client.post("/v2/glossaries", json=body | change), 400, detail)


def test_a_glossary_of_another_pair_is_refused(client: TestClient) -> None:
    body = {"name": "H", "source_lang": "en", "target_lang": "ru", "entries": "a,b", "entries_format": "csv"}
    made = client.post("/v2/glossaries", data=body).json()
    answer = ask(client, "Hello", source_lang="EN", glossary_id=made["glossary_id"])
    refused(answer, 400, "from en to ru")


def upload(
    client: TestClient, name: str = "note.txt", content: bytes = b"It rains today.", **fields: str
) -> Any:
    return client.post(
        "/v2/document",
        files={"file": (name, content)},
        data={"target_lang": "ES", "source_lang": "EN"} | fields,
    )


def over(client: TestClient, handle: dict[str, str]) -> dict[str, Any]:
    """Ask about a document until it is done or has failed."""
    while True:
        key = {"document_key": handle["document_key"]}
        status: dict[str, Any] = client.post(f"/v2/document/{handle['document_id']}", json=key).json()
        if status["status"] in ("done", "error"):
            return status
        time.sleep(0.02)


def test_a_document_is_uploaded_asked_about_and_fetched_once(client: TestClient) -> None:
    handle = upload(client).json()
    address, key = f"/v2/document/{handle['document_id']}", {"document_key": handle["document_key"]}
    status = over(client, handle)
    assert status == {"document_id": handle["document_id"], "status": "done", "billed_characters": 15}
    refused(client.post(address, json={"document_key": "guess"}), 404, "no such document")
    refused(client.post(address, json={}), 400, "document_key")
    assert client.post(f"{address}/result", data=key).content == b"IT RAINS TODAY." + LABEL
    refused(client.post(f"{address}/result", data=key), 404, "no such document")


def test_documents_that_cannot_be_are_refused(client: TestClient) -> None:
    refused(upload(client, "note.exe"), 400, ".exe")
    refused(upload(client, "note.txt", b"\xff"), 400, "UTF-8")
    refused(upload(client, output_format="pdf"), 400, "output_format")
    refused(upload(client, "note.pdf"), 400, 'given back as "txt"')
    refused(upload(client, target_lang="XX"), 400, "there are ES, RU")
    refused(client.post("/v2/document", data={"target_lang": "ES"}), 400, "file")
    assert upload(client, output_format="txt", filename="other.txt").status_code == 200


def test_a_document_that_fails_says_why_and_gives_nothing_away(tmp_path: Path) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("secret /path")

    with TestClient(
        create_app(Settings(store=tmp_path), lambda _: fake_pipeline(FakeTranslator(broken)))
    ) as client:
        handle = upload(client).json()
        status = over(client, handle)
        assert status["status"] == "error"
        assert "secret" not in status["error_message"]
        assert client.get("/healthz").status_code == 200


def test_a_document_whose_worker_died_is_begun_again_by_whoever_is_asked(tmp_path: Path) -> None:
    chosen = Settings(store=tmp_path)
    with TestClient(create_app(chosen, lambda _: fake_pipeline())) as client:
        handle = upload(client).json()
        client.post(f"/v2/document/{handle['document_id']}", json={"document_key": handle["document_key"]})
    documents = DOCUMENT_TABLES.tables["documents"]
    abandoned = {"status": "translating", "content": b"Rain again.", "result": None}
    for leased, status in ((time.time() + 60, "translating"), (time.time() - 1, "done")):
        with open_database(database_url(chosen), DOCUMENT_TABLES).begin() as connection:
            connection.execute(documents.update().values(abandoned | {"leased": leased}))
        with TestClient(create_app(chosen, lambda _: fake_pipeline())) as client:
            address, key = f"/v2/document/{handle['document_id']}", {"document_key": handle["document_key"]}
            assert client.post(address, json=key).json()["status"] == status
    with TestClient(create_app(chosen, lambda _: fake_pipeline())) as client:
        assert client.post(f"{address}/result", json=key).content == b"RAIN AGAIN." + LABEL


def test_no_input_makes_it_fail(client: TestClient) -> None:
    value = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.text(st.sampled_from(list("aB .\n<>/&;=\"'!-[]x?\x00\u2028é\U0001f600")), max_size=30),
        st.lists(st.text(st.sampled_from(list("aB .<>/&")), max_size=20), max_size=3),
    )
    names = [
        "text",
        "target_lang",
        "source_lang",
        "tag_handling",
        "split_sentences",
        "ignore_tags",
        "context",
    ]
    good = {"text": ["Rain <b>fell</b>."], "target_lang": "ES", "source_lang": "EN"}

    @settings(max_examples=100)
    @given(st.dictionaries(st.sampled_from(names), value, max_size=3), st.sampled_from([None, "xml", "html"]))
    def holds(fields: dict[str, Any], tags: str | None) -> None:
        answer = client.post("/v2/translate", json=good | {"tag_handling": tags} | fields)
        assert answer.status_code in (200, 400)
        if answer.status_code == 400:
            assert sorted(answer.json()) == ["detail", "message"]

    holds()


def test_a_service_with_too_much_to_do_says_so_in_either_shape() -> None:
    busy = OverloadedError("requests", 64, 64)
    answer_to = answers(("libretranslate", "deepl"))
    assert answer_to("/v1/translate", busy) is None
    assert answers(())("/v2/translate", busy) is None
    for path, field in (("/v2/translate", "detail"), ("/translate", "error")):
        answer = answer_to(path, busy)
        assert answer is not None
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "5"
        assert "64 requests are waiting" in json.loads(bytes(answer.body))[field]


def test_what_is_not_there_is_said_in_this_apis_shape(client: TestClient) -> None:
    missing = client.post("/v2/write/rephrase", json={})
    assert missing.status_code == 404
    assert missing.json() == {
        "message": "Not found",
        "detail": "There is no such path here; /docs lists those there are.",
    }
    wrong = client.get("/v2/translate")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert sorted(wrong.json()) == ["detail", "message"]
