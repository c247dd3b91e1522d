"""TMX 1.4b: one file a shard, the service's translation units with the document's id in front of theirs.

The header names the signature of the first document; units of documents with another one say it themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from bulk.writers.shard import Shard
from service.render.text import xml_text
from service.render.tmx import SIGNATURE, tmx_header, tmx_units

if TYPE_CHECKING:
    from bulk.record import Record


class TmxWriter:
    """Writes STEM.tmx; a shard without documents is a TMX without units."""

    name = "tmx"

    def __init__(self, compression: str = "") -> None:
        self._compression = compression
        self._shard = Shard()

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard; the header is written with the first document."""
        self._shard = Shard(folder)
        self._file = self._shard.open(f"{stem}.tmx{self._compression}")
        self._signature: str | None = None

    def write(self, record: Record) -> None:
        """Write a document's units."""
        if self._signature is None:
            self._open(record.signature)
        for unit in tmx_units(record.aligned, prefix=f"{record.id}/"):
            if record.signature != self._signature:
                note = etree.Element("prop", type=SIGNATURE)
                note.text = xml_text(record.signature)
                unit.insert(0, note)
            self._body.write("\n", unit)

    def close(self) -> list[str]:
        """Finish the shard."""
        if self._signature is None:
            self._open("")
        return self._shard.close()

    def _open(self, signature: str) -> None:
        self._signature = signature
        self._body = self._shard.enter(etree.xmlfile(self._file, encoding="UTF-8"))
        self._body.write_declaration()
        self._shard.enter(self._body.element("tmx", version="1.4"))
        self._body.write("\n", tmx_header(None, signature), "\n")
        self._shard.enter(self._body.element("body"))
