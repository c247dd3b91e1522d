"""XLIFF 2.1: the service's bilingual form, a file for each document and target language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.writers.shard import Names, Shard
from service.render.xliff import render_xliffs

if TYPE_CHECKING:
    from bulk.record import Record


class XliffWriter:
    """Writes STEM/ID.TARGET.xlf; the source is a document's first version."""

    name = "xliff"

    def __init__(self) -> None:
        self._shard = Shard()

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard, a folder of its own."""
        self._shard = Shard(folder)
        self._stem = stem
        self._names = Names()

    def write(self, record: Record) -> None:
        """Write a document's files."""
        name = self._names.of(record.id)
        for target, content in render_xliffs(record.aligned).items():
            self._shard.put(f"{self._stem}/{name}.{target}.xlf", content)

    def close(self) -> list[str]:
        """Finish the shard."""
        return self._shard.close()
