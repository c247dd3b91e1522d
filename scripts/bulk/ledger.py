"""The ledger of a run: what has become of each document and each shard, in SQLite beside the output.

A document is settled once it stands here, aligned (its record is kept until its shard is written) or failed
with a reason. A shard is done once its files are in place and their sizes and checksums stand here. Every
change of state is one transaction that is on the disk before anything is built on it (write-ahead log,
synchronous=FULL), so whatever moment a run ends at, it can be taken up from there. What is not settled is
not here.

One process at a time: the file is locked as long as it is open.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bulk.errors import LedgerError, RunStoppedError
from bulk.manifest import ShardManifest
from bulk.seen import LedgerSeen
from bulk.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path
    from types import TracebackType

    from bulk.task import Outcome

_FORMAT: Final = "1"
_SCHEMA: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE documents (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, fingerprint BLOB NOT NULL, reason TEXT NOT NULL,
    seconds REAL NOT NULL, encoding REAL NOT NULL, score REAL, findings INTEGER, page TEXT
);
CREATE INDEX failed ON documents (number) WHERE reason != '';
CREATE INDEX slow ON documents (seconds);
CREATE INDEX scored ON documents (score) WHERE score IS NOT NULL;
CREATE TABLE records (number INTEGER PRIMARY KEY, packed BLOB NOT NULL, dropped TEXT NOT NULL);
CREATE TABLE shards (shard INTEGER PRIMARY KEY, manifest BLOB NOT NULL, tally TEXT NOT NULL);
CREATE TABLE seen (digest BLOB PRIMARY KEY, number INTEGER NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the ledger says of a document; `score` is its rows' mean, None before its shard is written."""

    number: int
    id: str
    reason: str
    seconds: float
    score: float | None
    findings: int | None
    page: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """What a written shard says of one of its documents."""

    number: int
    score: float | None
    findings: int
    page: str | None


class Ledger:
    """A ledger that is open; use as a context, or close it."""

    def __init__(self, path: Path, shard_documents: int) -> None:
        """Open the ledger, made if it is not there; raise LedgerError."""
        self._path = path
        self._size = shard_documents
        path.parent.mkdir(parents=True, exist_ok=True)
        self._table = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        try:
            self._open()
        except sqlite3.DatabaseError as error:
            self._table.close()
            raise _translated(error, path) from error

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the ledger; what is not committed is given up."""
        if self._table.in_transaction:
            self._table.execute("ROLLBACK")
        self._table.close()

    def commit(self) -> None:
        """Put on the disk what was written since the last commit; raise RunStoppedError."""
        if self._table.in_transaction:
            self._do("COMMIT")

    def rollback(self) -> None:
        """Give up what was written since the last commit."""
        if self._table.in_transaction:
            self._do("ROLLBACK")

    def fact(self, name: str) -> Any:
        """Return a fact of the run, None where it is not known."""
        found = self._do("SELECT value FROM facts WHERE name = ?", name).fetchone()
        return json.loads(found[0]) if found else None

    def note(self, name: str, value: object) -> None:
        """Write down a fact of the run."""
        self._change("INSERT OR REPLACE INTO facts VALUES (?, ?)", name, json.dumps(value))

    def fingerprint(self, number: int) -> bytes | None:
        """Return a settled document's fingerprint, None for one that is not settled."""
        found = self._do("SELECT fingerprint FROM documents WHERE number = ?", number).fetchone()
        return bytes(found[0]) if found else None

    def settle(self, outcome: Outcome) -> None:
        """Write down what became of a document."""
        self._change(
            "INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, NULL)",
            outcome.number,
            outcome.id,
            outcome.fingerprint,
            outcome.reason,
            outcome.seconds,
            outcome.encoding,
        )
        if outcome.packed is not None:
            dropped = json.dumps(dict(outcome.dropped), sort_keys=True)
            self._change(
                "INSERT OR REPLACE INTO records VALUES (?, ?, ?)", outcome.number, outcome.packed, dropped
            )

    def settled(self) -> tuple[int, int]:
        """Return how many documents are settled, and how many of them failed."""
        total = self._do("SELECT count(*) FROM documents").fetchone()[0]
        return int(total), int(self._do("SELECT count(*) FROM documents WHERE reason != ''").fetchone()[0])

    def settled_by_shard(self) -> dict[int, int]:
        """Return how many documents are settled of each shard that is not done, none left out."""
        query = (
            "SELECT number / ? AS shard, count(*) FROM documents "
            "WHERE number / ? NOT IN (SELECT shard FROM shards) GROUP BY 1"
        )
        return dict(self._do(query, self._size, self._size).fetchall())

    def records(self, shard: int) -> Iterator[tuple[int, bytes, dict[str, int]]]:
        """Yield a shard's records in order: number, packed record, rows dropped."""
        rows = self._do(
            "SELECT * FROM records WHERE number >= ? AND number < ? ORDER BY number", *self._span(shard)
        )
        for number, packed, dropped in rows:
            yield number, packed, json.loads(dropped)

    def seen(self, number: int) -> LedgerSeen:
        """Return the run's memory of rows given out, as a document of this number sees and fills it."""
        return LedgerSeen(self, number)

    def add_seen(self, digest: bytes, number: int) -> bool:
        """Note that a row was given out; tell whether it is new."""
        return self._change("INSERT OR IGNORE INTO seen VALUES (?, ?)", digest, number).rowcount == 1

    def finish(self, shard: int, manifest: ShardManifest, tally: Tally, shown: Iterable[Shown]) -> None:
        """Write down that a shard is done.

        Its records go, unless it has documents that failed: trying those again needs the others.
        """
        self._change(
            "INSERT OR REPLACE INTO shards VALUES (?, ?, ?)", shard, manifest.to_bytes(), tally.to_json()
        )
        for each in shown:
            self._change(
                "UPDATE documents SET score = ?, findings = ?, page = ? WHERE number = ?",
                each.score,
                each.findings,
                each.page,
                each.number,
            )
        failed = "SELECT 1 FROM documents WHERE reason != '' AND number >= ? AND number < ? LIMIT 1"
        if self._do(failed, *self._span(shard)).fetchone() is None:
            self._change("DELETE FROM records WHERE number >= ? AND number < ?", *self._span(shard))

    def done(self) -> Iterator[tuple[int, ShardManifest]]:
        """Yield the shards that are done, in order."""
        last = -1
        while row := self._do(
            "SELECT shard, manifest FROM shards WHERE shard > ? ORDER BY shard", last
        ).fetchone():
            last = row[0]
            yield last, ShardManifest.from_bytes(row[1])

    def tally(self) -> Tally:
        """Return the sum of the shards' tallies."""
        total = Tally()
        for (tally,) in self._do("SELECT tally FROM shards ORDER BY shard"):
            total.merge(Tally.from_json(tally))
        return total

    def failed(self) -> Iterator[Standing]:
        """Yield the documents that failed, in order."""
        yield from self._standings("WHERE reason != '' ORDER BY number")

    def slowest(self, most: int) -> list[Standing]:
        """Return the documents that took longest."""
        return list(self._standings("ORDER BY seconds DESC LIMIT ?", most))

    def worst(self, most: int) -> list[Standing]:
        """Return the aligned documents with the lowest scores."""
        return list(self._standings("WHERE score IS NOT NULL ORDER BY score, number LIMIT ?", most))

    def reopen(self, shard: int) -> None:
        """Take back that a shard is done; documents whose records are gone will be aligned again."""
        span = self._span(shard)
        self._change("DELETE FROM shards WHERE shard = ?", shard)
        self._change("DELETE FROM seen WHERE number >= ? AND number < ?", *span)
        self._change(
            "DELETE FROM documents WHERE reason = '' AND number >= ? AND number < ? "
            "AND number NOT IN (SELECT number FROM records WHERE number >= ? AND number < ?)",
            *span,
            *span,
        )

    def forget_failed(self) -> int:
        """Let all documents that failed be tried again; return how many."""
        shards = "SELECT DISTINCT number / ? FROM documents WHERE reason != ''"
        for (shard,) in self._do(shards, self._size).fetchall():
            self.reopen(shard)
        return self._change("DELETE FROM documents WHERE reason != ''").rowcount

    def _open(self) -> None:
        # Exclusive: the lock is held until the file is closed, and no shared memory is needed, so that the
        # ledger may lie on a network drive.
        for pragma in ("locking_mode = EXCLUSIVE", "journal_mode = WAL", "synchronous = FULL"):
            self._table.execute(f"PRAGMA {pragma}")
        self._table.execute("BEGIN IMMEDIATE")
        if self._table.execute("SELECT count(*) FROM sqlite_master").fetchone()[0] == 0:
            for statement in _SCHEMA.split(";"):
                self._table.execute(statement)
            self._table.execute("INSERT INTO facts VALUES ('format', ?)", (json.dumps(_FORMAT),))
        self._table.execute("COMMIT")
        if self.fact("format") != _FORMAT:
            raise LedgerError(f"{self._path} is of another release of Triptych; use that, or --overwrite.")

    def _standings(self, rest: str, *values: object) -> Iterator[Standing]:
        columns = "number, id, reason, seconds, score, findings, page"
        for row in self._do(f"SELECT {columns} FROM documents {rest}", *values):
            yield Standing(*row)

    def _span(self, shard: int) -> tuple[int, int]:
        return shard * self._size, (shard + 1) * self._size

    def _change(self, statement: str, *values: object) -> sqlite3.Cursor:
        if not self._table.in_transaction:
            self._do("BEGIN IMMEDIATE")
        return self._do(statement, *values)

    def _do(self, statement: str, *values: object) -> sqlite3.Cursor:
        try:
            return self._table.execute(statement, values)
        except sqlite3.DatabaseError as error:
            raise _translated(error, self._path) from error


def _translated(error: sqlite3.DatabaseError, path: Path) -> LedgerError | RunStoppedError:
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else None
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LedgerError(f"Another run has {path} open; wait for it to end.")
    if primary in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return RunStoppedError(f"{path} cannot be written: {error}; is the disk full?")
    if primary in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return LedgerError(f"{path} cannot be opened for writing: {error}.")
    return LedgerError(f"{path} is damaged ({error}); begin anew with --overwrite.")


def check_identity(ledger: Ledger, identity: Mapping[str, Any]) -> None:
    """Note the options of a new run; raise LedgerError where they are not those it began with."""
    from bulk.options import differences

    before = ledger.fact("options")
    if before is None:
        ledger.note("options", identity)
        ledger.commit()
    elif differing := differences(before, json.loads(json.dumps(identity))):
        raise LedgerError(
            f"The run began with other options: {'; '.join(differing)}. "
            "Resume it with the same ones, or begin anew with --overwrite."
        )
