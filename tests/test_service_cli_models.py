from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from service_fakes import run_cli

from models.errors import HubUnreachableError

if TYPE_CHECKING:
    from pathlib import Path

    from models import Store

pytest_plugins = ("marian_fixture",)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TRIPTYCH_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def test_a_checkpoint_is_imported_listed_verified_and_removed(
    store: Path, tiny_opus: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli("models", "import", tiny_opus, "--as", "opus-mt-en-es") == 0
    assert run_cli("models", "list") == 0
    listed = capsys.readouterr().out
    assert "MB)" in listed.splitlines()[0]  # what the import says
    assert "es 39.5" in listed
    assert "CC-BY-4.0" in listed
    assert "466 MB" in listed
    assert "no: triptych models pull opus-mt-en-ru" in listed
    assert "no: triptych models pull opus-mt-en-es" not in listed
    assert run_cli("models", "verify", "opus-mt-en-es") == 0
    assert "are what they were" in capsys.readouterr().out
    weights = next(store.rglob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-1] + b"!")
    assert run_cli("models", "verify", "opus-mt-en-es") == 2
    assert "damaged" in capsys.readouterr().err
    assert run_cli("models", "remove", "opus-mt-en-es") == 0
    assert "MB are free again" in capsys.readouterr().out
    assert run_cli("models", "verify", "opus-mt-en-es") == 2
    assert "triptych models pull opus-mt-en-es" in capsys.readouterr().err


def test_encoders_are_listed_and_pulled_as_translators_are(
    store: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def absent(store: Store, checkpoint_id: str, **_: object) -> Path:
        raise HubUnreachableError(store.entry(checkpoint_id).repository, "no network in tests")

    monkeypatch.setattr("models.hub.pull", absent)
    assert run_cli("models", "list") == 0
    assert "no: triptych models pull labse" in capsys.readouterr().out
    assert run_cli("models", "pull", "labse") == 2
    assert "The hub cannot be reached for sentence-transformers/LaBSE" in capsys.readouterr().err
    assert run_cli("models", "pull", "use") == 2
    assert run_cli("models", "convert", "labse") == 2
    unpulled, unconverted = capsys.readouterr().err.splitlines()
    assert 'no "use" in the catalog; it knows starter' in unpulled
    assert 'no "labse" in the catalog; it knows starter' in unconverted


def test_what_is_no_checkpoint_is_not_imported(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    assert run_cli("models", "import", tmp_path / "empty", "--as", "opus-mt-en-es") == 2
    assert run_cli("models", "import", tmp_path / "empty", "--as", "nonesuch") == 2
    assert run_cli("models", "remove", "starter") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("triptych: ") for line in lines)
    assert not (store / "checkpoints" / "opus-mt-en-es").exists()
