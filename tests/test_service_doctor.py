from __future__ import annotations

from typing import TYPE_CHECKING

from service_fakes import run_cli

from service.config import Settings
from service.doctor import State, examine

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_a_fresh_installation_works_and_is_told_how_to_do_better(tmp_path: Path) -> None:
    checks = {check.what: check for check in examine(Settings(store=tmp_path / "store"))}
    assert not [check for check in checks.values() if check.state is State.FAIL]
    assert checks["starter"].found.startswith("whole, ")
    assert checks["packages"].state is State.OK
    assert "triptych models pull" in checks["translations"].remedy


def test_a_checkpoint_that_is_not_there_fails_with_the_command_that_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIPTYCH_STORE", str(tmp_path))
    monkeypatch.setenv("TRIPTYCH_MODELS", "opus-mt-en-es,starter")
    assert run_cli("doctor") == 1
    printed = capsys.readouterr().out
    assert "fail  opus-mt-en-es: cannot be used" in printed
    assert "triptych models pull opus-mt-en-es" in printed


def test_a_damaged_checkpoint_is_told_from_a_whole_one(tmp_path: Path) -> None:
    place = tmp_path / "checkpoints" / "opus-mt-en-es"
    place.mkdir(parents=True)
    (place / "manifest.json").write_text("{", encoding="utf-8")
    checks = examine(Settings(store=tmp_path, models=("opus-mt-en-es",)))
    found = next(check for check in checks if check.what == "opus-mt-en-es")
    assert found.state is State.FAIL
    assert "damaged" in found.remedy


def test_a_store_that_cannot_be_written_to_is_a_note_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    checks = examine(Settings(store=tmp_path / "file" / "store"))
    found = next(check for check in checks if check.what == "store")
    assert found.state is State.NOTE
    assert "TRIPTYCH_STORE" in found.remedy


def test_more_threads_than_cores_are_noted(tmp_path: Path) -> None:
    checks = examine(Settings(store=tmp_path, threads=256))
    assert "256 threads" in next(check for check in checks if check.what == "device").found


def test_to_do_without_an_encoder_is_no_fault(tmp_path: Path) -> None:
    checks = examine(Settings(store=tmp_path, encoder="none"))
    found = next(check for check in checks if check.what == "encoder")
    assert (found.state, found.found) == (State.OK, "none")
