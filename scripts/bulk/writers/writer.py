"""What every writer of output can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bulk.record import Record


class Writer(Protocol):
    """Writes one shard in one form: the same records in the same order give the same bytes.

    Memory does not grow with the number of records. A writer writes straight to the names it gives back:
    whoever calls it gives a folder that nobody reads yet, and puts the files into place when they are whole.
    """

    @property
    def name(self) -> str:
        """The form's name: "jsonl", "parquet", ..."""

    def begin(self, folder: str, stem: str) -> None:
        """Begin the shard `stem` in a folder, a local path or an fsspec address."""

    def write(self, record: Record) -> None:
        """Write a document."""

    def close(self) -> list[str]:
        """Finish; return the names of the files written, relative to the folder, in order."""
