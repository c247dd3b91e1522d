from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from models.catalog import Catalog, Entry, FileFact, Kind, Origin, read_catalog
from models.errors import (
    CheckpointDamagedError,
    CheckpointInvalidError,
    CheckpointMissingError,
    CheckpointShippedError,
    UnknownCheckpointError,
)
from models.manifest import fact_of, write_manifest
from models.store import Store, default_root

pytest_plugins = ("marian_fixture",)

OPUS = "opus-mt-en-es"


@pytest.fixture
def store(tmp_path: Path, tiny_starter: Path) -> Store:
    shipped = tmp_path / "package"
    shutil.copytree(tiny_starter, shipped / "starter")
    write_manifest(shipped / "starter", "starter")
    return Store(tmp_path / "store", read_catalog(), shipped)


def test_a_shipped_checkpoint_opens_at_once(store: Store) -> None:
    assert store.open("starter") == store.shipped / "starter"


def test_an_imported_checkpoint_opens(store: Store, tiny_opus: Path) -> None:
    place = store.import_folder(tiny_opus, OPUS)
    assert store.open(OPUS) == place
    assert (place / "vocab.json").read_bytes() == (tiny_opus / "vocab.json").read_bytes()


def test_a_missing_one_names_the_command_that_gets_it(store: Store) -> None:
    with pytest.raises(CheckpointMissingError, match="triptych models pull opus-mt-en-es"):
        store.open(OPUS)


def test_an_unknown_one_names_the_known(store: Store) -> None:
    with pytest.raises(UnknownCheckpointError, match="starter"):
        store.open("opus")


def test_an_encoder_is_no_checkpoint_of_the_store(store: Store) -> None:
    with pytest.raises(UnknownCheckpointError):
        store.open("use")


@pytest.mark.parametrize("name", ["config.json", "source.spm", "vocab.json", "model.safetensors"])
def test_one_changed_byte_keeps_it_from_being_loaded(store: Store, tiny_opus: Path, name: str) -> None:
    path = store.import_folder(tiny_opus, OPUS) / name
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointDamagedError, match=rf"{name} has another SHA-256"):
        store.open(OPUS)


def test_a_shortened_file_keeps_it_from_being_loaded(store: Store, tiny_opus: Path) -> None:
    path = store.import_folder(tiny_opus, OPUS) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(CheckpointDamagedError, match="bytes, not"):
        store.open(OPUS)


def test_a_folder_without_its_manifest_is_unfinished(store: Store, tiny_opus: Path) -> None:
    shutil.copytree(tiny_opus, store.folder(OPUS))
    with pytest.raises(CheckpointDamagedError, match=r"no manifest\.json"):
        store.open(OPUS)
    assert [installed.entry.id for installed in store.installed()] == ["starter"]


def test_a_missing_file_and_a_strange_one_are_seen(store: Store, tiny_opus: Path) -> None:
    place = store.import_folder(tiny_opus, OPUS)
    (place / "model.bin").write_bytes(b"?")
    with pytest.raises(CheckpointDamagedError, match=r"model\.bin does not belong"):
        store.open(OPUS)
    (place / "model.bin").unlink()
    (place / "target.spm").unlink()
    with pytest.raises(CheckpointDamagedError, match=r"target\.spm is missing"):
        store.open(OPUS)


def test_another_checkpoints_folder_is_not_taken(store: Store, tiny_opus: Path) -> None:
    shutil.copytree(store.import_folder(tiny_opus, OPUS), store.folder("opus-mt-en-ru"))
    with pytest.raises(CheckpointDamagedError, match='that of "opus-mt-en-es"'):
        store.open("opus-mt-en-ru")


def test_a_broken_manifest_is_damage(store: Store, tiny_opus: Path) -> None:
    (store.import_folder(tiny_opus, OPUS) / "manifest.json").write_text('{"files": 3}')
    with pytest.raises(CheckpointDamagedError, match="cannot be read"):
        store.open(OPUS)


def test_what_the_catalog_pins_must_agree(tmp_path: Path, tiny_opus: Path) -> None:
    real = fact_of(tiny_opus / "vocab.json")
    for fact, fits in ((real, True), (FileFact(real.size, "0" * 64), False)):
        entry = Entry(
            OPUS, Kind.TRANSLATOR, "MIT", Origin.HUB, "fast", "en", {"es": ""}, files={"vocab.json": fact}
        )
        store = Store(tmp_path / str(fits), Catalog((entry,)), tmp_path)
        if fits:
            store.import_folder(tiny_opus, OPUS)
            store.open(OPUS)
        else:
            with pytest.raises(CheckpointDamagedError, match="SHA-256"):
                store.import_folder(tiny_opus, OPUS)
            assert store.installed() == ()


def test_importing_replaces_and_leaves_nothing_half_done(
    store: Store, tiny_opus: Path, tiny_starter: Path
) -> None:
    store.import_folder(tiny_starter, OPUS)
    store.import_folder(tiny_opus, OPUS)
    assert (store.open(OPUS) / "vocab.json").read_bytes() == (tiny_opus / "vocab.json").read_bytes()
    assert list((store.root / "partial").iterdir()) == []


def _without(name: str, folder: Path) -> None:
    (folder / name).unlink()


def _as_bert(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"model_type": "bert"}))


def _cut_weights(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def _other_vocabulary(folder: Path) -> None:
    vocab = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
    (folder / "vocab.json").write_text(json.dumps(vocab | {"more": 9_999}), encoding="utf-8")


@pytest.mark.parametrize(
    ("harm", "problem"),
    [
        (lambda folder: _without("config.json", folder), r"no config\.json"),
        (lambda folder: _without("target.spm", folder), r"no target\.spm"),
        (lambda folder: _without("model.safetensors", folder), "neither"),
        (_as_bert, "'bert', not 'marian'"),
        (_cut_weights, r"model\.safetensors cannot be read"),
        (_other_vocabulary, "ids beyond"),
        (lambda folder: (folder / "config.json").write_text("{"), r"config\.json cannot be read"),
        (lambda folder: (folder / "vocab.json").write_text("[]"), "not a JSON object"),
        (lambda folder: (folder / "vocab.json").write_text("{}"), "no </s>"),
        (lambda folder: (folder / "source.spm").write_text("spm"), "not a SentencePiece model"),
    ],
)
def test_what_is_no_marian_checkpoint_is_refused(
    store: Store, tiny_opus: Path, tmp_path: Path, harm: object, problem: str
) -> None:
    folder = tmp_path / "given"
    shutil.copytree(tiny_opus, folder)
    assert callable(harm)
    harm(folder)
    with pytest.raises(CheckpointInvalidError, match=problem):
        store.import_folder(folder, OPUS)
    assert [installed.entry.id for installed in store.installed()] == ["starter"]


def test_the_shipped_one_is_neither_replaced_nor_removed(store: Store, tiny_opus: Path) -> None:
    with pytest.raises(CheckpointShippedError):
        store.import_folder(tiny_opus, "starter")
    with pytest.raises(CheckpointShippedError):
        store.remove("starter")


def test_removing_frees_its_bytes(store: Store, tiny_opus: Path) -> None:
    place = store.import_folder(tiny_opus, OPUS)
    size = sum(path.stat().st_size for path in place.iterdir())
    assert store.remove(OPUS) == size
    assert not place.exists()
    with pytest.raises(CheckpointMissingError):
        store.remove(OPUS)


def test_the_list_tells_revision_and_size(store: Store, tiny_opus: Path) -> None:
    place = store.import_folder(tiny_opus, OPUS, revision="abc")
    listed = {installed.entry.id: installed for installed in store.installed()}
    assert list(listed) == ["starter", OPUS]
    assert listed[OPUS].revision == "abc"
    assert listed[OPUS].size == sum(p.stat().st_size for p in place.iterdir() if p.name != "manifest.json")


def test_without_a_revision_the_content_is_the_revision(
    store: Store, tiny_opus: Path, tiny_starter: Path
) -> None:
    store.import_folder(tiny_opus, OPUS)
    first = store.verify(OPUS).revision
    store.import_folder(tiny_starter, OPUS)
    assert store.verify(OPUS).revision != first
    store.import_folder(tiny_opus, OPUS)
    assert store.verify(OPUS).revision == first


def test_the_usual_place_follows_the_xdg_specification(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_root() == tmp_path / "triptych" / "models"
    monkeypatch.setenv("XDG_DATA_HOME", "relative")
    assert default_root() == Path.home() / ".local" / "share" / "triptych" / "models"
