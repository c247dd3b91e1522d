"""What goes to a worker and what comes back."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bulk.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk.document import Document

_LEVEL = 1  # a record has a fifth of its size then; higher levels cost more than they save


@dataclass(frozen=True, slots=True)
class Task:
    """A document to align: its number in the reader's order, from 0, and what tells that it has changed."""

    number: int
    document: Document
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a document: its record, packed, or the reason that there is none.

    `dropped` counts rows left out, by reason. `seconds` are the clock's, `encoding` the processor's seconds
    inside the encoder.
    """

    number: int
    id: str
    fingerprint: bytes
    packed: bytes | None = None
    reason: str = ""
    dropped: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    encoding: float = 0.0

    @classmethod
    def failed(cls, task: Task, reason: str, seconds: float = 0.0) -> Outcome:
        """Return the outcome of a document that could not be aligned."""
        return cls(task.number, task.document.id, task.fingerprint, reason=reason, seconds=seconds)


def packed(record: Record) -> bytes:
    """Return a record's bytes, compressed."""
    return zlib.compress(record.to_bytes(), _LEVEL)


def unpacked(content: bytes) -> Record:
    """Read what `packed` gave; raise RecordError."""
    return Record.from_bytes(zlib.decompress(content))
