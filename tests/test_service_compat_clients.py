"""The clients that exist, from the package index, against a server process with the shipped model."""

from __future__ import annotations

import io
import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import deepl
import docx
import httpx
import pytest
from libretranslatepy import LibreTranslateAPI

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
TRIPTYCH = [sys.executable, "-m", "service"]
LETTERS = re.compile(r"[а-яё]", re.IGNORECASE)


class Server:
    """A server process that wants keys, and one key."""

    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.key = key


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    database = tmp_path_factory.mktemp("compat") / "triptych.db"
    environment = os.environ | {
        "TRIPTYCH_BEAMS": "1",
        "TRIPTYCH_STORE": str(ROOT / ".store"),
        "TRIPTYCH_DATABASE": f"sqlite:///{database}",
        "TRIPTYCH_REQUIRE_KEY": "true",
        "HF_HUB_OFFLINE": "1",
    }
    add = [*TRIPTYCH, "keys", "add", "newsroom", "--quota", "3000"]
    made = subprocess.run(add, capture_output=True, text=True, check=True, env=environment, cwd=ROOT)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    serve = [*TRIPTYCH, "serve", "--port", str(port)]
    with subprocess.Popen(serve, stderr=subprocess.PIPE, env=environment, cwd=ROOT) as process:
        try:
            for _ in range(600):
                try:
                    if httpx.get(f"http://127.0.0.1:{port}/readyz").status_code == 200:
                        break
                except httpx.TransportError:
                    assert process.poll() is None, process.stderr and process.stderr.read()
                time.sleep(0.1)
            yield Server(f"http://127.0.0.1:{port}", made.stdout.strip())
        finally:
            process.terminate()
            process.communicate()


@pytest.fixture(scope="module")
def libre(server: Server) -> Any:
    return LibreTranslateAPI(server.url, server.key)


@pytest.fixture(scope="module")
def client(server: Server) -> Iterator[deepl.DeepLClient]:
    client = deepl.DeepLClient(server.key, server_url=server.url)
    yield client
    client.close()


def test_libretranslates_client_translates_detects_and_lists(libre: Any) -> None:
    spanish = libre.translate("The boats stayed in the harbour.", "en", "es")
    assert spanish
    assert spanish != "The boats stayed in the harbour."
    assert LETTERS.search(libre.translate("Hello", "en", "ru"))
    assert LETTERS.search(libre.translate("The boats stayed in the harbour.", "auto", "ru"))
    [surest, *_] = libre.detect("Los barcos no salieron del puerto.")
    assert surest["language"] == "es"
    assert 50 < surest["confidence"] <= 100
    assert libre.languages() == [
        {"code": "en", "name": "English", "targets": ["es", "ru"]},
        {"code": "es", "name": "Spanish", "targets": []},
        {"code": "ru", "name": "Russian", "targets": []},
    ]


def test_alternatives_are_other_translations_of_the_same_model(server: Server, libre: Any) -> None:
    sentence = "The boats stayed in the harbour."
    form = {"q": sentence, "source": "en", "target": "es", "alternatives": "3", "api_key": server.key}
    found = httpx.post(f"{server.url}/translate", data=form).json()  # the client has no name for the field
    assert found["translatedText"] == libre.translate(sentence, "en", "es")
    others = found["alternatives"]
    assert len({found["translatedText"], sentence, "", *others}) == 3 + len(others)
    assert 1 <= len(others) <= 3


@pytest.mark.parametrize(("key", "status"), [(None, 400), ("guess", 403)])
def test_libretranslates_client_is_told_why_it_is_refused(
    server: Server, key: str | None, status: int
) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        LibreTranslateAPI(server.url, key).translate("Hello", "en", "es")
    assert refused.value.code == status
    assert isinstance(json.loads(refused.value.read())["error"], str)


def test_deepls_client_translates_a_text_and_a_list(client: deepl.DeepLClient) -> None:
    one = client.translate_text("The boats stayed in the harbour.", target_lang="ES")
    assert isinstance(one, deepl.TextResult)
    assert one.text
    assert (one.detected_source_lang, one.billed_characters) == ("EN", 32)
    texts = ["Hello", "", "  \n", "Rain fell all night.\n\n- The ferry waited.", "12 + 30"]
    several = client.translate_text(texts, source_lang="en", target_lang="RU", context="weather")
    assert isinstance(several, list)
    assert [result.billed_characters for result in several] == [len(text) for text in texts]
    assert LETTERS.search(several[0].text)
    assert [several[1].text, several[2].text, several[4].text] == ["", "  \n", "12 + 30"]
    assert re.fullmatch(r"[^\n]+\n\n- [^\n]+", several[3].text)


def test_deepls_client_keeps_tags(client: deepl.DeepLClient) -> None:
    html = '<p class="lead">The boats <b>stayed</b> in the harbour.</p>'
    found = client.translate_text(html, target_lang="ES-419", tag_handling="html")
    assert isinstance(found, deepl.TextResult)
    assert re.fullmatch(r'<p class="lead">.*<b>.+</b>.*</p>', found.text)
    xml = '<doc><t id="1">Rain fell all night.</t><x>KEEP this</x><t id="2">The boats stayed in.</t></doc>'
    found = client.translate_text(xml, target_lang="ES", tag_handling="xml", ignore_tags=["x"])
    assert isinstance(found, deepl.TextResult)
    assert re.fullmatch(r'<doc><t id="1">[^<]+</t><x>KEEP this</x><t id="2">[^<]+</t></doc>', found.text)
    with pytest.raises(deepl.DeepLException, match="not well formed"):
        client.translate_text("<a>Rain fell.", target_lang="ES", tag_handling="xml")


def test_deepls_client_lists_languages_and_usage(client: deepl.DeepLClient) -> None:
    assert [(found.code, found.name) for found in client.get_source_languages()] == [("EN", "English")]
    targets = {found.code: found.name for found in client.get_target_languages()}
    assert targets == {"ES": "Spanish", "ES-419": "Spanish (Latin American)", "RU": "Russian"}
    before = client.get_usage().character
    assert before.valid
    assert before.limit == 3_000
    client.translate_text("Hello", target_lang="ES")
    after = client.get_usage().character
    assert (after.count or 0) - (before.count or 0) == 5
    pairs = client.get_glossary_languages()
    assert [(pair.source_lang, pair.target_lang) for pair in pairs] == [("en", "es"), ("en", "ru")]


def test_deepls_client_makes_lists_reads_and_deletes_glossaries(client: deepl.DeepLClient) -> None:
    terms = {"quay": "muelle", "night ferry": "transbordador nocturno"}
    made = client.create_glossary("Harbour", "EN", "ES", terms)
    assert abs(made.creation_time - datetime.now(UTC)) < timedelta(minutes=1)
    assert (made.name, made.ready, made.entry_count) == ("Harbour", True, 2)
    assert client.get_glossary(made.glossary_id).name == "Harbour"
    assert [found.glossary_id for found in client.list_glossaries()] == [made.glossary_id]
    assert client.get_glossary_entries(made) == terms
    sentence = "The boats left the quay in the morning."
    plain = client.translate_text(sentence, source_lang="EN", target_lang="ES")
    kept = client.translate_text(sentence, source_lang="EN", target_lang="ES", glossary=made)
    assert isinstance(plain, deepl.TextResult)
    assert isinstance(kept, deepl.TextResult)
    assert "muelle" in kept.text
    assert "muelle" not in plain.text
    from_csv = client.create_glossary_from_csv("Harbour 2", "EN", "ES", 'quay,muelle\n"a, b",c,en,es\n')
    assert client.get_glossary_entries(from_csv) == {"quay": "muelle", "a, b": "c"}
    client.delete_glossary(from_csv)
    with pytest.raises(deepl.GlossaryNotFoundException):
        client.get_glossary(from_csv.glossary_id)
    with pytest.raises(deepl.DeepLException, match="source_lang"):
        client.translate_text(
            "A quay.", target_lang="ES", extra_body_parameters={"glossary_id": made.glossary_id}
        )


def test_deepls_client_has_a_document_translated(client: deepl.DeepLClient, tmp_path: Path) -> None:
    source, target = tmp_path / "harbour.md", tmp_path / "harbour.es.md"
    source.write_text("# The harbour\n\nRain fell **all night**.\n", encoding="utf-8")
    status = client.translate_document_from_filepath(source, target, target_lang="ES")
    assert status.done
    assert status.billed_characters == 33
    assert re.fullmatch(r"# .+\n\n.*\*\*.+\*\*.*\n\n<!-- .+ -->\n", target.read_text(encoding="utf-8"))
    out = io.BytesIO()
    handle = client.translate_document_upload("Hello", filename="hello.txt", target_lang="RU")
    client.translate_document_wait_until_done(handle)
    client.translate_document_download(handle, out)
    assert LETTERS.search(out.getvalue().decode())
    with pytest.raises(deepl.DeepLException, match="no such document"):
        client.translate_document_get_status(handle)  # fetched, and so forgotten
    with pytest.raises(deepl.DeepLException, match=r'"\.exe" is unknown'):
        client.translate_document_upload("Hello", filename="hello.exe", target_lang="RU")


def test_deepls_client_has_a_word_document_translated(client: deepl.DeepLClient, tmp_path: Path) -> None:
    source, target = tmp_path / "harbour.docx", tmp_path / "harbour.ru.docx"
    document = docx.Document()
    document.add_paragraph("Rain fell all night.")
    document.save(str(source))
    assert client.translate_document_from_filepath(source, target, target_lang="RU", source_lang="EN").done
    assert LETTERS.search(docx.Document(str(target)).paragraphs[0].text)


def test_deepls_client_is_told_why_it_is_refused(server: Server, client: deepl.DeepLClient) -> None:
    with pytest.raises(deepl.AuthorizationException):
        deepl.DeepLClient("guess", server_url=server.url).get_usage()
    with pytest.raises(deepl.DeepLException, match="target_lang"):
        client.translate_text("Hello", target_lang="XX")
    with pytest.raises(deepl.DeepLException, match="formality"):
        client.translate_text("Hello", target_lang="ES", formality="more")
    assert client.translate_text("Hello", target_lang="ES", formality="prefer_more")
    with pytest.raises(deepl.QuotaExceededException, match="3,000 characters this month"):
        client.translate_text("Rain fell. " * 300, target_lang="ES")
