from __future__ import annotations

import gzip
import io
import json
import os
import random
from typing import TYPE_CHECKING, Any

import fsspec
import pyarrow as pa
import pytest
import zstandard
from bulk.errors import FolderError, InputError, OptionError
from bulk.readers import open_input
from bulk.readers.files import FilesSource
from bulk.readers.pattern import NamePattern
from bulk.readers.sorting import sorted_names
from pyarrow import parquet

from service.errors import FileError, ServiceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bulk.document import Document

LANGUAGES = ("en", "es", "ru")
TEXT = "Rain fell all night. Boats stayed in."


def documents(*specs: object, **options: Any) -> list[Document]:
    reader = open_input(
        [str(spec) for spec in specs], languages=options.pop("languages", LANGUAGES), **options
    )
    found = list(reader.documents())
    if "-" not in specs:
        assert list(reader.documents()) == found  # again, and the same
        assert reader.count() == len(found)
    return found


def problems(found: list[Document]) -> dict[str, str]:
    return {document.id: document.problem for document in found if document.problem}


def texts(document: Document, max_bytes: int = 10**6) -> dict[str, str]:
    return {each.language: each.text for each in document.articles(LANGUAGES, max_bytes, least=1)}


def sentences(document: Document) -> dict[str, list[str]]:
    return {
        each.language: [sentence.text for sentence in each.sentences]
        for each in document.articles(LANGUAGES, 10**6, least=1)
    }


def put(folder: Path, files: dict[str, str]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = content.encode()
        if name.endswith(".gz"):
            packed = gzip.compress(packed)
        if name.endswith(".zst"):
            packed = zstandard.compress(packed)
        path.write_bytes(packed)
    return folder


def test_a_folder_holds_ids_and_languages_in_names_or_languages_as_folders(tmp_path: Path) -> None:
    put(
        tmp_path,
        {
            "a.en.txt": TEXT,
            "a.es.md": TEXT,
            "a.b.en.txt": TEXT,
            "a.b.ru.html": f"<p>{TEXT}</p>",
            "deep/er/c.en.txt.gz": TEXT,
            "deep/er/c.es.txt.zst": TEXT,
            "en/d.txt": TEXT,
            "es/d.md.gz": TEXT,
            "en/sub/e.x.txt": TEXT,
            "ru/sub/e.x.txt": TEXT,
            "README": "no document",
            "notes.txt": "no language",
            ".hidden.en.txt": TEXT,
            ".git/x.en.txt": TEXT,
        },
    )
    found = documents(tmp_path)
    assert [(each.id, sorted(each.versions)) for each in found] == [
        ("a", ["en", "es"]),
        ("a.b", ["en", "ru"]),
        ("d", ["en", "es"]),
        ("deep/er/c", ["en", "es"]),
        ("sub/e.x", ["en", "ru"]),
    ]
    assert not problems(found)
    for document in found:
        assert {text.strip() for text in texts(document).values()} == {TEXT}


def test_two_versions_in_a_language_and_unknown_extensions_are_problems(tmp_path: Path) -> None:
    put(tmp_path, {"a.en.txt": "x", "a.en.md": "x", "b.en.rtf": "x", "b.es.txt": "x", "c.en.txt": "x"})
    found = problems(documents(tmp_path))
    assert list(found) == ["a", "b"]
    assert "two en versions" in found["a"]
    assert ".rtf" in found["b"]


def test_a_pattern_says_what_files_are_called(tmp_path: Path) -> None:
    put(
        tmp_path,
        {"en/news-1.txt": "x", "es/news-1.txt.gz": "x", "en/other-1.txt": "x", "en/deep/news-2.md": "x"},
    )
    assert [each.id for each in documents(tmp_path, pattern="{lang}/news-{id}.{ext}")] == ["1"]
    put(tmp_path, {"1/en/1-en.txt": "x", "1/es/1-es.txt": "x", "1/es/1-en.txt": "x"})
    found = documents(tmp_path, pattern="{id}/{lang}/{id}-{lang}.{ext}")
    assert [(each.id, sorted(each.versions)) for each in found] == [("1", ["en", "es"])]


@pytest.mark.parametrize("pattern", ["{id}.txt", "{lang}.txt", "{id}.{lang}.{what}"])
def test_a_pattern_without_meaning_is_refused(pattern: str) -> None:
    with pytest.raises(OptionError):
        NamePattern(LANGUAGES, pattern)


def test_the_order_is_that_of_the_ids_whatever_the_file_system_says(tmp_path: Path) -> None:
    names = [("", f"{number}.{language}.txt") for number in range(50) for language in ("en", "es")]

    def shuffled() -> Iterator[tuple[str, str]]:
        random.shuffle(names)
        yield from names

    source = FilesSource("x", shuffled, NamePattern(LANGUAGES), max_bytes=10)
    assert [document.id for _, document in source.found()] == sorted(str(number) for number in range(50))


def test_more_names_than_fit_into_memory_are_sorted_through_files() -> None:
    names = [(str(random.Random(number).random()), "\ud800\n\0") for number in range(3_000)]
    assert list(sorted_names(iter(names), stretch=70)) == sorted(names)


def test_a_link_to_a_folder_is_followed_but_not_round_in_a_circle(tmp_path: Path) -> None:
    put(tmp_path, {"in/sub/a.en.txt": "x", "elsewhere/b.en.txt": "x"})
    (tmp_path / "in" / "sub" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "linked").symlink_to(tmp_path / "elsewhere")
    assert [each.id for each in documents(tmp_path / "in")] == ["linked/b", "sub/a"]


def test_a_folder_that_cannot_be_listed_stops_the_run_before_its_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, {"a.en.txt": "x", "closed/b.en.txt": "x"})
    scandir = os.scandir

    def closed(path: str) -> Any:
        if path.endswith("closed"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", closed)
    with pytest.raises(FolderError, match="closed cannot be listed: Permission denied"):
        next(open_input([str(tmp_path)], languages=LANGUAGES).documents())


def test_an_endless_stream_is_read_document_by_document() -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            line = b'{"id": "a", "versions": {}}\n'
            buffer[: len(line)] = line
            return len(line)

    found = open_input(["-"], languages=LANGUAGES, stdin=io.BufferedReader(Endless())).documents()
    assert [next(found).id for _ in range(3)] == ["a", "line 2", "line 3"]


def test_globs_and_files_named_one_by_one(tmp_path: Path) -> None:
    put(tmp_path, {"x/a.en.txt": "x", "x/a.es.txt": "x", "x/b.en.md": "x", "y/c.en.txt": "x", "m.jsonl": ""})
    assert [each.id for each in documents(tmp_path / "x" / "*.txt")] == ["a"]
    assert [each.id for each in documents(f"{tmp_path}/**/*.*.txt")] == ["x/a", "y/c"]
    found = documents(tmp_path / "x" / "a.es.txt", tmp_path / "x" / "a.en.txt", tmp_path / "y" / "c.*")
    assert [(each.id, sorted(each.versions)) for each in found] == [("a", ["en", "es"]), ("c", ["en"])]


@pytest.mark.parametrize("spec", ["nothing", "no*thing", "unknown.xyz", "lonely.en"])
def test_an_input_that_is_not_there_or_unknown_is_refused(spec: str, tmp_path: Path) -> None:
    put(tmp_path, {"unknown.xyz": "x", "lonely.en": "x"})
    with pytest.raises(InputError):
        open_input([str(tmp_path / spec)], languages=LANGUAGES)


def test_a_manifest_holds_texts_or_paths_and_bad_lines_are_problems(tmp_path: Path) -> None:
    put(tmp_path, {"sub/x.md": f"# Title\n\n{TEXT}"})
    rows: list[Any] = [
        {"id": "one", "versions": {"en": {"path": "sub/x.md"}, "es": TEXT}},
        {"id": "one", "versions": {"en": TEXT}},
        {
            "id": 2,
            "format": "html",
            "versions": {"en": f"<p>{TEXT}</p>", "es": {"text": TEXT, "format": "text"}},
        },
        {"id": "three", "format": "rtf", "versions": {}},
        {"id": "four"},
        {"id": None, "versions": {}},
        {"id": "x" * 2_000, "versions": {}},
        {"id": "five", "versions": {"en": 5}},
        [],
        {"id": "eleven", "versions": {"en": TEXT}},
        {"id": "\ud800", "versions": {}},
    ]
    lines = [json.dumps(row).encode() for row in rows]
    lines += [b"", b"{broken", b"\xff", b"[" * 100_000, b'{"id": "last", "versions": {"en": "cut of']
    (tmp_path / "m.jsonl").write_bytes(b"\n".join(lines))
    found = documents(tmp_path / "m.jsonl")
    assert [each.id for each in found if not each.problem] == ["one", "2", "eleven"]
    assert texts(found[0]) == {"en": f"Title\n\n{TEXT}", "es": TEXT}
    assert texts(found[2]) == {"en": TEXT, "es": TEXT}
    said = problems(found)
    assert len(said) == len(lines) - 4  # three are good, one is empty
    assert "stands earlier" in said["line 2"]
    assert '"rtf" is unknown' in said["line 4"]
    assert "not JSON" in said["line 13"]
    assert "not UTF-8" in said["line 14"]
    assert all("\n" not in each for each in said.values())


def test_the_ids_of_all_documents_are_unique_over_all_inputs(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "versions": {"en": TEXT}})
    put(tmp_path, {"one.jsonl": f"{line}\n{{\n", "two.jsonl.gz": f"{line}\n{{\n", "a.en.txt": TEXT})
    found = documents(tmp_path / "one.jsonl", tmp_path / "two.jsonl.gz", tmp_path / "*.txt")
    assert len({each.id for each in found}) == len(found) == 5
    assert [each.id for each in found][:3] == ["a", "one.jsonl, line 2", "two.jsonl.gz, line 1"]


def test_standard_input_is_jsonl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(put(tmp_path, {"x.txt": TEXT}))
    stream = io.BytesIO(b'{"id": "a", "versions": {"en": {"path": "x.txt"}, "es": "Hola, amigos."}}\n\nbad\n')
    found = documents("-", stdin=stream)
    assert texts(found[0]) == {"en": TEXT, "es": "Hola, amigos."}
    assert list(problems(found)) == ["line 3"]
    assert open_input(["-"], languages=LANGUAGES, stdin=stream).count() is None


@pytest.mark.parametrize("ending", ["gz", "zst"])
def test_a_compressed_manifest_that_breaks_off_loses_only_its_rest(ending: str, tmp_path: Path) -> None:
    rows = [
        json.dumps({"id": str(number), "versions": {"en": f"{random.Random(number).random()} "}})
        for number in range(5000)
    ]
    path = put(tmp_path, {f"m.jsonl.{ending}": "\n".join(rows)}) / f"m.jsonl.{ending}"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    found = list(open_input([str(path)], languages=LANGUAGES).documents())
    assert 0 < len(found) < 5000
    assert [each.id for each in found if not each.problem] == [
        str(number) for number in range(len(found) - 1)
    ]
    assert found[-1].problem


def test_damaged_files_fail_their_documents_with_one_line(tmp_path: Path) -> None:
    put(tmp_path, {"a.en.txt": "x y", "b.en.txt": "x y"})
    (tmp_path / "a.es.txt.gz").write_bytes(b"no gzip")
    (tmp_path / "b.es.txt.zst").write_bytes(b"no zstd")
    for document in documents(tmp_path):
        with pytest.raises(ServiceError, match=r"cannot be read") as caught:
            texts(document)
        assert "\n" not in str(caught.value)


def test_a_version_that_unpacks_to_more_than_the_limit_is_refused(tmp_path: Path) -> None:
    put(tmp_path, {"a.en.txt.gz": "x" * 10_000, "a.es.txt.zst": "y" * 10_000})
    (document,) = documents(tmp_path)
    with pytest.raises(ServiceError, match="1,000 bytes"):
        texts(document, max_bytes=1_000)


def test_parallel_files_are_parted_by_empty_lines_of_each_file(tmp_path: Path) -> None:
    put(tmp_path, {"c.en": "One. Two.\nThree.\n\n\nFour.\n", "c.es.gz": "\ufeffUno.\n\nCuatro.\nCinco.\n"})
    found = documents(tmp_path / "c.es.gz", tmp_path / "c.en")
    assert [(each.id, sentences(each)) for each in found] == [
        ("c/1", {"en": ["One. Two.", "Three."], "es": ["Uno."]}),
        ("c/2", {"en": ["Four."], "es": ["Cuatro.", "Cinco."]}),
    ]


def test_parallel_files_are_parted_by_a_number_of_lines(tmp_path: Path) -> None:
    put(tmp_path, {"c.en": "1\n2\n\n4\n5", "c.ru": "a\n\nb\nd\ne\n"})
    found = documents(tmp_path / "c.*", lines_per_document=2)
    assert [(each.id, sentences(each)) for each in found] == [
        ("c/1", {"en": ["1", "2"], "ru": ["a"]}),
        ("c/2", {"en": ["4"], "ru": ["b", "d"]}),
        ("c/3", {"en": ["5"], "ru": ["e"]}),
    ]


@pytest.mark.parametrize(
    ("english", "spanish", "options"),
    [("1\n2\n3\n", "1\n2\n", {"lines_per_document": 1}), ("1\n\n2\n", "1\n", {})],
)
def test_parallel_files_of_unequal_length_end_in_a_problem(
    english: str, spanish: str, options: dict[str, int], tmp_path: Path
) -> None:
    put(tmp_path, {"c.en": english, "c.es": spanish})
    found = documents(tmp_path / "c.en", tmp_path / "c.es", **options)
    assert [each.id for each in found if not each.problem] == ["c/1"]
    assert len(problems(found)) == 1
    assert "same number of" in found[-1].problem


def test_a_line_that_is_not_utf8_fails_its_document_only(tmp_path: Path) -> None:
    put(tmp_path, {"c.es": "a\n\nb\n\nc\n"})
    (tmp_path / "c.en").write_bytes(b"a\n\n\xff\n\nc\n")
    assert list(problems(documents(tmp_path / "c.en", tmp_path / "c.es"))) == ["c/2"]


def test_a_document_without_an_end_is_not_held_in_memory(tmp_path: Path) -> None:
    put(tmp_path, {"c.en": "words\n" * 1000, "c.es": "palabras\n" * 1000})
    found = documents(tmp_path / "c.en", tmp_path / "c.es", max_bytes=500)
    assert list(problems(found)) == ["c/1"]
    assert "500 bytes" in found[0].problem


TMX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header/><body>
<tu tuid="a/row-1"><prop type="file">f1</prop>
  <tuv xml:lang="EN-us"><seg>Rain <bpt i="1">&lt;b></bpt>fell<ept i="1">&lt;/b></ept>
  <hi>all</hi> night.</seg></tuv>
  <tuv lang="es"><seg>Llovió.</seg></tuv><tuv xml:lang="fr"><seg>Il pleuvait.</seg></tuv></tu>
<tu tuid="a/row-2"><prop type="file">f1</prop><tuv xml:lang="en"><seg>Two. Three.</seg></tuv></tu>
<tu tuid="b/c/row-1"><prop type="file">f2</prop>
  <tuv xml:lang="en"><seg>Four.</seg></tuv><tuv xml:lang="ru"><seg>Четыре.</seg></tuv></tu>
</body></tmx>"""


def test_tmx_is_a_document_a_file_or_by_what_its_units_say(tmp_path: Path) -> None:
    path = put(tmp_path, {"memory.tmx.zst": TMX}) / "memory.tmx.zst"
    (whole,) = documents(path)
    assert whole.id == "memory"
    assert sentences(whole) == {
        "en": ["Rain fell all night.", "Two. Three.", "Four."],
        "es": ["Llovió."],
        "ru": ["Четыре."],
    }
    assert [each.id for each in documents(path, tmx_documents="tuid")] == ["a", "b/c"]
    by_file = documents(path, tmx_documents="prop:file")
    assert [(each.id, sorted(each.versions)) for each in by_file] == [
        ("f1", ["en", "es"]),
        ("f2", ["en", "ru"]),
    ]
    with pytest.raises(OptionError, match="prop:TYPE"):
        open_input([str(path)], languages=LANGUAGES, tmx_documents="prop")


def test_tmx_that_declares_entities_or_is_none_says_what_was_found(tmp_path: Path) -> None:
    declaring = TMX.replace('SYSTEM "tmx14.dtd"', '[<!ENTITY bomb "boom">]')
    put(tmp_path, {"bomb.tmx": declaring, "page.tmx": "<html/>"})
    found = problems(documents(tmp_path / "bomb.tmx", tmp_path / "page.tmx"))
    assert found == {
        "bomb": "bomb.tmx cannot be read. It is no sound TMX: it declares entities, which are not taken.",
        "page": "page.tmx cannot be read. It is no sound TMX: its root element is html, not tmx.",
    }


def test_tmx_that_breaks_off_keeps_the_documents_before(tmp_path: Path) -> None:
    cut = TMX.replace("</body></tmx>", '<tu tuid="d/row-1"><tuv xml:lang="en"><seg>Cut')
    path = put(tmp_path, {"m.tmx": cut}) / "m.tmx"
    found = documents(path, tmx_documents="tuid")
    # Of b/c nobody knows that it was whole.
    assert [(each.id, bool(each.problem)) for each in found] == [("a", False), ("m.tmx, document 2", True)]
    (whole,) = documents(path)
    assert "cannot be read" in whole.problem
    assert problems(documents(put(tmp_path, {"e.tmx": "<tmx/>"}) / "e.tmx")).keys() == {"e"}


def test_parquet_manifests_have_a_column_a_language_or_a_struct(tmp_path: Path) -> None:
    put(tmp_path, {"x.txt": TEXT})
    flat = {
        "id": ["a", "b", "a"],
        "en": [TEXT, None, "x"],
        "es_path": ["x.txt", "x.txt", None],
        "format": [None, "text", None],
    }
    parquet.write_table(pa.table(flat), tmp_path / "flat.parquet")
    found = documents(tmp_path / "flat.parquet")
    assert [(each.id, sorted(each.versions)) for each in found] == [
        ("a", ["en", "es"]),
        ("b", ["es"]),
        ("row 3", []),
    ]
    assert texts(found[0]) == {"en": TEXT, "es": TEXT}
    nested = [
        {"id": 7, "versions": {"en": {"text": TEXT, "path": None}, "es": {"text": None, "path": "x.txt"}}},
        {"id": 8, "versions": {"en": {"text": TEXT, "path": None}, "es": None}},
    ]
    parquet.write_table(pa.Table.from_pylist(nested), tmp_path / "nested.parquet")
    assert [(each.id, sorted(each.versions)) for each in documents(tmp_path / "nested.parquet")] == [
        ("7", ["en", "es"]),
        ("8", ["en"]),
    ]


def test_what_is_no_parquet_of_ours_is_a_problem_and_the_rest_is_read(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").write_bytes(b"PAR1 no")
    parquet.write_table(pa.table({"other": [1]}), tmp_path / "other.parquet")
    put(tmp_path, {"m.jsonl": json.dumps({"id": "a", "versions": {}})})
    found = documents(*(tmp_path / name for name in ("bad.parquet", "other.parquet", "m.jsonl")))
    assert list(problems(found)) == ["bad.parquet", "other.parquet"]
    assert found[-1].id == "a"


def test_all_of_it_is_read_through_fsspec_too() -> None:
    memory = fsspec.filesystem("memory")
    files = {
        "in/a.en.txt": TEXT.encode(),
        "in/a.es.txt.gz": gzip.compress(TEXT.encode()),
        "in/es/b.txt": TEXT.encode(),
        "in/en/b.txt": TEXT.encode(),
        "m.jsonl": json.dumps({"id": "m", "versions": {"en": {"path": "in/a.en.txt"}}}).encode(),
        "c.en": b"one\n",
        "c.es": b"uno\n",
    }
    for name, content in files.items():
        memory.pipe(f"/bulk-readers/{name}", content)
    try:
        base = "memory://bulk-readers"
        found = documents(f"{base}/in", f"{base}/m.jsonl", f"{base}/c.*")
        assert [each.id for each in found] == ["a", "b", "m", "c/1"]
        assert [set(texts(each)) for each in found] == [{"en", "es"}, {"en", "es"}, {"en"}, {"en", "es"}]
        assert texts(found[0]) == {"en": TEXT, "es": TEXT}
        assert [each.id for each in documents(f"{base}/in/*.txt*")] == ["a"]
        with pytest.raises(InputError):
            open_input([f"{base}/nothing"], languages=LANGUAGES)
    finally:
        memory.rm("/bulk-readers", recursive=True)


def test_a_file_system_that_cannot_be_reached_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match="cannot be reached"):
        open_input(["nosuchsystem://a/b"], languages=LANGUAGES)

    class OddError(Exception):
        """What no program foresees."""

    def walk(*_: object) -> Any:
        raise OddError("no\ncredentials.")

    memory = fsspec.filesystem("memory")
    memory.pipe("/bulk-odd/a.en.txt", b"x")
    try:
        reader = open_input(["memory://bulk-odd"], languages=LANGUAGES)
        monkeypatch.setattr(type(memory), "walk", walk)
        with pytest.raises(FolderError, match="no credentials; make it readable"):
            next(reader.documents())
    finally:
        monkeypatch.undo()
        memory.rm("/bulk-odd", recursive=True)


@pytest.mark.skipif(os.name == "nt", reason="names of files are bytes on POSIX systems only")
def test_a_name_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    for ending in (b".en.txt", b".es.txt"):
        (tmp_path / os.fsdecode(b"caf\xe9" + ending)).write_text("x", encoding="utf-8")
    (document,) = documents(tmp_path)
    assert "not UTF-8" in document.problem
    document.id.encode()
