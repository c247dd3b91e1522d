from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from marian_fixture import make_tiny_marian

from service import cli

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIPTYCH_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def run(*arguments: object) -> int:
    try:
        cli.main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def test_a_checkpoint_is_imported_listed_verified_and_removed(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = make_tiny_marian(tmp_path / "opus", byte_fallback=False, steps=0)
    assert run("models", "import", folder, "--as", "opus-mt-en-es") == 0
    assert run("models", "list") == 0
    listed = capsys.readouterr().out
    assert "no: triptych models pull opus-mt-en-ru" in listed
    assert "no: triptych models pull opus-mt-en-es" not in listed
    assert run("models", "verify", "opus-mt-en-es") == 0
    assert "are what they were" in capsys.readouterr().out
    weights = next(store.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    assert run("models", "verify", "opus-mt-en-es") == 2
    assert "damaged" in capsys.readouterr().err
    assert run("models", "remove", "opus-mt-en-es") == 0
    assert run("models", "verify", "opus-mt-en-es") == 2
    assert "triptych models pull opus-mt-en-es" in capsys.readouterr().err


def test_what_is_no_checkpoint_is_not_imported(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run("models", "import", tmp_path / "empty", "--as", "opus-mt-en-es") == 2
    assert run("models", "import", tmp_path / "empty", "--as", "nonesuch") == 2
    assert run("models", "remove", "starter") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("triptych: ") for line in lines)
    assert not (store / "checkpoints" / "opus-mt-en-es").exists()
