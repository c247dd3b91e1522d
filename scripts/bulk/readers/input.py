"""All parts of an input, one after the other, with ids that are unique over all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.document import Document
from bulk.errors import InputError
from bulk.seen import TemporarySeen, digest_of
from service.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bulk.readers.source import Source


class Input:
    """The Reader of one or more sources."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = tuple(sources)

    def documents(self) -> Iterator[Document]:
        """Yield the documents, source by source; see Reader."""
        several = len(self._sources) > 1
        with TemporarySeen() as seen:
            for source in self._sources:
                for place, document in _found(source):
                    # What has no id of its own is called by its place, which needs the file's name here.
                    if several and document.id == place:
                        document = Document(f"{source.name}, {place}", document.versions, document.problem)
                    if seen.add(digest_of(document.id)):
                        yield document
                    else:
                        yield self._again(document.id, f"{source.name}, {place}" if several else place, seen)

    def count(self) -> int | None:
        """Return how many documents there are, None if a source cannot tell."""
        total = 0
        for source in self._sources:
            count = _count(source)
            if count is None:
                return None
            total += count
        return total

    def _again(self, name: str, place: str, seen: TemporarySeen) -> Document:
        """Return the problem that a second document of an id is, under a name that is free."""
        free, number = place, 1
        while not seen.add(digest_of(free)):
            number += 1
            free = f"{place} ({number})"
        return Document(free, problem=f"The id {name!r} stands earlier in the input too.")


def _count(source: Source) -> int | None:
    try:
        return source.count()
    except (FileError, InputError):
        return 1  # the problem that it will be


def _found(source: Source) -> Iterator[tuple[str, Document]]:
    """Yield a source's documents; one that cannot be opened is a problem, and the others are still read."""
    try:
        yield from source.found()
    except (FileError, InputError) as error:
        yield "opening it", Document(source.name, problem=str(error))
