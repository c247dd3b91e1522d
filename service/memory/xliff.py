"""Approved units from XLIFF 2.0 and 2.1 (OASIS), read as a stream: what Triptych and CAT tools write.

Codes in a segment (ph, sc, ec) are no text and left out; what stands inside of others (pc, mrk) is text.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from service.errors import ExchangeError
from service.memory.exchange import opened
from service.memory.units import Approved, checked
from service.render.text import one_line
from service.xml_stream import elements, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lxml import etree

_CORE: Final = "{urn:oasis:names:tc:xliff:document:2.0}"
_CODES: Final = frozenset(f"{_CORE}{name}" for name in ("ph", "sc", "ec"))
_SOURCE: Final = "en"


class XliffReader:
    """The segments of an XLIFF file from English that have a target.

    `skipped` counts the others, `machine` those that say a machine made them; complete once all are read.
    """

    def __init__(self, path: Path, now: datetime | None = None) -> None:
        self.skipped = 0
        self.machine = 0
        self._path = path
        self._now = (now or datetime.now(UTC)).isoformat(timespec="seconds")

    def __iter__(self) -> Iterator[Approved]:
        """Read the file; raise ExchangeError where it cannot be read or is not XLIFF 2 from English."""
        with opened(self._path) as file:
            for root, segment in elements(file, f"{_CORE}xliff", f"{_CORE}segment"):
                yield from self._approved(root, segment)

    def _approved(self, root: etree._Element, segment: etree._Element) -> Iterator[Approved]:
        source, target = ((root.get(name) or "").split("-")[0].lower() for name in ("srcLang", "trgLang"))
        if source != _SOURCE or not target:
            raise ExchangeError(
                self._path, f'it is from "{source}" to "{target}", not from {_SOURCE} to a language'
            )
        texts = [segment.find(f"{_CORE}{name}") for name in ("source", "target")]
        original, text = (one_line(text_of(found, _CODES)) if found is not None else "" for found in texts)
        if not original or not text:
            self.skipped += 1
            return
        self.machine += (segment.get("subState") or "").startswith("triptych:machine")
        yield checked(Approved(original, target, text, self._path.name, "", self._now))
