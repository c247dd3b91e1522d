"""Parallel files as Moses takes them: corpus.en and corpus.es, one sentence a line.

Where a document ends is told by an empty line in each file (each file's own, so that versions need not have
the same number of lines), by a fixed number of lines, or, where there is a file corpus.ids beside them, by
the first of its tab-separated columns: the document's id, a line for each line of the others.
"""

from __future__ import annotations

from contextlib import ExitStack
from itertools import zip_longest
from typing import IO, TYPE_CHECKING

from bulk import storage
from bulk.readers.beads import BrokenError, grouped, placed
from service.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from bulk.document import Document


class MosesSource:
    """Files of one stem, by language; `ids` is the path of their ids, `lines` the lines of a document.

    `lines` is 0 where empty lines part the documents.
    """

    def __init__(
        self, stem: str, files: Mapping[str, str], max_bytes: int, *, ids: str | None = None, lines: int = 0
    ) -> None:
        self._files = dict(files)
        self._max_bytes = max_bytes
        self._ids = ids
        self._lines = lines
        self.name = storage.file_name(stem)

    def found(self) -> Iterator[tuple[str, Document]]:
        """Yield the documents; from where files do not go together on there is a problem."""
        with ExitStack() as stack:
            streams = {
                language: self._stream(stack.enter_context(storage.reading(path)), path)
                for language, path in self._files.items()
            }
            if self._ids is not None:
                beads = self._named(
                    streams, self._stream(stack.enter_context(storage.reading(self._ids)), self._ids)
                )
            else:
                beads = self._numbered(streams) if self._lines else self._parted(streams)
            yield from placed(self.name, grouped(beads, self._max_bytes))

    def count(self) -> int | None:
        """Return how many documents there are, by reading the files."""
        return sum(1 for _ in self.found())

    def _named(
        self, streams: Mapping[str, Iterator[str]], ids: Iterator[str]
    ) -> Iterator[tuple[str, dict[str, str]]]:
        for number, (name, *texts) in enumerate(zip_longest(ids, *streams.values()), 1):
            if name is None or None in texts:
                raise self._unequal("lines", number)
            yield name.partition("\t")[0], _bead(streams, texts)

    def _numbered(self, streams: Mapping[str, Iterator[str]]) -> Iterator[tuple[str, dict[str, str]]]:
        for number, texts in enumerate(zip_longest(*streams.values())):
            if None in texts:
                raise self._unequal("lines", number + 1)
            yield f"{self.name}/{number // self._lines + 1}", _bead(streams, texts)

    def _parted(self, streams: Mapping[str, Iterator[str]]) -> Iterator[tuple[str, dict[str, str]]]:
        """Yield each file's lines up to its next empty one, then the next file's."""
        number = 0
        while True:
            number += 1
            found = set()
            for language, stream in streams.items():
                for line in _part(stream):
                    found.add(language)
                    yield f"{self.name}/{number}", {language: line}
            if not found:
                return
            if len(found) < len(streams):
                raise self._unequal("documents", number)

    def _unequal(self, what: str, number: int) -> BrokenError:
        names = " and ".join(map(storage.file_name, self._files.values()))
        return BrokenError(f"{names} do not have the same number of {what}: one ends before {number:,}.")

    def _stream(self, file: IO[bytes], path: str) -> Iterator[str]:
        """Yield a file's lines without their ends; bytes that are not UTF-8 become lone surrogates."""
        for number, line in enumerate(storage.lines(file, self._max_bytes)):
            if line is None:
                raise BrokenError(f"Line {number + 1:,} of {path} has more than {self._max_bytes:,} bytes.")
            text = line.decode("utf-8", errors="surrogateescape")
            yield (text if number else text.removeprefix("\ufeff")).rstrip("\r\n")


def _bead(languages: Mapping[str, object], texts: Sequence[str]) -> dict[str, str]:
    return dict(zip(languages, map(one_line, texts), strict=True))


def _part(stream: Iterator[str]) -> Iterator[str]:
    """Yield lines up to the empty one that ends a document; empty ones before it are passed over."""
    begun = False
    for line in map(one_line, stream):
        if line:
            begun = True
            yield line
        elif begun:
            return
