from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from service_fakes import fake_pipeline

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "align_corpus.py"
ENGLISH = "Heavy rain fell on the old harbour all night. Every fishing boat stayed in behind its wall."


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> Any:
    spec = importlib.util.spec_from_file_location("align_corpus", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "align_corpus", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "build_pipeline", lambda _: fake_pipeline())
    return module


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_folder_becomes_jsonl_and_tmx_and_bad_documents_are_reported(script: Any, tmp_path: Path) -> None:
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
    assert script.main([str(source), str(out), "--languages", "en", "es", "ru"]) == 1
    aligned = lines(out / "aligned.jsonl")
    assert [(row["id"], list(row["versions"])) for row in aligned] == [
        ("a1", ["en", "es", "ru"]),
        ("b.2", ["en", "ru"]),
    ]
    assert aligned[0]["rows"][0]["sentences"] == {"en": [0], "es": [0], "ru": [0]}
    failed = {row["id"]: row["reason"] for row in lines(out / "failed.jsonl")}
    assert sorted(failed) == ["bad", "rtf", "empty", "lonely", "twice"]
    assert "not UTF-8" in failed["bad"]
    assert "only en" in failed["lonely"]
    units = etree.parse(out / "aligned.tmx").findall("body/tu")
    assert [unit.get("tuid") for unit in units] == ["a1/row-1", "a1/row-2", "b.2/row-1", "b.2/row-2"]
    assert sorted(path.name for path in out.iterdir()) == ["aligned.jsonl", "aligned.tmx", "failed.jsonl"]


def test_a_manifest_holds_texts_or_paths(script: Any, tmp_path: Path) -> None:
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
    assert script.main([str(tmp_path / "m.jsonl"), str(tmp_path / "out"), "--languages", "en", "es"]) == 1
    assert [row["id"] for row in lines(tmp_path / "out" / "aligned.jsonl")] == ["one", "two"]
    failed = [row["id"] for row in lines(tmp_path / "out" / "failed.jsonl")]
    assert failed == ["line 2", "line 4", "line 5", "line 6", "line 7"]


def test_a_run_without_failures_says_so_by_its_exit_code(script: Any, tmp_path: Path) -> None:
    row = {"id": "one", "versions": {"en": ENGLISH, "es": ENGLISH}}
    (tmp_path / "m.jsonl").write_text(json.dumps(row), encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "failed.jsonl").write_text("of an earlier run", encoding="utf-8")
    assert script.main([str(tmp_path / "m.jsonl"), str(out), "--languages", "en", "es"]) == 0
    assert not (out / "failed.jsonl").exists()


def test_an_error_nobody_foresaw_fails_its_document_only(
    script: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline = fake_pipeline()
    compare = pipeline.compare

    def moody(articles: Any) -> Any:
        if "boom" in articles[0].text:
            raise RuntimeError("no such luck")
        return compare(articles)

    monkeypatch.setattr(pipeline, "compare", moody)
    monkeypatch.setattr(script, "build_pipeline", lambda _: pipeline)
    rows = [
        {"id": "one", "versions": {"en": "boom it goes", "es": ENGLISH}},
        {"id": "two", "versions": {"en": ENGLISH, "es": ENGLISH}},
    ]
    (tmp_path / "m.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert script.main([str(tmp_path / "m.jsonl"), str(tmp_path / "out"), "--languages", "en", "es"]) == 1
    assert [row["id"] for row in lines(tmp_path / "out" / "aligned.jsonl")] == ["two"]


def test_bad_usage_is_one_line_and_exit_code_2(
    script: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    for arguments in (
        [tmp_path / "none", tmp_path / "out", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "file", "--languages", "en", "es"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en", "en"],
        [tmp_path / "empty", tmp_path / "out", "--languages", "en"],
    ):
        assert script.main([str(argument) for argument in arguments]) == 2
        assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()
