"""Writing a shard's files beside their places, and putting them there once they are whole and on the disk.

Local files are renamed into place one by one; a shard is done when the ledger says so, which it does after
the last of them, so a half-placed shard is written again. At an address each object appears whole when it
is closed, as object stores have it, so there it is written straight to its name.
"""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bulk import storage
from bulk.filters import unique
from bulk.ledger import Shown
from bulk.manifest import Counts, ShardFile, ShardManifest, shard_file
from bulk.tally import Tally, document_score
from bulk.task import unpacked
from bulk.writers.forms import form_of, make_writer
from bulk.writers.shard import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from types import TracebackType

    from bulk.ledger import Ledger
    from bulk.options import RunOptions
    from bulk.record import Record
    from bulk.writers.writer import Writer

_BESIDE: Final = ".run"
MANIFESTS: Final = "manifests"


def stem_of(shard: int) -> str:
    """Return a shard's name; names sort as numbers up to a hundred thousand shards."""
    return f"part-{shard:05d}"


class ShardWriter:
    """Writes shards into the output folder, a local path or an fsspec address."""

    def __init__(self, output: str, options: RunOptions) -> None:
        self._output = output
        self._options = options
        self._identity: Mapping[str, Any] = options.identity()

    def write(self, shard: int, ledger: Ledger) -> tuple[ShardManifest, Tally, list[Shown]]:
        """Write a shard from the ledger's records and put it into place."""
        stem = stem_of(shard)
        folder = self._beside(stem)
        counts, tally, shown, signatures = Counts(), Tally(), list[Shown](), dict[str, None]()
        pages = (
            Names(reserved=("index",)) if "html" in self._options.forms else None
        )  # as HtmlWriter names them
        with _Forms(folder, stem, self._options) as forms:
            for number, content, dropped in ledger.records(shard):
                record = unpacked(content)
                if self._options.dedupe:
                    sifting = unique(record, ledger.seen(number))
                    record, dropped = sifting.record, {**dropped, **sifting.dropped}
                forms.write(record)
                counts.add(record)
                tally.add(record, dropped)
                signatures[record.signature] = None
                page = f"html/{stem}/{pages.of(record.id)}.html" if pages else None
                shown.append(Shown(number, document_score(record), len(record.findings), page))
            written = forms.close()
        files = [shard_file(folder, name) for name in written]
        manifest = ShardManifest.of(stem, counts, files, self._identity, signatures)
        name = f"{MANIFESTS}/{stem}.json"
        with storage.writing(storage.joined(folder, name)) as file:
            file.write(manifest.to_bytes())
        self._place(folder, [*written, name])
        return manifest, tally, shown

    def finish(self, manifests: Callable[[], Iterable[ShardManifest]]) -> list[str]:
        """Write what stands over all shards (index pages, dataset cards); return the names."""
        names: list[str] = []
        folder = self._beside("all")
        for form in self._options.forms:
            finish = form_of(form)[0].finish
            if finish is not None:
                base = _folder_of(form)
                made = finish(storage.joined(folder, base), self._options.languages, manifests())
                names += [f"{base}/{name}" for name in made]
        self._place(folder, names)
        return names

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """Write a whole file of the output folder."""
        folder = self._beside("all")
        with storage.writing(storage.joined(folder, name)) as file:
            for piece in pieces:
                file.write(piece)
        self._place(folder, [name])

    def take_away(self, names: Iterable[str]) -> None:
        """Remove files of the output folder; those that are not there are passed over."""
        for name in names:
            path = storage.joined(self._output, name)
            if storage.is_local(path):
                Path(path).unlink(missing_ok=True)
                with suppress(OSError):  # not empty: something else lies there
                    Path(path).parent.rmdir()
            else:
                system, root = storage.system(path)
                with suppress(FileNotFoundError):
                    system.rm(root)

    def clear(self) -> None:
        """Remove what an interrupted run left beside the output."""
        if storage.is_local(self._output):
            shutil.rmtree(Path(self._output) / _BESIDE, ignore_errors=True)

    def damage(self, manifest: ShardManifest, *, whole: bool) -> str:
        """Return what is wrong with a shard's files, "" for nothing: sizes, and with `whole` checksums."""
        for file in manifest.files:
            problem = self._damage(file, whole=whole)
            if problem:
                return problem
        return ""

    def _damage(self, file: ShardFile, *, whole: bool) -> str:
        path = storage.joined(self._output, file.name)
        try:
            if storage.is_local(path):
                size = Path(path).stat().st_size
            else:
                system, root = storage.system(path)
                size = int(system.size(root))
        except OSError:
            return f"{file.name} is not there"
        if size != file.bytes:
            return f"{file.name} has {size:,} bytes, not {file.bytes:,}"
        if whole and shard_file(self._output, file.name) != file:
            return f"{file.name} is not what was written"
        return ""

    def _beside(self, stem: str) -> str:
        """Return the folder to write to; empty, where it is a local one."""
        if not storage.is_local(self._output):
            return self._output
        folder = Path(self._output) / _BESIDE / stem
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return str(folder)

    def _place(self, folder: str, names: Sequence[str]) -> None:
        if folder == self._output:
            return
        for name in names:
            _synced(Path(folder) / name)
        for name in names:
            place = Path(self._output) / name
            place.parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).replace(place)
        for parent in {(Path(self._output) / name).parent for name in names}:
            _synced(parent)
        shutil.rmtree(folder, ignore_errors=True)


class _Forms:
    """A shard in all its forms; files are begun with the first record, so one without has none."""

    def __init__(self, folder: str, stem: str, options: RunOptions) -> None:
        self._folder = folder
        self._stem = stem
        self._writers = {name: make_writer(name, options.languages) for name in options.forms}
        self._begun: list[tuple[str, Writer]] = []

    def __enter__(self) -> _Forms:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for _, writer in self._begun:  # after an error only; what they say then is said already
            with suppress(Exception):
                writer.close()

    def write(self, record: Record) -> None:
        if not self._begun:
            for name, writer in self._writers.items():
                folder = _folder_of(name)
                writer.begin(storage.joined(self._folder, folder), self._stem)
                self._begun.append((folder, writer))
        for _, writer in self._begun:
            writer.write(record)

    def close(self) -> list[str]:
        """Finish the files; return their names."""
        names = []
        while self._begun:
            folder, writer = self._begun.pop(0)
            names += [f"{folder}/{file}" for file in writer.close()]
        return names


def _folder_of(form: str) -> str:
    return form_of(form)[0].name


def _synced(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
