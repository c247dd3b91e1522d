"""TMX (1.4b and earlier): a document a file, or a document for each run of units that name the same one.

What names a unit's document is a `prop` of a given type, or its tuid up to the last slash, as the TMX form
writes it ("a1/row-7"). A unit gives its variants' segments as sentences; codes inside a segment (bpt, ept,
ph, it, ut) are left out, what stands in their `sub` elements too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from lxml import etree

from bulk import storage
from bulk.document import Document
from bulk.errors import OptionError
from bulk.readers.beads import BrokenError, grouped, placed
from service.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

FILE: Final = "file"
TUID: Final = "tuid"
_PROP: Final = "prop:"
_XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES: Final = frozenset({"bpt", "ept", "ph", "it", "ut"})


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation unit: its id, its properties by type, and each variant's segment by language."""

    tuid: str
    props: Mapping[str, str]
    segments: Mapping[str, str]


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
            for unit in units(file):
                wanted = {
                    language: text for language, text in unit.segments.items() if language in self._languages
                }
                yield self._document(unit), wanted

    def _document(self, unit: Unit) -> str:
        if self._by == FILE:
            return self._stem
        if self._by == TUID:
            return unit.tuid.rpartition("/")[0] or unit.tuid or self._stem
        return unit.props.get(self._by.removeprefix(_PROP)) or self._stem


def units(file: IO[bytes]) -> Iterator[Unit]:
    """Yield the units of an open TMX file; raise BrokenError where it is no TMX any more.

    Memory does not grow with the file: a unit is dropped when it has been read.
    """
    try:
        events = etree.iterparse(
            file,
            tag="tu",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
        )
        for _, element in events:
            yield _unit(element)
            element.clear()
            while (before := element.getprevious()) is not None:
                parent = element.getparent()
                if parent is None:
                    break
                parent.remove(before)
    except etree.XMLSyntaxError as error:
        raise BrokenError(f"It is not TMX: {error}.") from error


def _unit(element: etree._Element) -> Unit:
    segments: dict[str, str] = {}
    for variant in element.iterfind("tuv"):
        code = variant.get(_XML_LANG) or variant.get("lang") or ""
        segment = variant.find("seg")
        language = code.lower().replace("_", "-").partition("-")[0]
        if segment is not None and language not in segments:
            segments[language] = one_line("".join(_words(segment)))
    props = {prop.get("type") or "": (prop.text or "").strip() for prop in element.iterfind("prop")}
    return Unit(element.get("tuid") or "", props, segments)


def _words(element: etree._Element) -> Iterator[str]:
    """Yield what is text in a segment: `hi` marks text, the other elements hold codes."""
    yield element.text or ""
    for child in element:
        if child.tag not in _CODES and isinstance(child.tag, str):
            yield from _words(child)
        yield child.tail or ""
