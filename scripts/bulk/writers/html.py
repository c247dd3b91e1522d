"""Side-by-side pages: one a document, and an index page a shard; `write_index` makes that of the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.writers.index import NAME, IndexLine, index_page
from bulk.writers.shard import Names, Shard
from service.render.html import PageTemplate
from service.render.text import encodable

if TYPE_CHECKING:
    from bulk.record import Record


class HtmlWriter:
    """Writes STEM/ID.html and STEM/index.html."""

    name = "html"

    def __init__(self) -> None:
        self._template = PageTemplate()
        self._shard = Shard()

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard, a folder of its own."""
        self._shard = Shard(folder)
        self._stem = stem
        self._names = Names(reserved=("index",))
        self._lines: list[IndexLine] = []

    def write(self, record: Record) -> None:
        """Write a document's page."""
        file = f"{self._names.of(record.id)}.html"
        self._shard.put(f"{self._stem}/{file}", self._template.render(record.aligned).encode())
        scores = [row.score for row in record.rows if sum(map(bool, row.sentences.values())) > 1]
        mean = f"{sum(scores) / len(scores):.2f}" if scores else ""
        facts = (", ".join(record.languages), str(len(record.rows)), mean, str(len(record.findings)))
        self._lines.append(IndexLine(encodable(record.id), file, facts))

    def close(self) -> list[str]:
        """Write the shard's index and finish it."""
        heads = ("Document", "Languages", "Rows", "Mean score", "Findings")
        pieces = index_page(self._stem, heads, self._lines, up=f"../{NAME}")
        self._shard.put(f"{self._stem}/{NAME}", "".join(pieces).encode())
        return self._shard.close()
