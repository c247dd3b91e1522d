"""A file for each version of a document: in a folder, in two or three of them, or named one by one.

The order is that of the ids, by code points, whatever order the file system has.
"""

from __future__ import annotations

import os
from itertools import groupby
from typing import TYPE_CHECKING

from bulk import epub, storage
from bulk.document import Document, Text
from bulk.errors import FolderError
from bulk.readers.sorting import sorted_names
from service.documents import EXTENSIONS
from service.errors import FileError, FormatError, ServiceError
from service.render.text import encodable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bulk.readers.pattern import NamePattern


class FilesSource:
    """Files, given by `walk` as pairs of a folder and a path in it with "/" between its parts.

    With `chapters`, a document whose versions are all EPUBs of equally many chapters is split into them.
    """

    def __init__(
        self,
        name: str,
        walk: Callable[[], Iterable[tuple[str, str]]],
        pattern: NamePattern,
        *,
        max_bytes: int,
        chapters: bool = False,
    ) -> None:
        self.name = name
        self._walk = walk
        self._pattern = pattern
        self._max_bytes = max_bytes
        self._chapters = chapters

    def found(self) -> Iterator[tuple[str, Document]]:
        """Yield the documents by id."""
        for name, group in groupby(sorted_names(self._names()), key=lambda entry: entry[0]):
            document = _document(name, ((language, path) for _, language, path in group))
            for part in self._parts(document) if self._chapters else (document,):
                yield f"the files of {part.id}", part

    def count(self) -> int | None:
        """Return how many documents there are, by listing the files."""
        return sum(1 for _ in self.found())

    def _names(self) -> Iterator[tuple[str, str, str]]:
        for folder, path in self._walk():
            if match := self._pattern.match(path):
                yield *match, storage.joined(folder, path)

    def _parts(self, document: Document) -> Iterator[Document]:
        paths = {language: text.path or "" for language, text in document.versions.items()}
        if document.problem or not all(storage.extension(path) == epub.EXTENSION for path in paths.values()):
            yield document
            return
        try:
            counts = {
                language: sum(1 for _ in epub.chapters(path, self._max_bytes))
                for language, path in paths.items()
            }
        except ServiceError as error:
            yield Document(document.id, problem=str(error))
            return
        if len(set(counts.values())) > 1:
            told = ", ".join(f"{language} {count}" for language, count in counts.items())
            problem = f"Its versions have not equally many chapters ({told}); align the whole books."
            yield Document(document.id, problem=problem)
            return
        for number in range(next(iter(counts.values()))):
            yield Document(
                f"{document.id}/{number + 1}",
                {language: Text(path=path, chapter=number) for language, path in paths.items()},
            )


def walk(folder: str) -> Iterator[tuple[str, str]]:
    """Yield every file under a folder as the folder and its path there; hidden ones are left out.

    Raises FolderError where a folder cannot be listed.
    """
    if storage.is_local(folder):
        yield from ((folder, path) for path in _walk_local(folder, "", frozenset()))
        return
    try:
        yield from ((folder, path) for path in _walk_remote(folder))
    except FileError as error:
        raise FolderError(folder, str(error).rstrip(".")) from error


def _walk_remote(folder: str) -> Iterator[str]:
    system, root = storage.system(folder)
    with storage.remote(folder):
        for place, _, files in system.walk(root):
            inside = place.removeprefix(root).strip("/")
            for file in files:
                path = f"{inside}/{file}" if inside else file
                if not any(part.startswith(".") for part in path.split("/")):
                    yield path


def _walk_local(folder: str, inside: str, above: frozenset[tuple[int, int]]) -> Iterator[str]:
    """Yield the files under a folder; `above` are the folders it lies in, which a link in it may lead to."""
    folders = []
    try:
        facts = os.stat(folder)  # noqa: PTH116  # as in storage
        place = (facts.st_dev, facts.st_ino)
        if place in above:
            return
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    folders.append(entry.name)
                else:
                    yield f"{inside}{entry.name}"
    except OSError as error:
        raise FolderError(folder, error.strerror or str(error)) from error
    for name in sorted(folders):
        yield from _walk_local(storage.joined(folder, name), f"{inside}{name}/", above | {place})


def _document(name: str, files: Iterable[tuple[str, str]]) -> Document:
    versions: dict[str, Text] = {}
    problem = ""
    for language, path in files:
        kind = storage.extension(path)
        if kind not in EXTENSIONS and kind != epub.EXTENSION:
            problem = str(FormatError(f"extension of {path},", kind, (*EXTENSIONS, epub.EXTENSION)))
        elif language in versions:
            problem = f"It has two {language} versions, {versions[language].path} and {path}."
        else:
            versions[language] = Text(path=path)
    shown = encodable(name)
    if shown != name:
        problem = f"The name of its files is not UTF-8: {shown}; rename them."
    return Document(shown, {} if problem else versions, problem)
