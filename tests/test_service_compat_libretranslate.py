from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st
from service_fakes import FakeTranslator, ManyTranslator, fake_pipeline

from service.acceptance import Limits
from service.app import create_app
from service.config import Settings
from service.keeping import build_keys

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def translator() -> FakeTranslator:
    return FakeTranslator()


@pytest.fixture
def client(tmp_path: Path, translator: FakeTranslator) -> Iterator[TestClient]:
    build = lambda _: fake_pipeline(translator, limits=Limits(1_000, 60))  # noqa: E731
    app = create_app(Settings(store=tmp_path, max_bytes=5_000), build)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


def ask(client: TestClient, **fields: Any) -> Any:
    return client.post("/translate", json={"source": "en", "target": "es"} | fields)


def test_a_string_gives_a_string_and_a_list_a_list(client: TestClient, translator: FakeTranslator) -> None:
    assert ask(client, q="Hello").json() == {"translatedText": "HELLO"}
    assert ask(client, q=["Hello", "", "two\nlines"]).json() == {
        "translatedText": ["HELLO", "", "TWO\nLINES"]
    }
    assert ask(client, q=[]).json() == {"translatedText": []}
    assert translator.asked == ["Hello", "Hello", "two", "lines"]


def test_fifty_texts_are_one_batch(tmp_path: Path) -> None:
    calls: list[int] = []

    class Counted(FakeTranslator):
        def translate(self, sentences: Any, *, target: str) -> Any:
            calls.append(len(sentences))
            return super().translate(sentences, target=target)

    with TestClient(create_app(Settings(store=tmp_path), lambda _: fake_pipeline(Counted()))) as client:
        texts = [f"Boat number {number} stayed in." for number in range(50)]
        assert ask(client, q=texts).json() == {"translatedText": [text.upper() for text in texts]}
    assert calls == [50]


def test_forms_are_taken_as_well_as_json(client: TestClient) -> None:
    fields = {"q": "Hello", "source": "en", "target": "es"}
    assert client.post("/translate", data=fields).json() == {"translatedText": "HELLO"}
    assert client.post(
        "/translate", files={"q": (None, "Hello")}, data={"source": "en", "target": "es"}
    ).json()
    assert client.post("/translate", params=fields).json() == {"translatedText": "HELLO"}
    many = client.post("/translate", data=fields | {"q": ["One", "Two"]})
    assert many.json() == {"translatedText": ["ONE", "TWO"]}


def test_the_language_is_detected_where_it_is_auto(client: TestClient) -> None:
    found = ask(client, q="The boats stayed in the harbour.", source="auto").json()
    assert found["detectedLanguage"]["language"] == "en"
    assert 50 < found["detectedLanguage"]["confidence"] <= 100
    short = ask(client, q=["Hello", "12"], source="auto").json()  # too short to be sure of anything else
    assert [item["language"] for item in short["detectedLanguage"]] == ["en", "en"]
    spanish = "Los barcos no salieron del puerto."
    assert ask(client, q=spanish, source="auto").json()["translatedText"] == spanish  # is Spanish already
    refused = ask(client, q=spanish, source="auto", target="ru")
    assert refused.status_code == 400
    assert '"es" is unknown for translation from' in refused.json()["error"]


def test_alternatives_are_the_models_next_best_where_they_are_asked_for(tmp_path: Path) -> None:
    translator = ManyTranslator()
    with TestClient(create_app(Settings(store=tmp_path), lambda _: fake_pipeline(translator))) as client:
        assert ask(client, q="rain fell.").json() == {"translatedText": "RAIN FELL."}
        assert translator.asked == ["rain fell."]  # and nothing else
        found = ask(client, q="rain fell.", alternatives=2).json()
        assert found == {"translatedText": "RAIN FELL.", "alternatives": ["RAIN FELL.!", "RAIN FELL.!!"]}
        several = ask(client, q=["rain", "12"], alternatives=1).json()
        assert several == {"translatedText": ["RAIN", "12"], "alternatives": [["RAIN!"], []]}
        assert ask(client, q=[], alternatives=1).json() == {"translatedText": [], "alternatives": []}
        spanish = "Los barcos no salieron del puerto."
        assert ask(client, q=spanish, source="auto", alternatives=2).json()["alternatives"] == []


def test_a_model_that_has_no_others_gives_none(client: TestClient) -> None:
    found = ask(client, q="rain fell.", alternatives=3).json()
    assert found == {"translatedText": "RAIN FELL.", "alternatives": []}


def test_html_keeps_its_tags(client: TestClient) -> None:
    found = ask(client, q='<p>The <a href="#x">boats</a> stayed.</p>', format="html").json()
    assert found["translatedText"] == '<p>THE <a href="#x">BOATS</a> STAYED.</p>'


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"q": None}, 400, "q.str: Input"),
        ({"target": None}, 400, "target: Input"),
        ({"target": "xx"}, 400, "there are es, ru"),
        ({"source": "ru"}, 400, "there are en"),
        ({"format": "docx"}, 400, "format"),
        ({"alternatives": -1}, 400, "alternatives"),
        ({"q": {"a": 1}}, 400, "q"),
        ({"q": "\ud800 a"}, 400, "Unicode"),
        ({"q": "a" * 1_001}, 400, "1,001 characters, the limit is 1,000"),
        ({"q": ["one two."] * 61}, 400, "61 sentences"),
        ({"q": "a" * 6_000}, 413, "bytes, the limit is 5,000"),
        ({"q": "<div>" * 300 + "a b", "format": "html"}, 400, "200 elements deep"),
    ],
)
def test_errors_are_one_string(client: TestClient, change: dict[str, Any], status: int, error: str) -> None:
    fields = {"q": "Hello", "source": "en", "target": "es"} | change
    body = json.dumps(fields)
    answer = client.post("/translate", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert list(answer.json()) == ["error"]
    assert error in answer.json()["error"]


def test_bodies_that_are_neither_json_nor_a_form_are_refused(client: TestClient) -> None:
    for content, kind in ((b"{", "application/json"), (b"[]", "application/json"), (b"x", "text/plain")):
        answer = client.post("/translate", content=content, headers={"Content-Type": kind})
        assert (answer.status_code, list(answer.json())) == (400, ["error"])
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/translate", content=b"--y", headers=broken).status_code == 400


def test_a_form_may_hold_plain_utf_8_as_curl_sends_it(client: TestClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = "q=Ría mañana&q=a+b%20%C3%A9&source=en&target=es".encode()
    assert client.post("/translate", content=body, headers=form).json() == {
        "translatedText": ["RÍA MAÑANA", "A B É"]
    }
    [surest, *_] = client.post("/detect", content="q=Привет, мир!".encode(), headers=form).json()
    assert surest["language"] == "ru"
    for wrong in (b"q=\xff&source=en&target=es", b"q=%FF&source=en&target=es", b"&".join([b"q=a"] * 1_001)):
        refused = client.post("/translate", content=wrong, headers=form)
        assert (refused.status_code, list(refused.json())) == (400, ["error"])


def test_what_is_not_there_is_said_in_this_apis_shape(client: TestClient) -> None:
    wrong = client.get("/translate")
    assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
    assert "not for this method" in wrong.json()["error"]


def test_documents_are_translated_and_fetched_by_their_address(client: TestClient) -> None:
    upload = {"file": ("note.md", b"# Rain\n\nIt **rains** today.\n")}
    answer = client.post("/translate_file", files=upload, data={"source": "en", "target": "es"}).json()
    fetched = client.get(answer["translatedFileUrl"])
    label = b"\n<!-- Machine translation, not checked: starter -->\n"
    assert fetched.content == b"# RAIN\n\nIT **RAINS** TODAY.\n" + label
    assert fetched.headers["content-disposition"] == 'attachment; filename="translated.md"'
    assert client.get(answer["translatedFileUrl"] + "x").status_code == 200  # the extension is for people
    assert client.get("/download_file/nonsense.md").status_code == 404
    for name, content in (("note.exe", b"x"), ("note.txt", b"\xff")):
        wrong = client.post(
            "/translate_file", files={"file": (name, content)}, data={"source": "en", "target": "es"}
        )
        assert (wrong.status_code, list(wrong.json())) == (400, ["error"])
    assert client.post("/translate_file", data={"source": "en", "target": "es"}).status_code == 400


def test_pages_that_use_the_api_are_told_what_there_is(client: TestClient) -> None:
    told = client.get("/frontend/settings").json()
    assert told["charLimit"] == 1_000
    assert told["keyRequired"] is False
    assert told["language"]["source"] == {"code": "en", "name": "English"}
    assert ".md" in told["supportedFilesFormat"]
    assert client.get("/health").json() == {"status": "ok"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    languages = client.request("GET", "/languages", content=b"api_key=x", headers=form).json()
    assert [language["code"] for language in languages] == ["en", "es", "ru"]


def test_keys_and_limits_have_this_apis_shape(tmp_path: Path) -> None:
    settings = Settings(store=tmp_path, require_key=True, key_requests=2)
    key = build_keys(settings).add("desk")
    with TestClient(create_app(settings, lambda _: fake_pipeline())) as client:
        assert ask(client, q="Hello").status_code == 400
        assert ask(client, q="Hello", api_key="guess").status_code == 403
        assert ask(client, q="Hello", api_key=key).status_code == 200
        assert ask(client, q="Hello", api_key=key).status_code == 200
        slow = ask(client, q="Hello", api_key=key)
        assert (slow.status_code, list(slow.json())) == (429, ["error"])
        assert 1 <= int(slow.headers["retry-after"]) <= 30
        assert client.get("/languages").status_code == 200
        assert client.get("/frontend/settings").json()["keyRequired"] is True


def test_what_is_unforeseen_says_nothing_of_the_inside(tmp_path: Path) -> None:
    def broken(_: str) -> str:
        raise RuntimeError("secret /path")

    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline(FakeTranslator(broken)))
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = ask(client, q="Hello")
        assert answer.status_code == 500
        assert "secret" not in answer.text


@pytest.mark.parametrize("names", ["none", "deepl"])
def test_it_can_be_switched_off(tmp_path: Path, names: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRIPTYCH_COMPAT", names)
    monkeypatch.setenv("TRIPTYCH_STORE", str(tmp_path))
    with TestClient(create_app(None, lambda _: fake_pipeline())) as client:
        assert client.post("/translate", json={"q": "Hello"}).status_code == 404
        assert client.get("/v2/usage").status_code == (404 if names == "none" else 200)


def test_white_space_and_what_is_no_text_come_back_as_they_were(client: TestClient) -> None:
    odd = st.text(
        st.sampled_from(list(" \t\r\n\u00a0\u2028\x85-*•1.)&<>/'\"aB9!é\x00\U0001f600")), max_size=40
    )

    @settings(max_examples=80)
    @given(st.lists(odd, max_size=4), st.sampled_from(["text", "html"]))
    def holds(texts: list[str], format: str) -> None:
        answer = ask(client, q=texts, format=format)
        assert answer.status_code == 200
        found = answer.json()["translatedText"]
        assert len(found) == len(texts)
        if format == "text":
            for text, translated in zip(texts, found, strict=True):
                assert translated.count("\n") == text.count("\n")
                lead = len(text) - len(text.lstrip())
                assert translated[:lead] == text[:lead]
                if not any(character.isalpha() for character in text):
                    assert translated.split() == text.split()

    holds()
