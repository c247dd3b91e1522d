"""A table a shard: the service's tab-separated form with the document's id in front of each row."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from bulk.writers.shard import Shard
from service.render.tsv import tsv_cell, tsv_header, tsv_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bulk.record import Record


class TsvWriter:
    """Writes STEM.tsv: document, row, score, a column a language, findings, signature."""

    name = "tsv"

    def __init__(self, languages: Sequence[str], compression: str = "") -> None:
        self._languages = tuple(languages)
        self._compression = compression
        self._shard = Shard()

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard with its header line."""
        self._shard = Shard(folder)
        self._file = self._shard.open(f"{stem}.tsv{self._compression}")
        self._file.write(_lines([["document", *tsv_header(self._languages)]]))

    def write(self, record: Record) -> None:
        """Write a document's rows."""
        name = tsv_cell(record.id, guard=True)
        self._file.write(_lines([name, *cells] for cells in tsv_rows(record.aligned, self._languages)))

    def close(self) -> list[str]:
        """Finish the shard."""
        return self._shard.close()


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, dialect="excel-tab", lineterminator="\n").writerows(rows)
    return out.getvalue().encode()
