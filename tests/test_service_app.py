"""The pipeline as it is put together, with the shipped starter model and the real encoder."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lxml import etree

from service.article import Article, Format
from service.assembly import build_memory, build_pipeline
from service.config import Settings
from service.formats import read
from service.glossary import Glossary, Term
from service.memory.tmx import TmxReader
from service.observer import Unobserved
from service.render.json_form import render_json
from service.render.tmx import render_tmx

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.pipeline import Pipeline

ROOT = Path(__file__).resolve().parent.parent


class Seen(Unobserved):
    """Remembers what the memory knew."""

    def __init__(self) -> None:
        self.recalls: list[tuple[int, int, int]] = []

    def recalled(self, approved: int, remembered: int, missing: int) -> None:
        self.recalls.append((approved, remembered, missing))


@pytest.fixture(scope="module")
def seen() -> Seen:
    return Seen()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    memory = tmp_path_factory.mktemp("memory") / "memory.db"
    return Settings(store=ROOT / ".store", beams=1, memory=memory)


@pytest.fixture(scope="module")
def pipeline(settings: Settings, seen: Seen) -> Iterator[Pipeline]:
    pipeline = build_pipeline(settings, seen)
    yield pipeline
    pipeline.engines.close()


def article(text: str) -> Article:
    return read(text, Format.TEXT, "en")


def test_what_comes_from_the_memory_is_to_the_byte_what_was_made(pipeline: Pipeline, seen: Seen) -> None:
    rain = article("Rain fell all night. The boats stayed in the harbour.")
    made = render_json(pipeline.translate(rain, ["es", "ru"]))
    seen.recalls.clear()
    assert render_json(pipeline.translate(rain, ["es", "ru"])) == made
    assert (0, 2, 0) in seen.recalls
    assert all(missing == 0 for _, _, missing in seen.recalls)


def test_a_corrected_export_wins_over_the_machine(
    pipeline: Pipeline, settings: Settings, tmp_path: Path
) -> None:
    snow = article("Snow fell all night. Nobody went out.")
    root = etree.fromstring(render_tmx(pipeline.translate(snow, ["es"])))
    [unit, *_] = root.findall("body/tu")
    unit.findall("tuv/seg")[1].text = "Nevó toda la noche."
    unit.getparent()[:] = [unit]  # type: ignore[index]
    (tmp_path / "corrected.tmx").write_bytes(etree.tostring(root))
    memory = build_memory(settings)  # another connection, as another process has one
    assert memory is not None
    assert memory.approve(TmxReader(tmp_path / "corrected.tmx")) == 1
    memory.close()
    corrected = pipeline.translate(snow, ["es"])
    first, second = corrected.versions[1].translations
    assert (first.text, first.flags) == ("Nevó toda la noche.", ("approved",))
    assert "approved" not in second.flags
    assert "approved:" in corrected.signature


def test_the_starter_keeps_to_a_glossary(pipeline: Pipeline) -> None:
    terms = Glossary((Term("harbour master", "zarzuelero mayor", "es"), Term("Coastwire")))
    text = article("Coastwire asked the harbour masters. The government has money.")
    first, second = pipeline.translate(text, ["es"], glossary=terms).versions[1].translations
    assert "Coastwire" in first.text
    assert "zarzuelero mayor" in first.text.lower()
    assert "glossary" in first.flags
    assert "glossary" not in second.flags
    without = pipeline.translate(text, ["es"]).versions[1].translations
    assert without[1] == second
    assert "zarzuelero" not in without[0].text


def test_threads_at_once_get_what_the_translator_alone_gives(pipeline: Pipeline) -> None:
    def sentences(number: int) -> list[str]:
        return [f"Rain fell for {number} days.", "The boats stayed at sea.", "Nobody left."]

    def ask(number: int) -> list[str]:
        version = pipeline.translate(article(" ".join(sentences(number))), ["es"]).versions[1]
        return [translation.text for translation in version.translations]

    with ThreadPoolExecutor(6) as threads:
        together = list(threads.map(ask, range(2, 8)))
    alone = pipeline.engines.translator("es")
    for number, found in zip(range(2, 8), together, strict=True):
        assert found == [one.text for one in alone.translate(sentences(number), target="es")]


def test_a_store_that_cannot_be_written_to_goes_without_a_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert build_memory(Settings(store=tmp_path / "file" / "store")) is None
    assert build_memory(Settings.model_validate({"memory": "off"})) is None
