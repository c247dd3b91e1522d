"""JSONL: a document a line, the JSON form of the service with the document's id in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.writers.shard import Shard

if TYPE_CHECKING:
    from bulk.record import Record


class JsonlWriter:
    """Writes STEM.jsonl, compressed where `compression` is ".gz" or ".zst"."""

    name = "jsonl"

    def __init__(self, compression: str = "") -> None:
        self._compression = compression
        self._shard = Shard()

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard."""
        self._shard = Shard(folder)
        self._file = self._shard.open(f"{stem}.jsonl{self._compression}")

    def write(self, record: Record) -> None:
        """Write a document as one line."""
        self._file.write(record.to_bytes() + b"\n")

    def close(self) -> list[str]:
        """Finish the shard."""
        return self._shard.close()
