from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import training_toy as toy
from evaluate import Evaluation, evaluate, main, spread, table
from hypothesis import given
from hypothesis import strategies as st
from training.export import export_run

from models.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Sequence


class Dictionary:
    """A translator that looks whole sentences up and flags those it does not know."""

    checkpoint_id = "dictionary"
    targets = ("es",)
    signature = "dictionary|rev:1"

    def __init__(self, entries: dict[str, str]) -> None:
        self.entries = entries

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        return [
            Translation(self.entries[sentence], -0.1)
            if sentence in self.entries
            else Translation(sentence, -9.0, ("copy",))
            for sentence in sentences
        ]


def clock_of(*times: float):
    ticks = iter(times)
    return lambda: next(ticks)


SOURCES = [source for source, _ in toy.PAIRS]
TRANSLATIONS = [translation for _, translation in toy.PAIRS]


def measured(entries: dict[str, str]) -> tuple[Evaluation, list[str]]:
    return evaluate(
        Dictionary(entries),
        SOURCES,
        TRANSLATIONS,
        "es",
        count_tokens=lambda text: len(text.split()),
        clock=clock_of(100.0, 102.0),
    )


def test_a_perfect_translator_has_full_marks_and_its_speed_in_target_tokens() -> None:
    found, output = measured(dict(toy.PAIRS))
    assert output == TRANSLATIONS
    assert (found.bleu, found.chrf, found.lines, found.flags) == (100, 100, 5, {})
    assert found.seconds == 2
    assert found.tokens_per_second == sum(len(text.split()) for text in TRANSLATIONS) / 2


def test_scores_carry_the_signatures_of_sacrebleu_and_of_the_translator() -> None:
    found, _ = measured(dict(toy.PAIRS))
    assert found.translator == "dictionary|rev:1"
    assert found.bleu_signature.startswith("nrefs:1|case:mixed|eff:no|tok:13a")
    assert found.chrf_signature.startswith("nrefs:1|case:mixed|eff:yes|nc:6|nw:0")


def test_flags_are_counted_and_lower_the_scores() -> None:
    found, output = measured(dict(toy.PAIRS[:3]))
    assert found.flags == {"copy": 2}
    assert output[3:] == SOURCES[3:]
    assert 20 < found.chrf < 90


@given(st.integers(1, 50), st.integers(1, 60))
def test_a_limit_chooses_lines_in_order_evenly_spaced(lines: int, limit: int) -> None:
    chosen = [int(line) for line in spread([str(index) for index in range(lines)], limit)]
    assert len(chosen) == min(lines, limit)
    gaps = {later - earlier for earlier, later in pairwise(chosen)}
    assert all(gap > 0 for gap in gaps)
    assert not gaps or max(gaps) - min(gaps) <= 1


def test_the_table_is_markdown_with_the_signatures_below() -> None:
    lines = table([measured(dict(toy.PAIRS[:4]))[0]]).splitlines()
    assert lines[0] == "| target | lines | BLEU | chrF | tokens/s | flagged |"
    assert lines[2].startswith("| es | 5 | ")
    assert lines[2].endswith("| copy 1 |")
    assert "dictionary|rev:1" in lines[4:]


@pytest.fixture(scope="module")
def marian(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The toy, trained to its five sentences and exported."""
    folder = tmp_path_factory.mktemp("evaluate")
    config = toy.toy_config(folder)
    toy.train_to(config, 240)
    export_run(config, folder / "marian")
    return folder / "marian"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "toy.en").write_text("\n".join([*SOURCES, ""]), encoding="utf-8")
    (tmp_path / "toy.es").write_text("\n".join([*TRANSLATIONS, ""]), encoding="utf-8")
    return tmp_path


def test_a_marian_folder_is_measured_as_triptych_runs_it(
    marian: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(files / "toy.en"), f"es={files / 'toy.es'}"]
    out, scores = files / "out", files / "made" / "scores.json"
    options = ["--beams", "1", "--threads", "1", "--json", str(scores), "--output", str(out)]
    assert main([str(marian), *paths, *options]) == 0
    assert "| es | 5 | 100.0 | 100.0 |" in capsys.readouterr().out
    figures = json.loads(scores.read_text(encoding="utf-8"))
    assert figures["checkpoint"] == "marian"
    (result,) = figures["results"]
    assert result["chrf"] == 100
    assert "engine:ctranslate2-int8|beams:1" in result["translator"]
    assert (out / "toy.es").read_text(encoding="utf-8").splitlines() == TRANSLATIONS


def test_the_torch_engine_is_there_for_reference(
    marian: Path, files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(files / "toy.en"), f"es={files / 'toy.es'}"]
    assert main([str(marian), *paths, "--engine", "torch", "--threads", "1", "--limit", "2"]) == 0
    printed = capsys.readouterr().out
    assert "| es | 2 | 100.0 | 100.0 |" in printed
    assert "engine:torch-float32" in printed


def test_a_folder_is_measured_as_the_same_checkpoint_is_by_its_id(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRIPTYCH_STORE", str(tmp_path / "store"))
    results = []
    for checkpoint in (["starter"], [str(Path("models", "starter").resolve()), "--as", "starter"]):
        arguments = [*checkpoint, str(files / "toy.en"), f"es={files / 'toy.es'}", "--threads", "1"]
        assert main([*arguments, "--json", str(files / "scores.json"), "--output", str(files / "out")]) == 0
        figures = json.loads((files / "scores.json").read_text(encoding="utf-8"))
        (result,) = figures["results"]
        text = (files / "out" / "toy.es").read_text(encoding="utf-8")
        signature = result["translator"]
        results.append((figures["checkpoint"], signature, result["bleu"], result["chrf"], text))
    assert results[0] == results[1]
    assert "|limit:90|" in results[0][1]
    assert (tmp_path / "store" / "converted" / "starter").is_dir()


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("es=nowhere.es", "file to measure on nowhere.es does not exist"),
        ("es=short.es", "toy.en has 5 lines but short.es has 1"),
        ("es=latin.es", "latin.es: cannot be read: 'utf-8' codec"),
    ],
)
def test_bad_files_end_with_2_and_one_line(
    reference: str,
    message: str,
    files: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (files / "short.es").write_text("Una.\n", encoding="utf-8")
    (files / "latin.es").write_bytes("Mañana.\n".encode("latin-1"))
    monkeypatch.chdir(files)
    assert main(["starter", "toy.en", reference]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_a_folder_without_a_checkpoint_is_named(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(files), str(files / "toy.en"), f"es={files / 'toy.es'}"]) == 2
    assert capsys.readouterr().err.startswith(f"evaluate.py: {files} is not a checkpoint")


def test_an_unknown_checkpoint_ends_with_2(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["no-such", str(files / "toy.en"), f"es={files / 'toy.es'}"]) == 2
    assert '"no-such"' in capsys.readouterr().err
