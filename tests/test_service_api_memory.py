from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from service_fakes import FakeTranslator, LetterEncoder, fake_engines

from service.acceptance import Limits
from service.app import create_app
from service.batcher import Batcher
from service.config import Settings
from service.glossed import GlossaryTranslator
from service.memory.database import Memory
from service.memory.remembering import RememberingTranslator
from service.pipeline import Pipeline
from service.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from models.translation import Translator
    from service.glossary import Glossary

ARTICLE = {"text": "Rain fell on the harbour. The boats stayed in.", "targets": ["es"]}
UNIT = {"source": "The boats stayed in.", "target": "es"}


def build(settings: Settings) -> Pipeline:
    """The layers of the real pipeline round a fake checkpoint."""
    assert settings.memory is not None
    memory, encoder, turns = Memory(settings.memory, 100), LetterEncoder(), Turns()

    def layers(translator: Translator, glossary: Glossary) -> Translator:
        if glossary:
            translator = GlossaryTranslator(translator, glossary, encoder)
        return RememberingTranslator(translator, memory, "0.0")

    engines = fake_engines(FakeTranslator(), lambda translator: Batcher(translator, turns), layers)
    return Pipeline(engines, encoder, ("en", "es", "ru"), Limits(100_000, 500), "0.0")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "sea.en-es.tsv").write_text("harbour\tpuerto\n", encoding="utf-8")
    settings = Settings(
        store=tmp_path, memory=tmp_path / "memory.db", glossary=tmp_path / "terms", max_bytes=50_000
    )
    with TestClient(create_app(settings, build), raise_server_exceptions=False) as client:
        yield client


def sentences(client: TestClient, **change: Any) -> list[tuple[str, list[str]]]:
    response = client.post("/v1/translate", json=ARTICLE | change)
    assert response.status_code == 200, response.text
    return [(item["text"], item["flags"]) for item in response.json()["versions"]["es"]["sentences"]]


def problem(response: Any, status: int, kind: str) -> str:
    assert response.status_code == status
    assert response.json()["type"] == f"urn:triptych:problem:{kind}"
    return str(response.json()["detail"])


def test_an_approved_translation_is_used_until_it_is_withdrawn(client: TestClient) -> None:
    before = client.post("/v1/translate", json=ARTICLE).content
    kept = client.put("/v1/memory", json=UNIT | {"text": " Los barcos\nse quedaron. ", "author": "ana"})
    assert kept.status_code == 200
    assert kept.json()["text"] == "Los barcos se quedaron."
    assert kept.json()["origin"] == "api"
    assert client.get("/v1/memory", params=UNIT).json() == kept.json()
    assert sentences(client)[1] == ("Los barcos se quedaron.", ["approved"])
    assert client.delete("/v1/memory", params=UNIT).status_code == 204
    # From the memory, to the byte what it was when it was made.
    assert client.post("/v1/translate", json=ARTICLE).content == before


def test_what_is_not_approved_is_not_found(client: TestClient) -> None:
    assert "has been approved" in problem(client.get("/v1/memory", params=UNIT), 404, "memory-unknown")
    problem(client.delete("/v1/memory", params=UNIT), 404, "memory-unknown")


@pytest.mark.parametrize(
    ("unit", "kind"),
    [
        (UNIT, "invalid-request"),
        (UNIT | {"text": ""}, "invalid-request"),
        (UNIT | {"text": " "}, "memory-unit"),
        (UNIT | {"text": "x", "target": "../x"}, "invalid-request"),
        (UNIT | {"text": "x" * 20_001}, "invalid-request"),
        (UNIT | {"text": "x", "colour": "red"}, "invalid-request"),
    ],
)
def test_units_that_cannot_be_kept_are_refused(client: TestClient, unit: dict[str, str], kind: str) -> None:
    problem(client.put("/v1/memory", json=unit), 422, kind)


def test_a_service_without_a_memory_says_so(tmp_path: Path) -> None:
    settings = Settings.model_validate({"store": tmp_path, "memory": "off"})
    with TestClient(create_app(settings, lambda _: build(Settings(memory=tmp_path / "m.db")))) as client:
        assert "keeps no" in problem(client.get("/v1/memory", params=UNIT), 404, "memory-unknown")


def test_terms_come_by_name_or_with_the_request(client: TestClient) -> None:
    assert sentences(client) == [("RAIN FELL ON THE HARBOUR.", []), ("THE BOATS STAYED IN.", [])]
    assert sentences(client, glossary="sea")[0] == ("RAIN FELL ON THE puerto.", ["glossary"])
    inline = [{"source": "boat", "target": "barco"}, {"source": "Rain"}]
    assert sentences(client, glossary=inline) == [
        ("Rain FELL ON THE HARBOUR.", ["glossary"]),
        ("THE barco STAYED IN.", ["glossary"]),
    ]
    assert sentences(client, dnt=["harbour"])[0] == ("RAIN FELL ON THE harbour.", ["glossary"])
    assert sentences(client, glossary=[])[0][1] == []
    signature = client.post("/v1/translate", json=ARTICLE | {"glossary": "sea"}).json()["signature"]
    assert "|glossary:" in signature


@pytest.mark.parametrize(
    ("change", "kind", "detail"),
    [
        ({"glossary": "land"}, "glossary", 'no glossary "land"; there are: sea'),
        ({"glossary": [{"source": "--", "target": "x"}]}, "glossary", "glossary 0"),
        ({"glossary": [{"source": "a"}, {"source": "b", "target": " "}]}, "glossary", "glossary 1"),
        ({"glossary": [{"source": "a", "colour": "red"}]}, "invalid-request", "colour"),
        ({"dnt": ["\x07"]}, "glossary", "dnt 0"),
        (
            {"glossary": [{"source": "a", "target": "b"}], "targets": ["es", "ru"]},
            "glossary",
            "name the term's language",
        ),
    ],
)
def test_terms_that_cannot_be_used_are_refused(
    client: TestClient, change: dict[str, Any], kind: str, detail: str
) -> None:
    assert detail in problem(client.post("/v1/translate", json=ARTICLE | change), 422, kind)


def test_missing_versions_keep_to_terms_too(client: TestClient) -> None:
    body = {"versions": {"en": ARTICLE["text"]}, "translate_missing": ["es"], "glossary": "sea"}
    made = client.post("/v1/compare", json=body).json()["versions"]["es"]
    assert made["sentences"][0]["text"] == "RAIN FELL ON THE puerto."
