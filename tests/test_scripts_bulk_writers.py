from __future__ import annotations

import csv
import gzip
import io
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
from bulk.errors import OptionError, UnknownFormError
from bulk.manifest import Counts, ShardManifest
from bulk.readers import open_input
from bulk.record import Record
from bulk.writers import FORMS, form_of, make_writer
from bulk.writers.shard import Names
from bulk_fixture import LANGUAGES, record, records, tiny, written
from hypothesis import given, settings
from lxml import etree
from pyarrow import parquet
from training.config import CorpusFile
from training.corpus import read_corpus

from service.render.text import xml_text

if TYPE_CHECKING:
    from service.render.column import Column

RULES = etree.DTD(Path(__file__).with_name("tmx_rules.dtd"))


def texts_of(held: Record, *, least: int = 1) -> list[dict[str, str]]:
    """What each row of at least so many versions says, by language."""
    columns: dict[str, Column] = dict(zip(held.languages, held.columns(), strict=True))
    said = (
        {name: columns[name].text(indices) for name, indices in row.sentences.items() if indices}
        for row in held.rows
    )
    return [row for row in said if len(row) >= least]


def sentences_read(paths: list[Path], **options: Any) -> dict[str, dict[str, list[str]]]:
    """The sentences of every document that the reader finds in files of parallel sentences."""
    reader = open_input([str(path) for path in paths], languages=LANGUAGES, **options)
    found = {}
    for document in reader.documents():
        assert not document.problem
        articles = document.articles(LANGUAGES, 10**6, least=0)
        found[document.id] = {each.language: [s.text for s in each.sentences] for each in articles}
    return found


def sides(held: list[Record], *, least: int = 1) -> dict[str, dict[str, list[str]]]:
    """The texts that each language has in the rows of each record that has any."""
    found: dict[str, dict[str, list[str]]] = {}
    for each in held:
        for said in texts_of(each, least=least):
            for language, text in said.items():
                found.setdefault(each.id, {}).setdefault(language, []).append(text)
    return found


@pytest.mark.parametrize("form", [*FORMS, "jsonl.zst", "tmx.gz", "moses.zst", "tsv.gz"])
def test_the_same_records_give_the_same_bytes(form: str, tmp_path: Path) -> None:
    held = [record("one"), tiny("two")]
    first, second = (
        [
            (path.relative_to(tmp_path / run), path.read_bytes())
            for path in written(make_writer(form, LANGUAGES), tmp_path / run, held)
        ]
        for run in ("a", "b")
    )
    assert first == second
    assert len({name for name, _ in first}) == len(first) > 0


@pytest.mark.parametrize("form", FORMS)
def test_a_shard_without_documents_is_a_shard(form: str, tmp_path: Path) -> None:
    for path in written(make_writer(form, LANGUAGES), tmp_path, []):
        assert path.is_file()


@settings(max_examples=30)
@given(records())
def test_every_row_is_in_every_lossless_form_exactly_once(held: list[Record]) -> None:
    rows = [(each.id, said) for each in held for said in texts_of(each)]
    with TemporaryDirectory() as name:
        folder = Path(name)
        (jsonl,) = written(make_writer("jsonl", LANGUAGES), folder, held)
        assert [Record.from_bytes(line) for line in jsonl.read_bytes().splitlines()] == held

        (table,) = written(make_writer("parquet", LANGUAGES), folder, held)
        found = parquet.read_table(table).to_pylist()
        assert [
            (
                row["document"],
                {name: row[name]["text"] for name in LANGUAGES if row[name] and row[name]["texts"]},
            )
            for row in found
        ] == rows

        (data,) = written(make_writer("datasets", LANGUAGES), folder, held)
        found = parquet.read_table(data).to_pylist()
        assert [
            (row["document"], {name: text for name, text in row["translation"].items() if text})
            for row in found
        ] == rows

        (tsv,) = written(make_writer("tsv", LANGUAGES), folder, held)
        lines = list(csv.DictReader(io.StringIO(tsv.read_text("utf-8"), newline=""), dialect="excel-tab"))
        assert [
            {name: line[name].removeprefix("'") for name in LANGUAGES if line[name]} for line in lines
        ] == [{name: text.removeprefix("'") for name, text in said.items()} for _, said in rows]

        (tmx,) = written(make_writer("tmx", LANGUAGES), folder, held)
        root = etree.parse(tmx).getroot()
        assert RULES.validate(root), RULES.error_log
        assert [len(unit.findall("tuv")) for unit in root.iter("tu")] == [
            len(said) for _, said in rows if len(said) > 1
        ]

        pairs = {path.name: path for path in written(make_writer("moses", LANGUAGES), folder, held)}
        for one, other in (("en", "es"), ("en", "ru"), ("es", "ru")):
            both = [said for _, said in rows if one in said and other in said]
            for language in (one, other):
                path = pairs.get(f"part.{one}-{other}.{language}")
                got = path.read_text("utf-8").split("\n")[:-1] if path else []
                assert got == [said[language] for said in both]


@settings(max_examples=10)
@given(records())
def test_every_form_takes_every_record_one_without_rows_too(held: list[Record]) -> None:
    with TemporaryDirectory() as name:
        for form in FORMS:
            files = written(make_writer(form, LANGUAGES), Path(name), [*held, record("none").only([])])
            assert all(path.is_file() for path in files)
            if form in ("html", "xliff"):
                assert len({path.name.casefold() for path in files}) == len(files) > len(held)


@settings(max_examples=20)
@given(records())
def test_what_is_written_can_be_read_again(held: list[Record]) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for form in ("parquet", "datasets"):
            assert sentences_read(written(make_writer(form, LANGUAGES), folder, held)) == {
                each.id: sides([each]).get(each.id, {}) for each in held if each.rows
            }
        tmx = written(make_writer("tmx", LANGUAGES), folder, held)
        assert sentences_read(tmx, tmx_documents="tuid") == {
            document: {language: [xml_text(text) for text in texts] for language, texts in said.items()}
            for document, said in sides(held, least=2).items()
        }


def test_jsonl_is_read_again_without_what_a_machine_made(tmp_path: Path) -> None:
    held = [record("one"), tiny("two")]
    (path,) = written(make_writer("jsonl.zst", LANGUAGES), tmp_path, held)
    documents = list(open_input([str(path)], languages=LANGUAGES).documents())
    assert [(each.id, list(each.versions)) for each in documents] == [
        ("one", ["en", "es"]),
        ("two", ["en", "es"]),
    ]
    articles = documents[1].articles(LANGUAGES, 10**6)
    assert {each.language: each.text for each in articles} == tiny().texts


def test_moses_pairs_are_read_again_by_their_ids(tmp_path: Path) -> None:
    held = [record("one"), tiny("two/2")]
    paths = written(make_writer("moses.gz", LANGUAGES), tmp_path, held)
    pair = [path for path in paths if ".en-es." in path.name]
    expected = {
        each.id: {
            name: [said[name] for said in texts_of(each) if {"en", "es"} <= set(said)]
            for name in ("en", "es")
        }
        for each in held
    }
    assert sentences_read(pair) == expected


def test_the_text_forms_of_a_small_record(tmp_path: Path) -> None:
    held = [tiny()]

    def content(form: str) -> dict[str, str]:
        return {
            path.relative_to(tmp_path).as_posix(): path.read_text("utf-8")
            for path in written(make_writer(form, ("en", "es")), tmp_path, held)
        }

    assert content("moses") == {
        "part.en-es.en": "Rain fell.\nBoats stayed in. Nobody left.\n",
        "part.en-es.es": "Llovió.\nNadie salió; los barcos, tampoco.\n",
        "part.en-es.ids": "d/1\t1\t0.9000\nd/1\t2\t0.7500\n",
    }
    signature = "triptych:0 encoder:letters"
    assert content("tsv")["part.tsv"] == (
        "document\trow\tscore\ten\tes\tfindings\tsignature\n"
        f"d/1\t1\t0.9000\tRain fell.\tLlovió.\t\t{signature}\n"
        f"d/1\t2\t0.7500\tBoats stayed in. Nobody left.\tNadie salió; los barcos, tampoco.\t\t{signature}\n"
        f'd/1\t3\t0.0000\t"She said ""no""."\t\tmissing es: es lacks this content\t{signature}\n'
        f"d/1\t4\t0.0000\t\t'=Fin\t\t{signature}\n"
    )
    tmx = content("tmx")["part.tmx"]
    assert tmx.startswith("<?xml version='1.0' encoding='UTF-8'?>\n<tmx version=\"1.4\">\n<header ")
    assert (
        '\n<tu tuid="d/1/row-2" segtype="block"><prop type="x-triptych-score">0.7500</prop>'
        '<tuv xml:lang="en"><prop type="x-origin">given</prop><seg>Boats stayed in. Nobody left.</seg></tuv>'
        '<tuv xml:lang="es"><prop type="x-origin">given</prop>'
        "<seg>Nadie salió; los barcos, tampoco.</seg></tuv></tu></body></tmx>"
    ) in tmx
    line = json.loads(content("jsonl")["part.jsonl"])
    assert list(line) == ["id", "signature", "versions", "rows", "findings"]
    assert line["rows"][1] == {"index": 1, "sentences": {"en": [1, 2], "es": [1]}, "score": 0.75}
    assert list(content("xliff")) == ["part/d%2F1.es.xlf"]


def test_a_parquet_row_has_ids_sentences_texts_offsets_score_findings_and_signature(tmp_path: Path) -> None:
    (path,) = written(make_writer("parquet", ("en", "es", "ru")), tmp_path, [tiny()])
    rows = parquet.read_table(path).to_pylist()
    assert [row["type"] for row in rows] == ["1:1:0", "2:1:0", "1:0:0", "0:1:0"]
    row = rows[1]
    assert (row["document"], row["row"], row["score"], row["ru"]) == ("d/1", 1, 0.75, None)
    english = row["en"]
    assert english["texts"] == ["Boats stayed in.", "Nobody left."]
    assert english["sentences"] == [1, 2]
    text = tiny().texts["en"]
    spans = zip(english["starts"], english["ends"], strict=True)
    assert [text[start:end] for start, end in spans] == english["texts"]
    assert english["origin"] == "given"
    assert rows[2]["findings"] == [
        {"language": "es", "kind": "missing", "severity": "note", "reason": "es lacks this content"}
    ]
    assert {row["signature"] for row in rows} == {"triptych:0 encoder:letters"}


def test_a_table_is_written_in_groups_of_rows_as_it_grows(tmp_path: Path) -> None:
    (path,) = written(
        make_writer("datasets", LANGUAGES), tmp_path, [tiny(str(number)) for number in range(2_000)]
    )
    groups = parquet.ParquetFile(path).metadata
    assert [groups.row_group(number).num_rows for number in range(groups.num_row_groups)] == [5_000, 3_000]


def test_training_reads_the_tmx_form(tmp_path: Path) -> None:
    (path,) = written(make_writer("tmx.gz", LANGUAGES), tmp_path, [tiny("a"), tiny("b")])
    pairs = list(read_corpus(CorpusFile(path=path, target="es")))
    assert [(pair.source, pair.translation) for pair in pairs] == [
        ("Rain fell.", "Llovió."),
        ("Boats stayed in. Nobody left.", "Nadie salió; los barcos, tampoco."),
    ] * 2


def test_a_unit_of_a_document_with_another_signature_says_so(tmp_path: Path) -> None:
    (path,) = written(make_writer("tmx", LANGUAGES), tmp_path, [tiny("a"), record("b")])
    root = etree.parse(path).getroot()
    assert RULES.validate(root), RULES.error_log
    signed = {
        unit.get("tuid").rpartition("/")[0]: unit.findtext("prop[@type='x-triptych-signature']")
        for unit in root.iter("tu")
    }
    assert signed == {"a": None, "b": record().signature}


def test_a_folder_of_the_datasets_form_is_loaded_by_datasets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    datasets = pytest.importorskip("datasets")
    folder, held = tmp_path / "out", [record("one"), tiny("two")]
    for number, each in enumerate(held):
        written(make_writer("datasets", LANGUAGES), folder, [each], f"{number:05d}")
    finish = FORMS["datasets"].finish
    assert finish is not None
    assert finish(str(folder), LANGUAGES, [manifest("00000", held[:1]), manifest("00001", held[1:])]) == [
        "README.md"
    ]
    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))["train"]
    assert len(loaded) == sum(len(each.rows) for each in held)
    assert loaded.features["translation"].languages == list(LANGUAGES)
    assert loaded[0]["translation"]["en"] == "The tide mill turns again in Port Brannoch"
    assert f"{len(loaded)} beads of 2 documents" in (folder / "README.md").read_text("utf-8")


def manifest(stem: str, held: list[Record]) -> ShardManifest:
    counts = Counts()
    for each in held:
        counts.add(each)
    return ShardManifest.of(stem, counts, (), {}, (each.signature for each in held))


def test_html_pages_are_reached_from_the_index_through_their_shards(tmp_path: Path) -> None:
    held = [record("a:b<c>"), record("index"), tiny("d/1")]
    paths = written(make_writer("html", LANGUAGES), tmp_path, held)
    assert FORMS["html"].finish is not None
    assert FORMS["html"].finish(str(tmp_path), LANGUAGES, [manifest("part", held)]) == ["index.html"]
    seen, waiting = set(), [tmp_path / "index.html"]
    while waiting:
        page = waiting.pop()
        seen.add(page)
        root = etree.parse(page, etree.HTMLParser(encoding="utf-8")).getroot()
        for link in root.iter("a"):
            target = link.get("href")
            if not target.startswith(("#", "http")):
                found = Path(os.path.normpath(page.parent / unquote(target)))
                if found not in seen:
                    waiting.append(found)
    assert seen == {*paths, tmp_path / "index.html"}
    assert "a:b&lt;c&gt;" in (tmp_path / "part" / "index.html").read_text("utf-8")


def test_names_of_files_are_safe_and_never_the_same_twice() -> None:
    names = Names(reserved=("index",))
    made = [
        names.of(name)
        for name in ("a", "A", "../etc/passwd", "index", "x" * 400, "con.", "ж/é", "a%2Fb", "a/b")
    ]
    assert made[0] == "a"
    assert made[1].startswith("A-")
    assert made[2] == "%2E.%2Fetc%2Fpasswd"
    assert made[6] == "ж%2Fé"
    assert len({name.casefold() for name in made}) == len(made)
    assert all(len(name.encode()) < 220 and "/" not in name for name in made)


def test_shards_are_written_to_any_file_system_that_fsspec_knows() -> None:
    fsspec = pytest.importorskip("fsspec")
    for form in FORMS:
        writer = make_writer(form, LANGUAGES)
        writer.begin("memory://bulk-writers/out", "part")
        writer.write(tiny())
        for name in writer.close():
            assert fsspec.filesystem("memory").exists(f"/bulk-writers/out/{name}"), form
    fsspec.filesystem("memory").rm("/bulk-writers", recursive=True)


def test_gzip_has_neither_a_time_nor_a_name_in_it(tmp_path: Path) -> None:
    (path,) = written(make_writer("tsv.gz", LANGUAGES), tmp_path, [tiny()])
    head = path.read_bytes()[:10]
    assert head[3] == 0  # no flags, so no name
    assert head[4:8] == bytes(4)
    assert gzip.decompress(path.read_bytes()).startswith(b"document\t")


def test_unknown_forms_and_senseless_compression_are_refused() -> None:
    with pytest.raises(UnknownFormError, match="jsonl, parquet"):
        form_of("docx")
    with pytest.raises(OptionError, match="not compressed as a whole"):
        form_of("parquet.gz")
    assert form_of("moses.zst") == (FORMS["moses"], ".zst")
