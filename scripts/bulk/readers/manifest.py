"""JSONL manifests: a document a line, with its texts or their paths.

{"id": "a1", "versions": {"en": "text ...", "es": {"path": "a1.es.md"}}, "format": "text"}
"""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import IO, TYPE_CHECKING, Final

from bulk import storage
from bulk.document import Document
from bulk.readers.source import EntryError, document_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST_LINE: Final = 256 * 2**20  # bytes; what has no line break by then is no manifest


class ManifestSource:
    """A JSONL file, or with `stream` what comes from elsewhere (standard input), which is read once."""

    def __init__(self, path: str, stream: IO[bytes] | None = None) -> None:
        self._path = path
        self._stream = stream
        self.name = "standard input" if stream else storage.file_name(path)

    def found(self) -> Iterator[tuple[str, Document]]:
        """Yield each line's document; a line that is wrong is a document with a problem."""
        folder = "" if self._stream else storage.parent(self._path)
        opened = nullcontext(self._stream) if self._stream else storage.reading(self._path)
        with opened as file:
            number = 0
            try:
                for number, line in enumerate(storage.lines(file, _LONGEST_LINE), 1):
                    if line is None or line.strip():
                        place = f"line {number}"
                        yield place, _document(line, place, folder)
            except storage.damage() as error:
                place = f"line {number + 1}"
                yield (
                    place,
                    Document(place, problem=f"The input breaks off here and cannot be read: {error}."),
                )

    def count(self) -> int | None:
        """Return how many lines are not blank, None for a stream."""
        if self._stream:
            return None
        with storage.reading(self._path) as file:
            try:
                return sum(1 for line in storage.lines(file, _LONGEST_LINE) if line is None or line.strip())
            except storage.damage():
                return None


def _document(line: bytes | None, place: str, folder: str) -> Document:
    try:
        if line is None:
            raise EntryError(f"it has more than {_LONGEST_LINE:,} bytes")
        return document_of(json.loads(line.decode("utf-8-sig")), folder)
    except UnicodeDecodeError as error:
        problem = f"it is not UTF-8 at byte {error.start}"
    except RecursionError:
        problem = "it is nested too deeply"
    except EntryError as error:
        problem = str(error)
    except ValueError as error:
        problem = f"it is not JSON: {error}"
    return Document(place, problem=f"{place.capitalize()} of the manifest is wrong: {problem}.")
