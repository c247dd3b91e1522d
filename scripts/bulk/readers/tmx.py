"""TMX (1.4b and earlier): a document a file, or a document for each run of units that name the same one.

What names a unit's document is a `prop` of a given type, or its tuid up to the last slash, as the TMX form
writes it ("a1/row-7"). A unit gives its variants' segments as sentences (`service.tmx`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bulk import storage
from bulk.document import Document
from bulk.errors import OptionError
from bulk.readers.beads import BrokenError, grouped, placed
from service.tmx import read_units
from service.xml_stream import UnsoundXmlError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from service.tmx import Unit

FILE: Final = "file"
TUID: Final = "tuid"
_PROP: Final = "prop:"


def check_grouping(by: str) -> None:
    """Raise OptionError for a way to tell documents that there is not."""
    if by not in (FILE, TUID) and not (by.startswith(_PROP) and len(by) > len(_PROP)):
        raise OptionError(f'TMX has no documents by "{by}"; there are {FILE}, {TUID} and {_PROP}TYPE.')


class TmxSource:
    """A TMX file; `by` is "file", "tuid" or "prop:" and the type of the property that names the document."""

    def __init__(self, path: str, languages: Sequence[str], max_bytes: int, by: str = FILE) -> None:
        check_grouping(by)
        self._path = path
        self._languages = frozenset(languages)
        self._max_bytes = max_bytes
        self._by = by
        self.name = storage.file_name(path)

    def found(self) -> Iterator[tuple[str, Document]]:
        """Yield the file's documents; of a file that breaks off, those before the break."""
        documents = grouped(self._beads(), self._max_bytes)
        if self._by != FILE:
            yield from placed(self.name, documents)
            return
        try:
            yield FILE, next(documents, Document(self._stem, problem=f"{self.name} has no units."))
            return
        except BrokenError as error:
            reason = str(error)
        except storage.damage() as error:
            reason = f"It is damaged: {error}."
        yield FILE, Document(self._stem, problem=f"{self.name} cannot be read. {reason}")

    def count(self) -> int | None:
        """Return how many documents there are: one, or what reading the file tells."""
        return 1 if self._by == FILE else sum(1 for _ in self.found())

    @property
    def _stem(self) -> str:
        return storage.without_compression(self.name).removesuffix(".tmx")

    def _beads(self) -> Iterator[tuple[str, Mapping[str, str]]]:
        with storage.reading(self._path) as file:
            try:
                for unit in read_units(file):
                    wanted = {
                        language: text for language, text in unit.texts.items() if language in self._languages
                    }
                    yield self._document(unit), wanted
            except UnsoundXmlError as error:
                raise BrokenError(f"It is no sound TMX: {error}.") from error

    def _document(self, unit: Unit) -> str:
        if self._by == FILE:
            return self._stem
        if self._by == TUID:
            return unit.tuid.rpartition("/")[0] or unit.tuid or self._stem
        return unit.props.get(self._by.removeprefix(_PROP)) or self._stem
