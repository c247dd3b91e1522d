from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hub_fixture import LoopbackHub

from models import Store, load_translator, read_catalog
from models.catalog import Kind, Origin
from models.errors import (
    CheckpointInvalidError,
    CheckpointShippedError,
    HubMismatchError,
    HubRefusedError,
    HubUnreachableError,
    UnknownCheckpointError,
)
from models.hub import pull
from models.manifest import fact_of
from models.store import default_store

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest_plugins = ("marian_fixture",)

ID = "opus-mt-en-es"
ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "Helsinki-NLP/opus-mt-en-es"


@pytest.fixture
def hub() -> Iterator[LoopbackHub]:
    with LoopbackHub() as running:
        yield running


@pytest.fixture
def published(hub: LoopbackHub, tiny_opus: Path) -> str:
    return hub.publish(REPOSITORY, tiny_opus)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", read_catalog(), tmp_path / "package")


def nothing_is_installed(store: Store) -> bool:
    return store.installed() == () and not list((store.root / "checkpoints").glob("*"))


def test_a_pulled_checkpoint_translates_with_the_hub_gone(
    hub: LoopbackHub, published: str, store: Store
) -> None:
    folder = pull(store, ID, endpoint=hub.endpoint)
    hub.faults.status[""] = 500
    asked = len(hub.requests)
    assert pull(store, ID, endpoint=hub.endpoint) == folder == store.open(ID)
    assert store.verify(ID).revision == published
    translation = load_translator(ID, store=store, device="cpu", threads=1).translate(
        ["red fox"], target="es"
    )[0]
    assert translation.text
    assert len(hub.requests) == asked


def test_the_starter_laid_out_as_an_opus_repository_translates_as_the_shipped_one(
    hub: LoopbackHub, tmp_path: Path, store: Store
) -> None:
    import torch
    from safetensors.torch import load_file

    shipped = default_store(tmp_path / "other")
    folder = tmp_path / "repository"
    shutil.copytree(shipped.open("starter"), folder)
    weights = folder / "model.safetensors"
    torch.save(load_file(weights), folder / "pytorch_model.bin")
    for name in ("manifest.json", "model.safetensors"):
        (folder / name).unlink()
    (folder / "README.md").write_text("---\nlicense: cc-by-4.0\n---\n")
    (folder / "tf_model.h5").write_bytes(b"not wanted")
    hub.publish("Helsinki-NLP/opus-mt-tc-big-en-zle", folder)
    pull(store, "opus-mt-tc-big-en-zle", endpoint=hub.endpoint)
    sentences = ["The mayor opened the bridge.", "Two boats stayed in."]
    ours, theirs = (
        load_translator(name, store=where, device="cpu", threads=1).translate(sentences, target="ru")
        for name, where in (("opus-mt-tc-big-en-zle", store), ("starter", shipped))
    )
    assert ours == theirs


def test_only_a_checkpoints_own_files_are_fetched(
    hub: LoopbackHub, tiny_opus: Path, tmp_path: Path, store: Store
) -> None:
    folder = tmp_path / "repository"
    shutil.copytree(tiny_opus, folder)
    for name in ("tf_model.h5", "rust_model.ot", "pytorch_model.bin"):
        (folder / name).write_bytes(b"not wanted")
    hub.publish(REPOSITORY, folder)
    place = pull(store, ID, endpoint=hub.endpoint)
    assert {path.name for path in place.iterdir()} == {path.name for path in tiny_opus.iterdir()} | {
        "manifest.json"
    }
    assert not hub.fetched("tf_model.h5")


def test_progress_goes_from_nothing_to_every_byte(hub: LoopbackHub, published: str, store: Store) -> None:
    told: dict[str, list[tuple[int, int]]] = {}
    pull(
        store,
        ID,
        endpoint=hub.endpoint,
        progress=lambda name, here, size: told.setdefault(name, []).append((here, size)),
    )
    size = len(hub.repositories[REPOSITORY][published]["model.safetensors"])
    assert told["model.safetensors"][-1] == (size, size)
    assert [here for here, _ in told["model.safetensors"]] == sorted(
        here for here, _ in told["model.safetensors"]
    )


def test_the_first_pull_is_locked(hub: LoopbackHub, published: str, store: Store, tiny_opus: Path) -> None:
    pull(store, ID, endpoint=hub.endpoint)
    lock = json.loads((store.root / "lock.json").read_text())[ID]
    assert (lock["repository"], lock["revision"]) == (REPOSITORY, published)
    assert lock["files"]["source.spm"]["sha256"] == fact_of(tiny_opus / "source.spm").sha256


def test_a_later_pull_gets_the_locked_commit_unless_it_is_to_upgrade(
    hub: LoopbackHub, published: str, store: Store, tiny_starter: Path
) -> None:
    pull(store, ID, endpoint=hub.endpoint)
    store.remove(ID)
    newer = hub.publish(REPOSITORY, tiny_starter)
    pull(store, ID, endpoint=hub.endpoint)
    assert store.verify(ID).revision == published
    pull(store, ID, endpoint=hub.endpoint, upgrade=True)
    assert store.verify(ID).revision == newer


def test_other_bytes_under_the_locked_commit_are_refused(
    hub: LoopbackHub, published: str, store: Store
) -> None:
    pull(store, ID, endpoint=hub.endpoint)
    store.remove(ID)
    files = hub.repositories[REPOSITORY][published]
    files["vocab.json"] = files["vocab.json"].replace(b"zorro", b"zarro")
    with pytest.raises(HubMismatchError, match=r"vocab\.json .* another SHA-256"):
        pull(store, ID, endpoint=hub.endpoint)
    assert nothing_is_installed(store)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json"])
def test_a_changed_byte_is_seen_and_a_second_pull_mends_it(
    hub: LoopbackHub, published: str, store: Store, name: str
) -> None:
    hub.faults.changed.add(name)
    with pytest.raises(HubMismatchError, match=name):
        pull(store, ID, endpoint=hub.endpoint)
    assert nothing_is_installed(store)
    hub.faults.changed.clear()
    pull(store, ID, endpoint=hub.endpoint)
    assert store.open(ID)
    assert len(hub.fetched("source.spm")) == 1  # what came whole is not fetched again


def test_a_cut_connection_is_resumed_where_it_broke(
    hub: LoopbackHub, published: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 500)  # bytes; as it is, 10 MB
    hub.faults.cut_after["model.safetensors"] = 1000
    pull(store, ID, endpoint=hub.endpoint)
    assert hub.fetched("model.safetensors") == ["", "bytes=1000-"]
    assert store.open(ID)


def test_a_pull_that_broke_off_goes_on_with_the_file_it_broke_in(
    hub: LoopbackHub, published: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.DOWNLOAD_CHUNK_SIZE", 500)
    hub.faults.cut_after["model.safetensors"] = 1000
    hub.faults.gone_after_cut = True
    with pytest.raises(HubRefusedError):
        pull(store, ID, endpoint=hub.endpoint)
    assert nothing_is_installed(store)
    hub.faults.gone_after_cut = False
    hub.faults.status.clear()
    hub.requests.clear()
    pull(store, ID, endpoint=hub.endpoint)
    assert hub.fetched("model.safetensors") == [""]
    assert hub.fetched("config.json") == []  # it had come whole
    assert store.open(ID)


def test_a_file_that_changed_between_two_pulls_is_seen_and_fetched_anew(
    hub: LoopbackHub, published: str, store: Store
) -> None:
    hub.faults.changed.add("model.safetensors")
    with pytest.raises(HubMismatchError):
        pull(store, ID, endpoint=hub.endpoint)
    hub.faults.changed.clear()
    files = hub.repositories[REPOSITORY][published]
    files["README.md"] = b"# now there is one"
    files["config.json"] = files["config.json"] + b"\n"  # the same commit with another ETag
    hub.requests.clear()
    with pytest.raises(HubMismatchError, match=r"config\.json .* bytes, the hub lists"):
        pull(store, ID, endpoint=hub.endpoint)
    assert nothing_is_installed(store)
    place = pull(store, ID, endpoint=hub.endpoint)
    assert hub.fetched("config.json") == [""]
    assert hub.fetched("source.spm") == []  # its ETag is what it was
    assert (place / "config.json").read_bytes() == files["config.json"]


@pytest.mark.parametrize(("status", "code"), [(401, ""), (401, "GatedRepo"), (403, "GatedRepo")])
def test_a_private_or_gated_repository_says_what_opens_it(
    hub: LoopbackHub, published: str, store: Store, status: int, code: str
) -> None:
    hub.faults.status[REPOSITORY] = status
    hub.faults.error_code = code
    with pytest.raises(HubRefusedError, match=r"private or gated; where you may have it, set HF_TOKEN"):
        pull(store, ID, endpoint=hub.endpoint)
    assert nothing_is_installed(store)


def command(store: Store, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as a user does, with these variables and no others of the hub's."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    environment |= {"TRIPTYCH_STORE": str(store.root)} | variables
    line = [sys.executable, "-m", "service", "models", "pull", ID]
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment, cwd=ROOT)


def test_the_variables_of_the_hubs_client_hold(hub: LoopbackHub, published: str, store: Store) -> None:
    offline = command(store, HF_ENDPOINT=hub.endpoint, HF_HUB_OFFLINE="1")
    assert (offline.returncode, hub.requests) == (2, [])
    assert "triptych models import" in offline.stderr
    online = command(store, HF_ENDPOINT=hub.endpoint, HF_TOKEN="secret")
    assert online.returncode == 0, online.stderr
    assert f"opus-mt-en-es ({store.disk_size(ID) / 1e6:.1f} MB)" in online.stdout
    assert store.verify(ID).revision == published


def test_an_unknown_repository_is_a_404(hub: LoopbackHub, store: Store) -> None:
    with pytest.raises(HubRefusedError, match="404") as caught:
        pull(store, ID, endpoint=hub.endpoint)
    assert caught.value.status == 404
    assert nothing_is_installed(store)


def test_a_commit_that_is_gone_is_a_404(hub: LoopbackHub, published: str, store: Store) -> None:
    pull(store, ID, endpoint=hub.endpoint)
    store.remove(ID)
    hub.repositories[REPOSITORY].clear()
    with pytest.raises(HubRefusedError, match="no such repository or revision"):
        pull(store, ID, endpoint=hub.endpoint)


def test_too_many_requests_tell_when_to_come_back(hub: LoopbackHub, published: str, store: Store) -> None:
    hub.faults.status[REPOSITORY] = 429
    hub.faults.retry_after = "120"
    with pytest.raises(HubRefusedError, match=r"too many requests, to be asked again in 120 s"):
        pull(store, ID, endpoint=hub.endpoint)


def test_a_file_the_hub_lists_and_does_not_have_is_an_error(
    hub: LoopbackHub, published: str, store: Store
) -> None:
    hub.faults.status["vocab.json"] = 404
    with pytest.raises(HubRefusedError, match="404"):
        pull(store, ID, endpoint=hub.endpoint)
    assert nothing_is_installed(store)


def test_an_absent_hub_is_an_error_that_names_the_other_way(store: Store) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(HubUnreachableError, match="triptych models import DIR"):
        pull(store, ID, endpoint=endpoint)
    assert nothing_is_installed(store)


def test_offline_the_hub_is_not_asked(
    hub: LoopbackHub, published: str, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(HubUnreachableError, match="offline"):
        pull(store, ID, endpoint=hub.endpoint)
    assert hub.requests == []


def test_a_repository_without_a_vocabulary_is_refused(hub: LoopbackHub, published: str, store: Store) -> None:
    del hub.repositories[REPOSITORY][published]["vocab.json"]
    with pytest.raises(HubMismatchError, match=r"vocab\.json .* does not have it"):
        pull(store, ID, endpoint=hub.endpoint)


def test_pickled_weights_become_safetensors(hub: LoopbackHub, tiny_pickled: Path, store: Store) -> None:
    hub.publish(REPOSITORY, tiny_pickled)
    place = pull(store, ID, endpoint=hub.endpoint)
    assert (place / "model.safetensors").is_file()
    assert not (place / "pytorch_model.bin").exists()
    assert "pytorch_model.bin" in json.loads((store.root / "lock.json").read_text())[ID]["files"]
    assert load_translator(ID, store=store, device="cpu", engine="torch", threads=1).targets == ("es",)


def test_a_pickle_that_would_run_code_is_refused_unrun(
    hub: LoopbackHub, tiny_pickled: Path, tmp_path: Path, store: Store
) -> None:
    folder, trace = tmp_path / "evil", tmp_path / "trace"
    shutil.copytree(tiny_pickled, folder)
    (folder / "pytorch_model.bin").write_bytes(b"cposix\nsystem\n(S'touch %s'\ntR." % str(trace).encode())
    hub.publish(REPOSITORY, folder)
    with pytest.raises(CheckpointInvalidError, match="does not hold weights alone"):
        pull(store, ID, endpoint=hub.endpoint)
    assert not trace.exists()
    assert nothing_is_installed(store)


def test_what_is_not_on_a_hub_is_not_pulled(store: Store) -> None:
    with pytest.raises(CheckpointShippedError):
        pull(store, "starter")
    with pytest.raises(UnknownCheckpointError):
        pull(store, "use")


def test_pulls_at_the_same_time_are_all_locked(hub: LoopbackHub, store: Store, tiny_opus: Path) -> None:
    entries = [entry for entry in store.catalog.of_kind(Kind.TRANSLATOR) if entry.origin is Origin.HUB][:4]
    assert len(entries) == 4
    for entry in entries:
        hub.publish(entry.repository, tiny_opus)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda entry: pull(store, entry.id, endpoint=hub.endpoint), entries))
    locks = json.loads((store.root / "lock.json").read_text(encoding="utf-8"))
    assert set(locks) == {entry.id for entry in entries}
