"""The checkpoints on this machine.

    ROOT/checkpoints/ID/    the files of a checkpoint and their manifest.json
    ROOT/converted/ID/int8.2/ what CTranslate2 runs: made once from the former, with its own manifest.json
    ROOT/partial/           what is being copied or pulled; never loaded

A shipped checkpoint lies in the package instead, as SHIPPED/ID/. Every opening checks every file; copies are
made beside, checked, and renamed into place, so that a folder is either whole or not there.
"""

from __future__ import annotations

import errno
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from models.catalog import Catalog, Entry, Kind, Origin, read_catalog
from models.conversion import FORM, convert_checkpoint
from models.encoder_layout import DENSE, check_encoder_layout, encoder_files_to_take
from models.errors import (
    ArchiveError,
    CheckpointDamagedError,
    CheckpointMissingError,
    CheckpointShippedError,
    UnknownCheckpointError,
)
from models.layout import (
    CHECKPOINT_CONFIG,
    CONFIG,
    PICKLED,
    SOURCE_SPM,
    TARGET_SPM,
    VOCAB,
    check_layout,
    files_to_take,
    weights_name,
)
from models.manifest import (
    Manifest,
    ManifestError,
    ManifestFile,
    read_manifest,
    verify_manifest,
    write_manifest,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Installed:
    """A checkpoint on this machine; `size` is in bytes, `revision` says which edition it is."""

    entry: Entry
    folder: Path
    revision: str
    size: int


class Store:
    """Checkpoints by catalog id, under one root folder; `shipped` is the folder of those in the package."""

    def __init__(self, root: Path, catalog: Catalog, shipped: Path) -> None:
        self.root = root
        self.catalog = catalog
        self.shipped = shipped
        self._manifests = [
            (entry, ManifestFile(self.folder(entry.id)))
            for entry in catalog.entries
            if entry.origin is not Origin.PACKAGE
        ]

    def open(self, checkpoint_id: str) -> Path:
        """Check every file of a checkpoint and return its folder.

        Raises UnknownCheckpointError, CheckpointMissingError (with the command that gets it) or
        CheckpointDamagedError.
        """
        self.verify(checkpoint_id)
        return self.folder(checkpoint_id)

    def verify(self, checkpoint_id: str) -> Manifest:
        """Check every file of a checkpoint against its manifest and the catalog; raise as `open` does."""
        entry = self.entry(checkpoint_id)
        folder = self.folder(checkpoint_id)
        if not folder.is_dir() or not any(folder.iterdir()):
            raise CheckpointMissingError(checkpoint_id, entry.command)
        try:
            manifest = verify_manifest(folder, entry.files)
        except ManifestError as error:
            raise CheckpointDamagedError(checkpoint_id, folder, str(error), entry.command) from error
        if manifest.checkpoint_id != checkpoint_id:
            problem = f'its manifest is that of "{manifest.checkpoint_id}"'
            raise CheckpointDamagedError(checkpoint_id, folder, problem, entry.command)
        return manifest

    def whole(self, checkpoint_id: str) -> Path | None:
        """Return a checkpoint's folder if it is there and whole, else None."""
        try:
            return self.open(checkpoint_id)
        except (CheckpointMissingError, CheckpointDamagedError):
            return None

    def folder(self, checkpoint_id: str) -> Path:
        """Return where a checkpoint lies, or would lie."""
        if self.catalog[checkpoint_id].origin is Origin.SHIPPED:
            return self.shipped / checkpoint_id
        return self.root / "checkpoints" / checkpoint_id

    def installed(self) -> tuple[Installed, ...]:
        """List the checkpoints on this machine, in the catalog's order, without checking their files."""
        found = []
        for entry, file in self._manifests:
            with suppress(ManifestError):
                manifest = file.read()
                found.append(Installed(entry, file.folder, manifest.revision, manifest.size))
        return tuple(found)

    def import_folder(self, folder: Path, as_id: str, *, revision: str = "") -> Path:
        """Copy a checkpoint into the store under a catalog id, in place of what was there.

        Raises UnknownCheckpointError, CheckpointShippedError, CheckpointInvalidError (neither a Marian
        checkpoint nor an encoder in LaBSE's layout), or CheckpointDamagedError (not the files the catalog
        pins).
        """
        entry = self._replaceable(as_id)
        take = encoder_files_to_take if entry.kind is Kind.ENCODER else files_to_take
        with self.staging() as beside:
            for name in take(folder):
                (beside / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(folder / name, beside / name)
            return self.install(beside, entry, revision=revision)

    def import_archive(self, archive: Path, as_id: str, *, revision: str = "") -> Path:
        """Unpack a zip or tar into the store as `import_folder` does; raise as it does, and ArchiveError.

        Encoders lie in several folders, and are imported from a folder only.
        """
        from models.archive import unpack

        entry = self._replaceable(as_id)
        if entry.kind is Kind.ENCODER:
            raise ArchiveError(archive, "an encoder is imported from its folder; unpack it first")
        with self.staging() as beside:
            unpack(archive, beside)
            return self.install(beside, entry, revision=revision)

    def install(self, beside: Path, entry: Entry, *, revision: str = "") -> Path:
        """Check a staged folder, write its manifest and rename it into place; return where it lies now.

        Pickled weights become safetensors. Raises CheckpointInvalidError, CheckpointDamagedError.
        """
        folders = [beside, beside / DENSE] if entry.kind is Kind.ENCODER else [beside]
        for folder in folders:
            if weights_name(folder) == PICKLED:
                from models.pickled import unpickle_weights

                unpickle_weights(folder)
        if entry.kind is Kind.ENCODER:
            check_encoder_layout(beside)
        else:
            check_layout(beside)
        write_manifest(beside, entry.id, revision)
        try:
            verify_manifest(beside, entry.files)
        except ManifestError as error:
            raise CheckpointDamagedError(entry.id, beside, str(error), entry.command) from error
        return self._put(beside, self.folder(entry.id))

    def convert(self, checkpoint_id: str, quantization: str = "int8") -> Path:
        """Return the folder of a translator's CTranslate2 form, made now unless it is there and whole.

        Raises as `open` does, and CheckpointInvalidError when it cannot be converted.
        """
        heads = self.translator(checkpoint_id).heads
        if place := self.converted(checkpoint_id, quantization):
            return place
        revision = self.verify(checkpoint_id).revision
        folder = self.folder(checkpoint_id)
        with self.staging() as beside:
            convert_checkpoint(folder, beside, quantization, heads)
            for name in (VOCAB, SOURCE_SPM, TARGET_SPM):
                shutil.copyfile(folder / name, beside / name)
            shutil.copyfile(folder / CONFIG, beside / CHECKPOINT_CONFIG)
            write_manifest(beside, checkpoint_id, revision)
            return self._put(beside, self._converted_folder(checkpoint_id, quantization))

    def converted(self, checkpoint_id: str, quantization: str = "int8") -> Path | None:
        """Check a checkpoint's CTranslate2 form; None when this revision has none, or it is damaged."""
        place = self._converted_folder(checkpoint_id, quantization)
        try:
            wanted = read_manifest(self.folder(checkpoint_id)).revision
            found = verify_manifest(place)
        except ManifestError:
            return None
        return place if (found.checkpoint_id, found.revision) == (checkpoint_id, wanted) else None

    def _converted_folder(self, checkpoint_id: str, quantization: str) -> Path:
        return self.root / "converted" / checkpoint_id / f"{quantization}.{FORM}"

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """Give an empty folder on the store's file system; what is left in it at the end is removed."""
        beside = self.root / "partial" / os.urandom(8).hex()
        beside.mkdir(parents=True)
        try:
            yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def remove(self, checkpoint_id: str) -> int:
        """Remove a checkpoint, return the bytes freed; raise CheckpointMissing- or CheckpointShippedError."""
        entry = self._replaceable(checkpoint_id)
        place = self.folder(checkpoint_id)
        if not place.is_dir():
            raise CheckpointMissingError(checkpoint_id, entry.command)
        gone = [place, self.root / "converted" / checkpoint_id]
        size = self.disk_size(checkpoint_id)
        with self.staging() as beside:
            for number, folder in enumerate(gone):
                with suppress(FileNotFoundError):
                    folder.replace(beside / str(number))  # gone at once, however long the rest takes
        return size

    def disk_size(self, checkpoint_id: str) -> int:
        """Return the bytes a checkpoint takes on this machine, its converted forms with it."""
        places = (self.folder(checkpoint_id), self.root / "converted" / checkpoint_id)
        return sum(map(folder_size, places))

    def _put(self, beside: Path, place: Path) -> Path:
        """Rename a staged folder into place; if others do so at the same time, the last one stays."""
        place.parent.mkdir(parents=True, exist_ok=True)
        attempts = count()
        with self.staging() as old:
            while True:
                with suppress(FileNotFoundError):
                    place.replace(old / str(next(attempts)))
                try:
                    return beside.replace(place)
                except OSError as error:
                    if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                        raise

    def entry(self, checkpoint_id: str) -> Entry:
        """Return the entry of a checkpoint with files of its own; raise UnknownCheckpointError for others."""
        entry = self.catalog[checkpoint_id]
        if entry.origin is Origin.PACKAGE:
            known = [known.id for known in self.catalog.entries if known.origin is not Origin.PACKAGE]
            raise UnknownCheckpointError(checkpoint_id, known)
        return entry

    def translator(self, checkpoint_id: str) -> Entry:
        """Return a checkpoint's entry; raise UnknownCheckpointError for other ids, encoders' too."""
        return self.catalog.one_of(Kind.TRANSLATOR, checkpoint_id)

    def _replaceable(self, checkpoint_id: str) -> Entry:
        entry = self.entry(checkpoint_id)
        if entry.origin is Origin.SHIPPED:
            raise CheckpointShippedError(checkpoint_id)
        return entry


def folder_size(folder: Path) -> int:
    """Return the bytes of all files in a folder, 0 if it is not there."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def default_root() -> Path:
    """Return the store's usual place: $XDG_DATA_HOME/triptych/models, or ~/.local/share/triptych/models."""
    data = os.environ.get("XDG_DATA_HOME", "")
    # The XDG specification: a relative path there is to be ignored.
    base = Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share"
    return base / "triptych" / "models"


def default_store(root: Path | None = None) -> Store:
    """Return the store at that root (or the usual place), with the package's catalog and checkpoints."""
    return Store(root or default_root(), read_catalog(), Path(__file__).parent)
