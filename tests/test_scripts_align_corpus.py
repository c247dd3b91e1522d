from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import align_corpus
import pytest
from bulk.aligning import DocumentAligner
from bulk.manifest import ShardManifest, verify
from lxml import etree
from service_fakes import FakeTranslator, fake_pipeline, run_cli

from service.memory.database import Memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bulk.options import RunOptions

    from service.article import Article
    from service.result import Aligned

ENGLISH = "Heavy rain fell on the old harbour all night. Every fishing boat stayed in behind its wall."


def build(options: RunOptions) -> DocumentAligner:
    return DocumentAligner(fake_pipeline(), options)


def run(*arguments: object, build: Callable[[RunOptions], DocumentAligner] = build) -> int:
    return align_corpus.main([*map(str, arguments), "--workers", "0"], build)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def manifest(folder: Path, *texts: str, name: str = "m.jsonl") -> Path:
    """Write documents d0, d1, ... whose Spanish is their English in capitals."""
    rows = [{"id": f"d{n}", "versions": {"en": text, "es": text.upper()}} for n, text in enumerate(texts)]
    (folder / name).write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder / name


def content(folder: Path) -> dict[str, bytes]:
    """Return all that a run promises to give byte for byte."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("run.sqlite3")
    }


def texts(count: int) -> list[str]:
    return [f"The ship number {n} left at noon. Nobody saw it again by night {n}." for n in range(count)]


def test_a_folder_becomes_jsonl_and_tmx_and_bad_documents_are_reported(tmp_path: Path) -> None:
    source, out = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    for name, content in {
        "a1.en.txt": ENGLISH.encode(),
        "a1.es.md": ENGLISH.upper().encode(),
        "a1.ru.txt": ENGLISH.encode(),
        "bad.en.txt": b"\xff\xfe words",
        "bad.es.txt": b"words here",
        "rtf.en.rtf": b"x",
        "rtf.es.txt": b"words here",
        "empty.en.txt": b"",
        "empty.es.txt": b"words here",
        "lonely.en.txt": b"words here",
        "twice.en.txt": b"words here",
        "twice.en.md": b"words here",
        "b.2.en.txt": ENGLISH.encode(),
        "b.2.ru.txt": ENGLISH.upper().encode(),
        "README": b"not a document",
    }.items():
        (source / name).write_bytes(content)
    assert run(source, out, "--languages", "en", "es", "ru") == 1
    aligned = lines(out / "jsonl" / "part-00000.jsonl")
    assert [(row["id"], list(row["versions"])) for row in aligned] == [
        ("a1", ["en", "es", "ru"]),
        ("b.2", ["en", "ru"]),
    ]
    assert aligned[0]["rows"][0]["sentences"] == {"en": [0], "es": [0], "ru": [0]}
    failed = {row["id"]: row["reason"] for row in lines(out / "failed.jsonl")}
    assert sorted(failed) == ["bad", "empty", "lonely", "rtf", "twice"]
    assert "not UTF-8" in failed["bad"]
    assert "only en" in failed["lonely"]
    units = etree.parse(out / "tmx" / "part-00000.tmx").findall("body/tu")
    assert [unit.get("tuid") for unit in units] == ["a1/row-1", "a1/row-2", "b.2/row-1", "b.2/row-2"]
    names = ["failed.jsonl", "jsonl", "manifests", "report.html", "run.sqlite3", "tmx"]
    assert sorted(path.name for path in out.iterdir()) == names
    held = ShardManifest.from_bytes((out / "manifests" / "part-00000.json").read_bytes())
    assert (held.documents, held.beads) == (2, 4)
    assert verify(str(out), held) == []


def test_a_manifest_holds_texts_or_paths(tmp_path: Path) -> None:
    (tmp_path / "x.md").write_text(ENGLISH, encoding="utf-8")
    rows: list[Any] = [
        {"id": "one", "versions": {"en": {"path": "x.md"}, "es": ENGLISH.upper()}},
        {"id": "one", "versions": {"en": ENGLISH, "es": ENGLISH}},
        {"id": "two", "format": "html", "versions": {"en": f"<p>{ENGLISH}</p>", "es": f"<p>{ENGLISH}</p>"}},
        {"id": "three", "format": "rtf", "versions": {}},
        {"id": "four"},
        [],
    ]
    text = "\n".join(json.dumps(row) for row in rows) + "\n{broken\n"
    (tmp_path / "m.jsonl").write_text(text, encoding="utf-8")
    assert run(tmp_path / "m.jsonl", tmp_path / "out", "--languages", "en", "es") == 1
    aligned = lines(tmp_path / "out" / "jsonl" / "part-00000.jsonl")
    assert [row["id"] for row in aligned] == ["one", "two"]
    failed = [row["id"] for row in lines(tmp_path / "out" / "failed.jsonl")]
    assert failed == ["line 2", "line 4", "line 5", "line 6", "line 7"]


def test_a_run_without_failures_says_so_by_its_exit_code(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "failed.jsonl").write_text("of an earlier run", encoding="utf-8")
    assert run(manifest(tmp_path, ENGLISH), out, "--languages", "en", "es") == 0
    assert not (out / "failed.jsonl").exists()


def moody(word: str, error: Callable[[], None]) -> Callable[[RunOptions], DocumentAligner]:
    """Return a builder of aligners that do something at documents with a word in them."""

    def build(options: RunOptions) -> DocumentAligner:
        pipeline = fake_pipeline()
        compare = pipeline.compare

        def at_last(articles: list[Article], *rest: Any) -> Aligned:
            if word in articles[0].text:
                error()
            return compare(articles, *rest)

        pipeline.compare = at_last  # type: ignore[assignment,method-assign]
        return DocumentAligner(pipeline, options)

    return build


def luckless() -> None:
    raise RuntimeError("no such luck")


def test_an_error_nobody_foresaw_fails_its_document_only(tmp_path: Path) -> None:
    source = manifest(tmp_path, "boom it goes", ENGLISH)
    out = tmp_path / "out"
    assert run(source, out, "--languages", "en", "es", build=moody("boom", luckless)) == 1
    assert [row["id"] for row in lines(out / "jsonl" / "part-00000.jsonl")] == ["d1"]
    assert lines(out / "failed.jsonl") == [{"id": "d0", "reason": "unforeseen RuntimeError: no such luck"}]


def test_bad_usage_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for arguments in (
        [tmp_path / "none", tmp_path / "out", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "file", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "en"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es", "--to", "pdf"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es", "--to", "tmx", "tmx.gz"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es", "--types", "one"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es", "--shard-documents", "0"],
        [tmp_path / "empty", "memory://out", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es", "--resume", "--overwrite"],
    ):
        assert run(*arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_second_run_into_a_folder_must_say_what_it_wants(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, out = manifest(tmp_path, *texts(3)), tmp_path / "out"
    base = (source, out, "--languages", "en", "es", "--shard-documents", "1")
    assert run(*base) == 0
    first = content(out)
    assert run(*base) == 2
    assert "--resume" in capsys.readouterr().err
    assert run(*base, "--resume", "--min-score", "0.5") == 2
    assert "min-score was 0.0 and is 0.5" in capsys.readouterr().err
    assert run(*base, "--resume") == 0
    assert content(out) == first
    manifest(tmp_path, *texts(1))
    assert run(*base, "--overwrite") == 0
    assert [name for name in content(out) if name.startswith("jsonl")] == ["jsonl/part-00000.jsonl"]


@pytest.mark.parametrize("changed", [["other"], [], ["same", "another"]])
def test_a_changed_input_is_refused(
    changed: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, *_ = texts(1)
    source = manifest(tmp_path, first, "And then there was one more.")
    arguments = (source, tmp_path / "out", "--languages", "en", "es")
    assert run(*arguments) == 0
    rest = ["And then there was one more." if each == "same" else each for each in changed]
    manifest(tmp_path, first, *rest)
    assert run(*arguments, "--resume") == 2
    assert "input has changed" in capsys.readouterr().err


def test_what_failed_is_tried_again_when_asked(tmp_path: Path) -> None:
    source, out = manifest(tmp_path, *texts(2), "boom " + texts(1)[0], *texts(5)[2:]), tmp_path / "out"
    base = ("--languages", "en", "es", "--shard-documents", "2", "--dedupe", "--to", "jsonl", "html")
    assert run(source, out, *base, build=moody("boom", luckless)) == 1
    assert run(source, out, *base, "--resume") == 1  # it is not tried again by itself
    assert run(source, out, *base, "--retry-failed") == 0
    assert run(source, tmp_path / "unbroken", *base) == 0
    assert content(out) == content(tmp_path / "unbroken")


def test_a_signal_stops_a_run_that_can_be_resumed(tmp_path: Path) -> None:
    source = manifest(tmp_path, *texts(3), "boom " + texts(1)[0], *texts(6)[3:])
    base = ("--languages", "en", "es", "--shard-documents", "2")
    assert run(source, tmp_path / "unbroken", *base) == 0
    stop = moody("boom", lambda: signal.raise_signal(signal.SIGTERM))
    assert run(source, tmp_path / "out", *base, build=stop) == 3
    assert not (tmp_path / "out" / "report.html").exists()
    assert run(source, tmp_path / "out", *base, "--resume") == 0
    assert content(tmp_path / "out") == content(tmp_path / "unbroken")


def test_a_shard_that_is_not_what_was_written_is_written_again(tmp_path: Path) -> None:
    source, out = manifest(tmp_path, *texts(6), *texts(2)), tmp_path / "out"
    base = (source, out, "--languages", "en", "es", "--shard-documents", "2", "--dedupe")
    assert run(*base) == 0
    whole = content(out)
    cut = out / "jsonl" / "part-00000.jsonl"
    cut.write_bytes(cut.read_bytes()[:-9])  # the last line breaks off
    (out / "tmx" / "part-00002.tmx").unlink()
    (out / ".run" / "part-00001").mkdir(parents=True)
    (out / ".run" / "part-00001" / "half").write_bytes(b"written")
    assert run(*base, "--resume") == 0
    assert content(out) == whole
    changed = out / "tmx" / "part-00001.tmx"
    changed.write_bytes(changed.read_bytes().replace(b"ship", b"shop"))
    assert run(*base, "--resume", "--verify") == 0
    assert content(out) == whole


def test_a_damaged_ledger_is_told_and_can_be_begun_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = (manifest(tmp_path, *texts(2)), tmp_path / "out", "--languages", "en", "es")
    assert run(*base) == 0
    (tmp_path / "out" / "run.sqlite3").write_bytes(b"no ledger at all" * 100)
    assert run(*base, "--resume") == 2
    assert "damaged" in capsys.readouterr().err
    assert run(*base, "--overwrite") == 0


def test_one_run_at_a_time_has_the_ledger(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = (manifest(tmp_path, *texts(1)), tmp_path / "out", "--languages", "en", "es")
    assert run(*base) == 0
    other = sqlite3.connect(tmp_path / "out" / "run.sqlite3")
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    assert run(*base, "--resume") == 2
    assert "Another run" in capsys.readouterr().err
    other.close()


def test_duplicates_low_scores_and_other_types_are_left_out_of_every_form(tmp_path: Path) -> None:
    source, out = manifest(tmp_path, texts(1)[0], texts(1)[0], texts(2)[1]), tmp_path / "out"
    base = (source, out, "--languages", "en", "es", "--to", "jsonl", "tsv", "--compress", "gz")
    assert run(*base, "--dedupe", "--types", "1:1", "--min-score", "0.1", "--shard-documents", "2") == 0
    held = [ShardManifest.from_bytes(path.read_bytes()) for path in sorted((out / "manifests").iterdir())]
    assert [(each.documents, each.beads) for each in held] == [(2, 2), (1, 2)]
    assert [file.name for file in held[1].files] == ["jsonl/part-00001.jsonl.gz", "tsv/part-00001.tsv.gz"]
    report = (out / "report.html").read_text(encoding="utf-8")
    assert "Left out: duplicate" in report


def test_missing_versions_are_translated(tmp_path: Path) -> None:
    row = {"id": "one", "versions": {"en": ENGLISH, "es": ENGLISH.upper()}}
    (tmp_path / "m.jsonl").write_text(json.dumps(row), encoding="utf-8")
    translator = FakeTranslator()
    assert (
        run(
            tmp_path / "m.jsonl", tmp_path / "out", "--languages", "en", "es", "--translate-missing", "ru",
            build=lambda options: DocumentAligner(fake_pipeline(translator), options),
        )
        == 0
    )  # fmt: skip
    aligned = lines(tmp_path / "out" / "jsonl" / "part-00000.jsonl")[0]
    assert aligned["versions"]["ru"]["origin"] == "machine"
    assert len(translator.asked) == 2


def test_a_dry_run_tells_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = manifest(tmp_path, *texts(5))
    assert run(source, tmp_path / "out", "--languages", "en", "es", "--dry-run") == 0
    said = capsys.readouterr().out
    assert "5 documents in en, es" in said
    assert "1 shards" in said
    assert not (tmp_path / "out").exists()


def test_events_are_json_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = manifest(tmp_path, *texts(2), "word")
    assert run(source, tmp_path / "out", "--languages", "en", "es", "--log-json") == 1
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [event["event"] for event in events] == ["begin", "failed", "shard", "end"]
    assert (events[-1]["settled"], events[-1]["failed"]) == (3, 1)


def test_the_report_has_the_worst_first_and_leads_to_the_pages(tmp_path: Path) -> None:
    good, bad = texts(1)[0], "One two three. Four five six."
    rows = [
        {"id": "good/1", "versions": {"en": good, "es": good.upper()}},
        {"id": "bad", "versions": {"en": bad, "es": "Nada que ver. Otra cosa muy distinta."}},
    ]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    out = tmp_path / "out"
    assert run(tmp_path / "m.jsonl", out, "--languages", "en", "es", "--to", "html") == 0
    page = etree.HTML((out / "report.html").read_text(encoding="utf-8"))
    links = [str(link) for link in page.xpath("//a/@href")]
    assert links == ["./html/part-00000/bad.html", "./html/part-00000/good%252F1.html"]
    assert (out / "html" / "part-00000" / "good%2F1.html").is_file()
    assert len(page.xpath("//svg/rect")) == 20
    assert (out / "html" / "index.html").is_file()


def test_output_goes_to_an_address_and_the_ledger_beside(tmp_path: Path) -> None:
    import fsspec

    source = manifest(tmp_path, *texts(3))
    base = ("--languages", "en", "es", "--shard-documents", "2")
    ledger = ("--ledger", tmp_path / "ledger.sqlite3")
    assert run(source, "memory://bulk-out", *base, *ledger) == 0
    assert run(source, "memory://bulk-out", *base, *ledger, "--resume") == 0
    assert run(source, tmp_path / "out", *base) == 0
    system = fsspec.filesystem("memory")
    for name, held in content(tmp_path / "out").items():
        assert system.cat(f"/bulk-out/{name}") == held


def test_what_was_aligned_is_taken_into_the_translation_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(manifest(tmp_path, *texts(3)), out, "--languages", "en", "es", "--to", "tmx") == 0
    monkeypatch.setenv("TRIPTYCH_MEMORY", str(tmp_path / "memory.db"))
    assert run_cli("memory", "import", out / "tmx" / "part-00000.tmx") == 0
    assert "units are approved" in capsys.readouterr().out
    with closing(Memory(tmp_path / "memory.db", 10)) as memory:
        assert memory.approved(["The ship number 1 left at noon."], "es") == {
            "The ship number 1 left at noon.": "THE SHIP NUMBER 1 LEFT AT NOON."
        }
