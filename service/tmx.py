"""Translation memories in TMX, 1.4b (LISA OSCAR, 2005) and earlier, read a unit at a time.

A segment's text is in one line. Formatting codes (bpt, ept, ph, it, ut) are no text and left out, with what
stands in their `sub` elements; highlighted text (hi) stays. Leaves out: a variant's segment type and notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Final

from service.render.text import one_line
from service.xml_stream import elements, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lxml import etree

XML_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
TIME: Final = "%Y%m%dT%H%M%SZ"  # how TMX writes times, in UTC
_CODES: Final = frozenset(("bpt", "ept", "ph", "it", "ut"))


@dataclass(frozen=True, slots=True)
class Variant:
    """A unit in one language.

    `language` is in lower case without its country, "" where the file does not say; `text` is "" where there
    is no segment. `author` ("" for nobody) and `changed` (None: unknown) are of the last change or else of
    the making, the unit's where the variant has none. `props` are properties by type.
    """

    language: str
    text: str
    author: str
    changed: datetime | None
    props: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unit:
    """A translation unit: its id, "" for none, its properties by type, and its variants in order."""

    tuid: str
    props: Mapping[str, str]
    variants: tuple[Variant, ...]

    @property
    def texts(self) -> dict[str, str]:
        """Each language's first text that is not empty."""
        found: dict[str, str] = {}
        for variant in self.variants:
            if variant.text:
                found.setdefault(variant.language, variant.text)
        return found


def read_units(file: IO[bytes]) -> Iterator[Unit]:
    """Yield the units of an open TMX file; raise UnsoundXmlError where it is none, or none any more.

    Memory does not grow with the file. What reading the file raises is raised as it is.
    """
    for _, unit in elements(file, "tmx", "tu"):
        variants = tuple(_variant(unit, child) for child in unit if child.tag == "tuv")
        yield Unit(unit.get("tuid") or "", _props(unit), variants)


def _variant(unit: etree._Element, variant: etree._Element) -> Variant:
    code = variant.get(XML_LANG) or variant.get("lang") or ""
    segment = next((child for child in variant if child.tag == "seg"), None)
    return Variant(
        code.lower().replace("_", "-").partition("-")[0],
        "" if segment is None else one_line(text_of(segment, _CODES)),
        _last("id", variant) or _last("id", unit),
        _time(_last("date", variant) or _last("date", unit)),
        _props(variant),
    )


def _props(element: etree._Element) -> dict[str, str]:
    return {child.get("type") or "": (child.text or "").strip() for child in element if child.tag == "prop"}


def _last(what: str, element: etree._Element) -> str:
    """Return who ("id") or when ("date") it was that changed an element last, or else made it."""
    return element.get(f"change{what}") or element.get(f"creation{what}") or ""


def _time(written: str) -> datetime | None:
    if not written:  # by far the most usual
        return None
    try:
        return datetime.strptime(written, TIME).replace(tzinfo=UTC)
    except ValueError:
        return None
