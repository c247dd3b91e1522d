"""Approved units from and to TMX 1.4b, read as a stream (`service.tmx`)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lxml import etree

from service.errors import ExchangeError
from service.memory.exchange import opened
from service.memory.units import Approved, checked
from service.render.text import xml_text
from service.render.tmx import tmx_header
from service.tmx import TIME, XML_LANG, read_units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from service.tmx import Unit

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
        self._now = now or datetime.now(UTC)

    def __iter__(self) -> Iterator[Approved]:
        """Read the file; raise ExchangeError where it cannot be read or is not TMX."""
        with opened(self._path) as file:
            for unit in read_units(file):
                yield from self._approved(unit)

    def _approved(self, unit: Unit) -> Iterator[Approved]:
        source = unit.texts.get(_SOURCE, "")
        variants = [each for each in unit.variants if each.language not in (_SOURCE, "") and each.text]
        if not source or not variants:
            self.skipped += 1
            return
        for variant in variants:
            self.machine += variant.props.get("x-origin", "").startswith("machine")
            when = (variant.changed or self._now).isoformat(timespec="seconds")
            approved = Approved(source, variant.language, variant.text, self._path.name, variant.author, when)
            yield checked(approved)


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
        variant = etree.SubElement(element, "tuv", {XML_LANG: language})
        etree.SubElement(variant, "seg").text = xml_text(text)
    if unit.author:
        variant.set("changeid", xml_text(unit.author))
    with suppress(ValueError):  # it may have come without a time
        variant.set("changedate", datetime.fromisoformat(unit.approved).astimezone(UTC).strftime(TIME))
    return element
