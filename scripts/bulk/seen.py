"""Remembering what was there before, for more things than fit into memory."""

from __future__ import annotations

import sqlite3
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from types import TracebackType

    from bulk.ledger import Ledger


class Seen(Protocol):
    """A set of digests that only grows."""

    def add(self, digest: bytes) -> bool:
        """Add a digest; tell whether it is new."""


def digest_of(text: str) -> bytes:
    """Return what stands for a text in a Seen: 16 bytes of BLAKE2b, which no two of 10**12 texts share."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


class TemporarySeen:
    """A Seen for the length of one pass: in memory while it is small, then in a file that SQLite removes."""

    def __init__(self) -> None:
        # "" is a private database that goes when it is closed. Whoever reads may go on in another thread.
        self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._table.execute("CREATE TABLE seen (digest BLOB PRIMARY KEY) WITHOUT ROWID")
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("BEGIN")

    def __enter__(self) -> TemporarySeen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._table.close()

    def add(self, digest: bytes) -> bool:
        """Add a digest; tell whether it is new."""
        return self._table.execute("INSERT OR IGNORE INTO seen VALUES (?)", (digest,)).rowcount == 1


class LedgerSeen:
    """The Seen of a run, kept from one session to the next."""

    def __init__(self, ledger: Ledger, number: int) -> None:
        self._ledger = ledger
        self._number = number

    def add(self, digest: bytes) -> bool:
        """Add a digest; tell whether it is new."""
        return self._ledger.add_seen(digest, self._number)
