"""What to read an input with: told by what it is and what it is called."""

from __future__ import annotations

import glob
import os
import re
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bulk import epub, storage
from bulk.errors import InputError, OptionError
from bulk.readers.files import FilesSource, walk
from bulk.readers.input import Input
from bulk.readers.manifest import ManifestSource
from bulk.readers.moses import MosesSource
from bulk.readers.parquet import ParquetSource
from bulk.readers.pattern import NamePattern
from bulk.readers.tmx import FILE, TmxSource, check_grouping
from service.documents import EXTENSIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import IO

    from bulk.readers.reader import Reader
    from bulk.readers.source import Source

STANDARD_INPUT: Final = "-"
_MANIFESTS: Final = (".jsonl", ".ndjson")
_WILD: Final = re.compile(r"[*?\[]")
_IDS: Final = ".ids"


def open_input(
    specs: Sequence[str],
    *,
    languages: Sequence[str],
    pattern: str | None = None,
    tmx_documents: str = FILE,
    lines_per_document: int = 0,
    chapters: bool = False,
    max_bytes: int = 2_000_000,
    stdin: IO[bytes] | None = None,
) -> Reader:
    """Return a reader of everything that `specs` name, one after the other.

    A spec is a folder, a file, a glob of files, or "-" for JSONL on standard input (`stdin`, where given);
    local or an fsspec address. `pattern` says what files in folders are called (NamePattern), `tmx_documents`
    how a TMX file is split ("file", "tuid", "prop:TYPE"), `lines_per_document` where documents end in
    Moses-style files (0: at empty lines), `chapters` that EPUBs are split. `max_bytes` bounds each version.
    Raises InputError, OptionError, and FileError for a file system that cannot be reached.
    """
    if lines_per_document < 0:
        raise OptionError(f"A document has {lines_per_document} lines; give 1 or more, or 0 for empty lines.")
    check_grouping(tmx_documents)
    opening = _Opening(
        tuple(languages),
        NamePattern(languages, pattern),
        tmx_documents,
        lines_per_document,
        chapters,
        max_bytes,
        stdin,
    )
    return Input(opening.sources(specs))


@dataclass(frozen=True, slots=True)
class _Opening:
    """The options, and how sources are made with them."""

    languages: tuple[str, ...]
    pattern: NamePattern
    tmx_documents: str
    lines: int
    chapters: bool
    max_bytes: int
    stdin: IO[bytes] | None

    def sources(self, specs: Sequence[str]) -> list[Source]:
        """Return the sources in the order of the specs; files that belong together stand at the first."""
        if not specs:
            raise InputError("There is no input; name a folder, files, or - for standard input.")
        found: list[Source] = []
        single: list[tuple[str, str]] = []
        moses: dict[str, dict[str, str]] = {}
        for spec in specs:
            if spec == STANDARD_INPUT:
                found.append(ManifestSource(STANDARD_INPUT, self.stdin or sys.stdin.buffer))
            elif _is_folder(spec):
                found.append(self._files(spec, partial(walk, spec)))
            elif _WILD.search(spec) and not _is_file(spec) and _of_one_version(_last(spec)):
                found.append(self._files(spec, partial(_matched, spec)))
            else:
                paths = [spec] if _is_file(spec) else sorted(_expanded(spec))
                if not paths:
                    raise InputError(f"{spec} is not there; name a folder, a file or a glob that finds some.")
                for path in paths:
                    self._add(path, _fixed(spec), found, single, moses)
        if single:
            found.append(self._files("the files named", lambda: single))
        for stem, files in moses.items():
            found.append(self._moses(stem, files))
        return found

    def _add(
        self,
        path: str,
        folder: str,
        found: list[Source],
        single: list[tuple[str, str]],
        moses: dict[str, dict[str, str]],
    ) -> None:
        kind = storage.extension(path)
        language = kind.removeprefix(".")
        if kind in _MANIFESTS:
            found.append(ManifestSource(path))
        elif kind == ".parquet":
            found.append(ParquetSource(path, self.languages, self.max_bytes))
        elif kind == ".tmx":
            found.append(TmxSource(path, self.languages, self.max_bytes, self.tmx_documents))
        elif _of_one_version(kind):
            single += _in_folders([path], folder)
        elif language in self.languages:
            stem = storage.without_compression(path)[: -len(kind)]
            files = moses.setdefault(stem, {})
            if language in files:
                raise InputError(f"{path} and {files[language]} are the same file twice; name one.")
            files[language] = path
        elif kind != _IDS:
            raise InputError(
                f"What {path} holds cannot be told; there are folders, {', '.join(_MANIFESTS)}, .parquet, "
                f".tmx, {', '.join((*EXTENSIONS, epub.EXTENSION))}, and parallel files that end in "
                f"{', '.join('.' + each for each in self.languages)}."
            )

    def _files(self, name: str, files: Callable[[], Iterable[tuple[str, str]]]) -> Source:
        return FilesSource(name, files, self.pattern, max_bytes=self.max_bytes, chapters=self.chapters)

    def _moses(self, stem: str, files: dict[str, str]) -> Source:
        if len(files) < 2:
            alone = next(iter(files.values()))
            raise InputError(f"{alone} stands alone; name its counterparts {storage.file_name(stem)}.LANG.")
        ids = next(
            (
                name
                for name in (stem + _IDS, *(f"{stem}{_IDS}{each}" for each in storage.COMPRESSED))
                if _is_file(name)
            ),
            None,
        )
        ordered = {language: files[language] for language in self.languages if language in files}
        return MosesSource(stem, ordered, self.max_bytes, ids=ids, lines=self.lines)


def _of_one_version(kind: str) -> bool:
    return kind in EXTENSIONS or kind == epub.EXTENSION


def _last(spec: str) -> str:
    """Return the extension that all files of a glob have, "" where they may differ."""
    kind = storage.extension(spec)
    return "" if _WILD.search(kind) else kind


def _fixed(spec: str) -> str:
    """Return the folder that a glob begins in, or that a file lies in: patterns are held against the rest."""
    match = _WILD.search(spec)
    return storage.parent(spec[: match.start()] + "x" if match and not _is_file(spec) else spec)


def _matched(spec: str) -> Iterator[tuple[str, str]]:
    return _in_folders(_expanded(spec), _fixed(spec))


def _expanded(spec: str) -> Iterator[str]:
    if storage.is_local(spec):
        yield from (path for path in glob.iglob(spec, recursive=True) if Path(path).is_file())  # noqa: PTH207  # of any root
        return
    system, root = storage.system(spec)
    # Named as the spec is, so that the folder it begins in is the beginning of every path.
    start = spec.removesuffix(root.lstrip("/"))
    with storage.remote(spec):
        found = sorted(system.glob(root))
    yield from (start + path.lstrip("/") for path in found)


def _in_folders(paths: Iterable[str], folder: str) -> Iterator[tuple[str, str]]:
    """Yield paths as the folder and the path in it."""
    for path in paths:
        inside = path[len(folder) :].lstrip("/" + os.sep) if folder else path
        yield folder, inside.replace(os.sep, "/")


def _is_file(spec: str) -> bool:
    """Tell whether a spec is a file, whose name may have signs in it that a glob has."""
    return storage.is_file(spec) if storage.is_local(spec) or not _WILD.search(spec) else False


def _is_folder(spec: str) -> bool:
    return storage.is_folder(spec) if storage.is_local(spec) or not _WILD.search(spec) else False
