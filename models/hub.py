"""Checkpoints from a hub that speaks the Hugging Face protocol into the store.

A pull asks for the repository's commit and files once, fetches the files of that commit beside (what a broken
pull has fetched whole is not fetched again; a connection that breaks is resumed), compares each with the size
and digest the hub lists, the catalog pins and the lock file holds, turns pickled weights into safetensors,
and renames the folder into place. From then on nothing is asked of the hub. An absent hub is an error at
once, never a wait.

`ROOT/lock.json` holds repository, commit, sizes and SHA-256 of what was pulled: a later pull gets the same
commit, and refuses other files. HF_ENDPOINT, HF_HUB_OFFLINE and the other variables of huggingface_hub hold.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from models.catalog import FileFact, Kind, Origin
from models.encoder_layout import choose_encoder_files
from models.errors import CheckpointShippedError, HubMismatchError, HubRefusedError, HubUnreachableError
from models.layout import OPTIONAL, PICKLED, REQUIRED, SAFETENSORS
from models.manifest import ManifestError, check_file, fact_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from models.catalog import Entry
    from models.store import Store

    Progress = Callable[[str, int, int], None]
    """Called with a file's name, the bytes of it that are here, and its size in bytes."""

_LOCK = "lock.json"
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the hub lists it: size in bytes, SHA-256 ("" for small files) and git's digest."""

    name: str
    size: int
    sha256: str
    blob: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A repository at one commit."""

    commit: str
    files: tuple[Listed, ...]


def pull(
    store: Store,
    checkpoint_id: str,
    *,
    progress: Progress | None = None,
    endpoint: str | None = None,
    upgrade: bool = False,
) -> Path:
    """Bring a checkpoint into the store and return its folder; one that is there and whole is left alone.

    `upgrade` takes the newest commit in place of the locked one (a commit the catalog pins stays). Raises
    UnknownCheckpointError, CheckpointShippedError, HubUnreachableError, HubRefusedError, HubMismatchError,
    CheckpointInvalidError.
    """
    entry = store.entry(checkpoint_id)
    if entry.origin is not Origin.HUB:
        raise CheckpointShippedError(checkpoint_id)
    lock = {} if upgrade else _read_locks(store).get(checkpoint_id, {})
    if not upgrade and (folder := store.whole(checkpoint_id)):
        return folder
    listing = _list(entry, entry.revision or lock.get("revision", ""), endpoint)
    wanted = _choose(entry, listing)
    beside = store.root / "partial" / f"{checkpoint_id}@{listing.commit}"
    beside.mkdir(parents=True, exist_ok=True)
    pinned = {name: FileFact(**fact) for name, fact in lock.get("files", {}).items()} | dict(entry.files)
    facts = {}
    for file in wanted:
        _fetch(entry, listing.commit, file, beside, endpoint, progress)
        facts[file.name] = _check(entry, beside / file.name, file, pinned.get(file.name))
    shutil.rmtree(beside / ".cache", ignore_errors=True)
    folder = store.install(beside, entry, revision=listing.commit)
    for abandoned in beside.parent.glob(f"{checkpoint_id}@*"):
        shutil.rmtree(abandoned, ignore_errors=True)
    pulled = {
        "repository": entry.repository,
        "revision": listing.commit,
        "files": {name: asdict(fact) for name, fact in sorted(facts.items())},
    }
    _write_lock(store, checkpoint_id, pulled)
    return folder


def _list(entry: Entry, revision: str, endpoint: str | None) -> Listing:
    """Ask the hub for a commit and its files."""
    from huggingface_hub import HfApi

    try:
        found = HfApi(endpoint=endpoint).model_info(
            entry.repository, revision=revision or None, files_metadata=True, timeout=_SECONDS
        )
    except Exception as error:
        raise _as_ours(entry, error) from error
    files = tuple(
        Listed(file.rfilename, file.size or 0, file.lfs.sha256 if file.lfs else "", file.blob_id or "")
        for file in found.siblings or ()
    )
    return Listing(str(found.sha), files)


def _choose(entry: Entry, listing: Listing) -> list[Listed]:
    """Pick the files of a checkpoint, safetensors before pickled weights."""
    there = {file.name: file for file in listing.files}
    if entry.kind is Kind.ENCODER:
        chosen, missing = choose_encoder_files(there)
        if missing:
            raise HubMismatchError(entry.repository, missing[0], "the repository does not have it")
        return [there[name] for name in chosen]
    weights = SAFETENSORS if SAFETENSORS in there else PICKLED
    if missing := [name for name in (*REQUIRED, weights) if name not in there]:
        raise HubMismatchError(entry.repository, missing[0], "the repository does not have it")
    return [there[name] for name in (*REQUIRED, weights, *OPTIONAL) if name in there]


def _fetch(
    entry: Entry, commit: str, file: Listed, place: Path, endpoint: str | None, progress: Progress | None
) -> None:
    from huggingface_hub import hf_hub_download

    try:
        hf_hub_download(
            entry.repository,
            file.name,
            revision=commit,
            local_dir=place,
            endpoint=endpoint,
            etag_timeout=_SECONDS,
            tqdm_class=_reporter(file, progress),
        )
    except Exception as error:
        raise _as_ours(entry, error) from error
    if progress is not None:
        progress(file.name, file.size, file.size)


def _check(entry: Entry, path: Path, listed: Listed, pinned: FileFact | None) -> FileFact:
    """Compare a fetched file with all that is known of it; one that differs is removed."""
    fact = fact_of(path)
    problem = ""
    if fact.size != listed.size:
        problem = f"it has {fact.size:,} bytes, the hub lists {listed.size:,}"
    elif listed.sha256 and fact.sha256 != listed.sha256:
        problem = "it has another SHA-256 than the hub lists"
    elif not listed.sha256 and listed.blob and _git_digest(path) != listed.blob:
        problem = "it has another digest than the hub lists"
    elif pinned is not None:
        try:
            check_file(path, pinned)
        except ManifestError as error:
            problem = str(error)
    if problem:
        path.unlink()
        raise HubMismatchError(entry.repository, listed.name, problem)
    return fact


def _git_digest(path: Path) -> str:
    """Return git's digest of a file, SHA-1 of its length and content; the hub lists it for small files."""
    content = path.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _reporter(file: Listed, progress: Progress | None) -> Any:
    """Give huggingface_hub a progress bar that draws nothing and reports."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    class Reporter(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            self.here = int(kwargs.get("initial") or 0)
            super().__init__(*args, **{**kwargs, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            self.here += int(n or 0)
            if progress is not None:
                progress(file.name, self.here, file.size)
            return None

    return Reporter


def _as_ours(entry: Entry, error: Exception) -> Exception:
    """Turn huggingface_hub's error into one of this package; what is no failure of the hub stays as it is."""
    response = getattr(error, "response", None) or getattr(error.__cause__, "response", None)
    if response is not None:
        return HubRefusedError(
            entry.repository, int(response.status_code), response.headers.get("retry-after", "")
        )
    if isinstance(error, OSError) or type(error).__module__.startswith("httpx"):
        return HubUnreachableError(entry.repository, " ".join(str(error).split()) or type(error).__name__)
    return error


def _read_locks(store: Store) -> dict[str, Any]:
    try:
        locks = json.loads((store.root / _LOCK).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise HubMismatchError(
            str(store.root), _LOCK, f"it is not JSON ({error}); remove it to begin anew"
        ) from error
    return dict(locks)


def _write_lock(store: Store, checkpoint_id: str, pulled: Mapping[str, Any]) -> None:
    """Write down what was pulled; another pull may be writing at the same time."""
    with FileLock(store.root / f".{_LOCK}.lock"):
        locks = _read_locks(store) | {checkpoint_id: pulled}
        beside = store.root / f".{_LOCK}.part"
        beside.write_text(json.dumps(locks, indent=2, sort_keys=True) + "\n", encoding="utf-8")
        beside.replace(store.root / _LOCK)
