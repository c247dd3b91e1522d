from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from server_fixture import ROOT
from service_fakes import fake_pipeline

from service.app import create_app
from service.config import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = ("/", "/docs", "/static/page.js", "/static/page.css", "/static/side_by_side.css", "/static/icon.svg")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(Settings(store=tmp_path), lambda _: fake_pipeline())
    with TestClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("path", FILES)
def test_everything_the_page_is_made_of_has_a_strict_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"
    assert "unsafe-inline" not in policy["style-src"] or path == "/docs"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_names_no_other_host_and_runs_nothing_inline(client: TestClient, path: str) -> None:
    text = client.get(path).text
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == []
    assert all(" src=" in tag or "application/json" in tag for tag in re.findall(r"<script[^>]*>", text))
    assert re.findall(r"<style|\sstyle=|\son\w+=", text) == []


@pytest.mark.parametrize(
    ("language", "button"), [("en", "Translate"), ("es-AR", "Traducir"), ("ru-RU", "Перевести")]
)
def test_the_page_comes_in_the_readers_language(client: TestClient, language: str, button: str) -> None:
    answer = client.get("/", headers={"Accept-Language": language})
    assert f'<html lang="{language[:2]}">' in answer.text
    assert f'data-message="translate">{button}</span>' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_no_module_of_the_page_writes_markup() -> None:
    for path in (ROOT / "service" / "static").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), (
            path.name
        )


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_example_of_the_page_is_the_example(client: TestClient, language: str) -> None:
    example = (ROOT / "examples" / f"harbour.{language}.md").read_text(encoding="utf-8")
    assert client.get(f"/static/harbour.{language}.md").text == example


def test_what_is_not_there_is_a_problem(client: TestClient) -> None:
    for path in ("/static/nothing.js", "/static/../app.py", "/static/swagger/nothing"):
        assert client.get(path).headers["content-type"] == "application/problem+json"
