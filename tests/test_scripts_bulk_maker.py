from __future__ import annotations

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest
from bulk.maker import LANGUAGES, MadeDocument, Maker, Rates
from bulk.readers import open_input

from alignment.rows import align_versions
from models.loading import load_encoder
from service.article import Format
from service.documents import article_of

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "make_corpus.py"


def sentences(made: MadeDocument) -> dict[str, list[str]]:
    return {
        language: [sentence.text for sentence in article_of(text, Format.TEXT, language).sentences]
        for language, text in made.texts.items()
    }


def test_rows_hold_every_sentence_of_every_version_once_and_in_order() -> None:
    maker = Maker(7, rates=Rates(0.2, 0.1, 0.1))
    for number in range(40):
        made = maker.document(number)
        for language, found in sentences(made).items():
            held = [index for row in made.rows for index in row[language]]
            assert held == list(range(len(found))), (number, language)
        assert all(any(row.values()) for row in made.rows)


def test_a_document_depends_on_the_seed_and_its_number_alone() -> None:
    numbers = list(range(20))
    random.shuffle(numbers)
    shuffled = Maker(3)
    made = {number: shuffled.document(number) for number in numbers}
    assert [Maker(3).document(number) for number in range(20)] == [made[number] for number in range(20)]
    assert Maker(4).document(0) != made[0]


def test_merges_omissions_and_additions_happen_as_often_as_they_are_asked_for() -> None:
    plain = Maker(1, rates=Rates(0, 0, 0))
    assert {tuple(map(len, row.values())) for n in range(20) for row in plain.document(n).rows} == {(1, 1, 1)}
    shapes = {tuple(map(len, row.values())) for n in range(60) for row in Maker(1).document(n).rows}
    assert {(1, 1, 1), (2, 1, 2), (1, 0, 1), (0, 1, 0)} <= shapes


def test_long_sentences_are_as_long_as_those_of_news_and_change_no_row() -> None:
    made = [Maker(1, long=True).document(number) for number in range(40)]
    lengths = [len(text) for each in made for text in sentences(each)["en"][1:]]
    assert 115 < sum(lengths) / len(lengths) < 140
    for each in made:
        last = {language: max(max(row[language], default=0) for row in each.rows) for language in LANGUAGES}
        assert {language: len(found) - 1 for language, found in sentences(each).items()} == last


def test_the_first_document_is_what_it_always_was() -> None:
    made = Maker(1, events=2, rates=Rates(0, 0, 0)).document(0)
    assert made.texts == {
        "en": "What happened under the bridge\n\n"
        "At noon, the young teacher ordered 4838 umbrellas behind the church "
        "while the children were sleeping. The first snow fell in the village square.\n",
        "es": "Lo que pasó debajo del puente\n\n"
        "Al mediodía la joven maestra encargó 4838 paraguas "
        "detrás de la iglesia mientras los niños dormían. Cayó la primera nieve en la plaza del pueblo.\n",
        "ru": "Что случилось под мостом\n\n"
        "В полдень молодая учительница заказала 4838 зонтов "
        "за церковью, пока дети спали. Выпал первый снег на деревенской площади.\n",
    }


def test_a_good_aligner_finds_the_rows() -> None:
    maker, encoder = Maker(11), load_encoder()
    right = found = expected = 0
    for number in range(2):
        made = maker.document(number)
        gold = {tuple(row[language] for language in LANGUAGES) for row in made.rows}
        rows = align_versions(sentences(made), encoder)
        got = {tuple(row.sentences[language] for language in LANGUAGES) for row in rows}
        right, found, expected = right + len(gold & got), found + len(got), expected + len(gold)
    assert 2 * right / (found + expected) > 0.9


@pytest.fixture
def script() -> Any:
    spec = importlib.util.spec_from_file_location("make_corpus", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(folder: Path, *specs: str) -> tuple[dict[str, dict[str, str]], list[str]]:
    """The texts of the documents that can be read, and the ids of the others."""
    good, bad = {}, []
    for document in open_input([str(folder / spec) for spec in specs], languages=LANGUAGES).documents():
        try:
            articles = document.articles(LANGUAGES, 10**6)
            if any(not article.sentences for article in articles):
                raise ValueError("empty")
            good[document.id] = {article.language: article.text for article in articles}
        except Exception:  # noqa: BLE001  # whatever is wrong with them
            bad.append(document.id)
    return good, bad


def test_a_corpus_is_made_as_files_or_as_a_manifest_with_its_gold(script: Any, tmp_path: Path) -> None:
    options = ["--documents", "6", "--bad", "4", "--seed", "5"]
    assert script.main([str(tmp_path / "files"), *options]) == 0
    assert script.main([str(tmp_path / "jsonl"), *options, "--form", "jsonl"]) == 0
    good, bad = read(tmp_path, "files")
    again, bad_again = read(tmp_path, "jsonl/corpus.jsonl")
    assert good == again == {f"doc-{n:07d}": dict(Maker(5).document(n).texts) for n in range(6)}
    assert len(bad) == len(bad_again) == 4
    gold = [json.loads(line) for line in (tmp_path / "files" / "gold.jsonl").read_text("utf-8").splitlines()]
    assert [line["id"] for line in gold] == list(good)
    assert gold[0]["rows"][0] == {"en": [0], "es": [0], "ru": [0]}


@pytest.mark.parametrize(
    "arguments", [["--languages", "en"], ["--languages", "en", "en"], ["--documents", "-1"], ["--merge", "2"]]
)
def test_bad_usage_is_one_line_and_exit_code_2(
    arguments: list[str], script: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert script.main([str(tmp_path / "out"), *arguments]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
