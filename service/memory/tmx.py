"""Approved units from and to TMX 1.4b (LISA OSCAR, 2005).

Read as a stream, one unit in memory at a time (`service.memory.stream`). Formatting codes (bpt, ept, ph, it,
ut) are left out of a segment, as they are no text; highlighted text (hi) stays.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lxml import etree

from service.errors import ExchangeError
from service.memory.stream import elements, text_of
from service.memory.units import Approved, checked
from service.render.text import one_line, xml_text
from service.render.tmx import tmx_header

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_LANG: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_CODES: Final = frozenset(("bpt", "ept", "ph", "it", "ut"))
_TIME: Final = "%Y%m%dT%H%M%SZ"
_SOURCE: Final = "en"


class TmxReader:
    """The units of a TMX file with an English variant, one for each other variant.

    `skipped` counts the units without one, or with nothing beside it; `machine` the variants that say a
    machine made them. Both are complete once all units have been read.
    """

    def __init__(self, path: Path, now: datetime | None = None) -> None:
        self.skipped = 0
        self.machine = 0
        self._path = path
        self._now = (now or datetime.now(UTC)).isoformat(timespec="seconds")

    def __iter__(self) -> Iterator[Approved]:
        """Read the file; raise ExchangeError where it cannot be read or is not TMX."""
        for _, unit in elements(self._path, "tmx", "tu"):
            yield from self._variants(unit)

    def _variants(self, unit: etree._Element) -> Iterator[Approved]:
        variants = [(_language(variant), variant) for variant in unit.iterfind("tuv")]
        source = next((self._text(variant) for language, variant in variants if language == _SOURCE), "")
        found = [
            (language, text, variant)
            for language, variant in variants
            if language not in (_SOURCE, "") and (text := self._text(variant))
        ]
        if not source or not found:
            self.skipped += 1
            return
        for language, text, variant in found:
            self.machine += (variant.findtext("prop[@type='x-origin']") or "").startswith("machine")
            author = _first("changeid", "creationid", of=(variant, unit))
            when = _iso(_first("changedate", "creationdate", of=(variant, unit))) or self._now
            yield checked(Approved(source, language, text, self._path.name, author, when))

    def _text(self, variant: etree._Element) -> str:
        segment = variant.find("seg")
        return "" if segment is None else one_line(text_of(self._path, segment, _CODES))


def write_tmx(units: Iterable[Approved], path: Path) -> int:
    """Write approved units as TMX, beside first, then renamed; return how many. Raises ExchangeError."""
    beside = path.with_name(f".{path.name}.part")
    number = 0
    try:
        with etree.xmlfile(str(beside), encoding="UTF-8") as document:
            document.write_declaration()
            with document.element("tmx", version="1.4"):
                document.write(tmx_header(_SOURCE, "approved units of a translation memory"))
                with document.element("body"):
                    for unit in units:
                        document.write(_unit(unit), pretty_print=True)
                        number += 1
        beside.replace(path)
    except OSError as error:
        raise ExchangeError(path, error.strerror or str(error)) from error
    finally:
        beside.unlink(missing_ok=True)
    return number


def _unit(unit: Approved) -> etree._Element:
    element = etree.Element("tu")
    for language, text in ((_SOURCE, unit.source), (unit.target, unit.text)):
        variant = etree.SubElement(element, "tuv", {_LANG: language})
        etree.SubElement(variant, "seg").text = xml_text(text)
    if unit.author:
        variant.set("changeid", xml_text(unit.author))
    with suppress(ValueError):  # it may have come without a time
        variant.set("changedate", datetime.fromisoformat(unit.approved).astimezone(UTC).strftime(_TIME))
    return element


def _language(variant: etree._Element) -> str:
    """Return a variant's language without its country, "" if it does not say."""
    name = variant.get(_LANG) or variant.get("lang") or ""
    return name.replace("_", "-").split("-")[0].lower()


def _first(*names: str, of: tuple[etree._Element, ...]) -> str:
    return next((value for element in of for name in names if (value := element.get(name))), "")


def _iso(time: str) -> str:
    try:
        return datetime.strptime(time, _TIME).replace(tzinfo=UTC).isoformat(timespec="seconds")
    except ValueError:
        return ""
