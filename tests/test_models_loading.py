from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from models import DecodingSettings, Store, load_translator, read_catalog
from models.errors import CheckpointInvalidError, CheckpointMissingError
from models.manifest import write_manifest

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("marian_fixture",)


@pytest.fixture
def store(tmp_path: Path, tiny_starter: Path) -> Store:
    shutil.copytree(tiny_starter, tmp_path / "package" / "starter")
    write_manifest(tmp_path / "package" / "starter", "starter", "tiny")
    return Store(tmp_path / "store", read_catalog(), tmp_path / "package")


def test_the_starter_loads_and_translates(store: Store) -> None:
    translator = load_translator(store=store, device="cpu", threads=1)
    assert (translator.checkpoint_id, translator.targets) == ("starter", ("es", "ru"))
    assert [one.text for one in translator.translate(["red", "", "12"], target="es")] == ["rojo", "", "12"]
    assert translator.signature.startswith("starter|rev:tiny|engine:")
    assert translator.signature.endswith("|beams:4|lp:1|rp:1|nr:0|limit:90|guarded:twice")


def test_an_imported_checkpoint_loads_by_its_id(store: Store, tiny_opus: Path) -> None:
    store.import_folder(tiny_opus, "opus-mt-tc-big-en-zle")
    translator = load_translator(
        "opus-mt-tc-big-en-zle", store=store, device="cpu", settings=DecodingSettings(beams=2)
    )
    assert translator.targets == ("ru",)
    assert translator.translate(["red"], target="ru")[0].text == "красный"
    assert "beams:2" in translator.signature


def test_a_missing_checkpoint_names_the_command(store: Store) -> None:
    with pytest.raises(CheckpointMissingError, match="triptych models pull opus-mt-en-ru"):
        load_translator("opus-mt-en-ru", store=store)


def test_a_checkpoint_without_its_tag_is_refused(store: Store, tiny_opus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "tagless"
    shutil.copytree(tiny_opus, folder)
    vocab = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    vocab["plain"] = vocab.pop(">>rus<<")
    (folder / "vocab.json").write_text(json.dumps(vocab), encoding="utf-8")
    store.import_folder(folder, "opus-mt-tc-big-en-zle")
    with pytest.raises(CheckpointInvalidError, match="no >>rus<<"):
        load_translator("opus-mt-tc-big-en-zle", store=store)


def test_importing_the_package_imports_none_of_the_heavy_libraries() -> None:
    code = (
        "import sys, models; "
        "heavy = {'torch', 'transformers', 'ctranslate2', 'numpy', 'sentencepiece', 'huggingface_hub'}; "
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
