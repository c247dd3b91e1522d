"""A folder's manifest: which files belong to it, how long they are, and their SHA-256.

`manifest.json` lies beside the files and is written last, so a folder without one is unfinished.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from models.catalog import FileFact

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

NAME = "manifest.json"


class ManifestError(Exception):
    """A folder and its manifest disagree; the store turns this into an error that names the checkpoint."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What belongs to a folder. `revision` says which edition of the checkpoint it is."""

    checkpoint_id: str
    revision: str
    files: Mapping[str, FileFact]

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(fact.size for fact in self.files.values())


def write_manifest(folder: Path, checkpoint_id: str, revision: str = "") -> Manifest:
    """Measure every file of a folder and write its manifest.

    Without a revision the first twelve hexadecimal digits of a digest over all files are taken. Hidden files
    and the manifest itself do not count.
    """
    files = {path.relative_to(folder).as_posix(): fact_of(path) for path in _files(folder)}
    if not revision:
        listing = "".join(f"{fact.sha256}  {name}\n" for name, fact in sorted(files.items()))
        revision = hashlib.sha256(listing.encode()).hexdigest()[:12]
    manifest = Manifest(checkpoint_id, revision, files)
    text = json.dumps(
        {
            "checkpoint": checkpoint_id,
            "revision": revision,
            "files": {name: asdict(fact) for name, fact in sorted(files.items())},
        },
        indent=2,
    )
    beside = folder / f".{NAME}.part"
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(folder / NAME)
    return manifest


def read_manifest(folder: Path) -> Manifest:
    """Read a folder's manifest without looking at its files; raise ManifestError."""
    try:
        data = json.loads((folder / NAME).read_text(encoding="utf-8"))
        files = {
            str(name): FileFact(int(fact["size"]), str(fact["sha256"]))
            for name, fact in data["files"].items()
        }
        return Manifest(str(data["checkpoint"]), str(data["revision"]), files)
    except FileNotFoundError as error:
        raise ManifestError(f"it has no {NAME}") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ManifestError(f"its {NAME} cannot be read ({error})") from error


class ManifestFile:
    """A folder's manifest, looked at again and again: read only where another file has taken its place.

    The service asks at every request which checkpoints there are.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._path = folder / NAME
        self._read: tuple[tuple[int, int, int], Manifest] | None = None

    def read(self) -> Manifest:
        """Return what `read_manifest` does; raise ManifestError."""
        try:
            found = self._path.stat()
        except OSError as error:
            raise ManifestError(f"its {NAME} cannot be read ({error})") from error
        edition = found.st_ino, found.st_size, found.st_mtime_ns
        if self._read is None or self._read[0] != edition:
            self._read = edition, read_manifest(self.folder)
        return self._read[1]


def verify_manifest(folder: Path, pinned: Mapping[str, FileFact] | None = None) -> Manifest:
    """Check a folder against its manifest, and against pinned facts where there are any; raise ManifestError.

    Every listed file must be there with its size and SHA-256, and no other file may be.
    """
    manifest = read_manifest(folder)
    present = {path.relative_to(folder).as_posix() for path in _files(folder)}
    if missing := sorted(manifest.files.keys() - present):
        raise ManifestError(f"{missing[0]} is missing")
    if strange := sorted(present - manifest.files.keys()):
        raise ManifestError(f"{strange[0]} does not belong to it")
    for name, fact in manifest.files.items():
        for wanted in filter(None, (fact, (pinned or {}).get(name))):
            check_file(folder / name, wanted)
    return manifest


def check_file(path: Path, wanted: FileFact) -> None:
    """Compare a file's size and then its SHA-256; raise ManifestError."""
    size = path.stat().st_size
    if size != wanted.size:
        raise ManifestError(f"{path.name} has {size:,} bytes, not {wanted.size:,}")
    if fact_of(path).sha256 != wanted.sha256.lower():
        raise ManifestError(f"{path.name} has another SHA-256 than it should")


def fact_of(path: Path) -> FileFact:
    """Measure a file."""
    with path.open("rb") as file:
        return FileFact(path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if path.is_file() and not hidden and path != folder / NAME:
            yield path
