"""The memory's file: SQLite in WAL mode, which several processes can read and write at once.

Machine-made units are kept up to a number and thrown out by when they were last of use, counted in hours, so
that a hit seldom costs a write. Approved units are never thrown out.

Leaves out: machines that share the file over a network; WAL needs shared memory.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Final, TypeVar

from models.translation import Translation
from service.errors import MemoryFileError
from service.memory.units import Approved

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

T = TypeVar("T")
_APPLICATION: Final = 0x74727031  # "trp1", in the file's header (PRAGMA application_id)
_VERSION: Final = 1
_WAIT: Final = 30.0  # seconds for another writer
_ATTEMPTS: Final = 100  # to switch a new file to WAL mode
_CHUNK: Final = 500  # parameters of a statement
_SCHEMA: Final = """
CREATE TABLE scopes (id INTEGER PRIMARY KEY, signature TEXT NOT NULL UNIQUE);
CREATE TABLE machine (
    scope INTEGER NOT NULL, target TEXT NOT NULL, source TEXT NOT NULL,
    text TEXT NOT NULL, score REAL NOT NULL, flags TEXT NOT NULL, used INTEGER NOT NULL,
    UNIQUE (scope, target, source)
);
CREATE INDEX machine_used ON machine (used);
CREATE TABLE approved (
    target TEXT NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
    origin TEXT NOT NULL, author TEXT NOT NULL, approved TEXT NOT NULL,
    PRIMARY KEY (target, source)
) WITHOUT ROWID;
"""
_APPROVE: Final = """
INSERT INTO approved (target, source, text, origin, author, approved)
SELECT * FROM temp.incoming WHERE true
ON CONFLICT (target, source) DO UPDATE SET
    text = excluded.text, origin = excluded.origin, author = excluded.author, approved = excluded.approved
"""


class Memory:
    """Units in one file; any thread may use it, and other processes the same file.

    `units` is how many machine-made ones are kept. Every method raises MemoryFileError where the file cannot
    be used; whatever was approved stays in it.
    """

    def __init__(self, path: Path, units: int, clock: Callable[[], float] = time.time) -> None:
        self.path = path
        self._limit = units
        self._clock = clock
        self._lock = Lock()
        self._connection = _open(path)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    def approved(self, sources: Sequence[str], target: str) -> dict[str, str]:
        """Return the approved texts of those sources (as `normal_source` writes them) that have one."""
        found: dict[str, str] = {}
        with self._reading() as connection:
            for chunk in _chunks(sources):
                query = f"SELECT source, text FROM approved WHERE target = ? AND source IN ({_marks(chunk)})"
                found |= dict(connection.execute(query, [target, *chunk]))
        return found

    def find(self, source: str, target: str) -> Approved | None:
        """Return an approved unit, None if there is none."""
        query = (
            "SELECT source, target, text, origin, author, approved FROM approved"
            " WHERE target = ? AND source = ?"
        )
        with self._reading() as connection:
            row = connection.execute(query, [target, source]).fetchone()
        return Approved(*row) if row else None

    def all_approved(self) -> Iterator[Approved]:
        """Yield every approved unit, by source and target."""
        query = "SELECT source, target, text, origin, author, approved FROM approved ORDER BY source, target"
        after: tuple[str, str] | None = None
        while True:  # in chunks, so that the file is free between them
            with self._reading() as connection:
                where = "" if after is None else "WHERE (source, target) > (?, ?) "
                rows = connection.execute(
                    query.replace("ORDER", f"{where}ORDER") + f" LIMIT {_CHUNK}", after or ()
                ).fetchall()
            if not rows:
                return
            yield from (Approved(*row) for row in rows)
            after = rows[-1][:2]

    def approve(self, units: Iterable[Approved]) -> int:
        """Keep approved units, in place of older ones of the same source and target; all of them or none.

        Returns how many there were. Other processes wait only while the last of it is written.
        """
        with self._reading() as connection:
            connection.execute("CREATE TEMP TABLE incoming AS SELECT * FROM approved LIMIT 0")
            try:
                with _transaction(connection, "BEGIN"):
                    number = connection.executemany(
                        "INSERT INTO temp.incoming VALUES (?, ?, ?, ?, ?, ?)",
                        ((u.target, u.source, u.text, u.origin, u.author, u.approved) for u in units),
                    ).rowcount
                connection.execute("PRAGMA synchronous = FULL")
                with _transaction(connection):
                    connection.execute(_APPROVE)
            finally:
                connection.execute("PRAGMA synchronous = NORMAL")
                connection.execute("DROP TABLE temp.incoming")
        return number

    def withdraw(self, source: str, target: str) -> bool:
        """Delete an approved unit; False if there is none."""
        with self._writing() as connection:
            gone = connection.execute(
                "DELETE FROM approved WHERE target = ? AND source = ?", [target, source]
            )
            return gone.rowcount > 0

    def recall(self, signature: str, target: str, sentences: Sequence[str]) -> dict[str, Translation]:
        """Return what was made before with the same signature, for the sentences that were."""
        found: dict[str, Translation] = {}
        stale: list[int] = []
        hour = self._hour()
        with self._reading() as connection:
            for chunk in _chunks(sentences):
                query = (
                    "SELECT machine.rowid, source, text, score, flags, used FROM machine"
                    " JOIN scopes ON scopes.id = scope"
                    f" WHERE signature = ? AND target = ? AND source IN ({_marks(chunk)})"
                )
                for row, source, text, score, flags, used in connection.execute(
                    query, [signature, target, *chunk]
                ):
                    found[source] = Translation(text, score, tuple(json.loads(flags)))
                    if used < hour:
                        stale.append(row)
        if stale:
            with self._writing() as connection:
                for rows in _chunks(stale):
                    connection.execute(
                        f"UPDATE machine SET used = ? WHERE rowid IN ({_marks(rows)})", [hour, *rows]
                    )
        return found

    def remember(self, signature: str, target: str, made: Mapping[str, Translation]) -> None:
        """Keep machine-made translations; the longest unused ones beyond the limit are thrown out."""
        hour = self._hour()
        with self._writing() as connection:
            connection.execute("INSERT OR IGNORE INTO scopes (signature) VALUES (?)", [signature])
            [scope] = connection.execute("SELECT id FROM scopes WHERE signature = ?", [signature]).fetchone()
            connection.executemany(
                "INSERT OR IGNORE INTO machine VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (scope, target, source, unit.text, unit.score, json.dumps(unit.flags), hour)
                    for source, unit in made.items()
                ],
            )
            [count] = connection.execute("SELECT count(*) FROM machine").fetchone()
            if count > self._limit:
                connection.execute(
                    "DELETE FROM machine WHERE rowid IN"
                    " (SELECT rowid FROM machine ORDER BY used, rowid LIMIT ?)",
                    [count - self._limit],
                )

    def forget(self) -> int:
        """Delete all machine-made units; return how many there were."""
        with self._writing() as connection:
            count = connection.execute("DELETE FROM machine").rowcount
            connection.execute("DELETE FROM scopes")
        with self._reading() as connection:
            connection.execute("VACUUM")
        return count

    def counts(self) -> dict[str, dict[str, int]]:
        """Count the units: "approved" by target, and machine-made ones by signature."""
        with self._reading() as connection:
            approved = connection.execute(
                "SELECT target, count(*) FROM approved GROUP BY target ORDER BY target"
            ).fetchall()
            machine = connection.execute(
                "SELECT signature, count(*) FROM machine JOIN scopes ON scopes.id = scope"
                " GROUP BY signature ORDER BY signature"
            ).fetchall()
        return {"approved": dict(approved), "machine": dict(machine)}

    def _hour(self) -> int:
        return int(self._clock() // 3600)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise MemoryFileError(self.path, str(error)) from error

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._reading() as connection, _transaction(connection):
            yield connection


@contextmanager
def _transaction(connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[None]:
    """Write all or nothing, waiting for other writers before the first read and not after it."""
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=_WAIT, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        raise MemoryFileError(path, str(error)) from error
    try:
        connection.execute(f"PRAGMA busy_timeout = {int(_WAIT * 1000)}")
        with _transaction(connection):  # of several processes at once, one makes the tables
            _check(connection, path)
        _enter_wal(connection)
        connection.execute(
            "PRAGMA synchronous = NORMAL"
        )  # safe in WAL mode; a power cut may lose the last units
    except sqlite3.Error as error:
        connection.close()
        raise MemoryFileError(path, str(error)) from error
    except MemoryFileError:
        connection.close()
        raise
    return connection


def _enter_wal(connection: sqlite3.Connection) -> None:
    """Switch to WAL mode; while another process does it too, SQLite does not wait by itself."""
    for attempt in range(_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(0.05)
        else:
            return


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Make the tables of a new file; raise MemoryFileError for a file of something else."""
    [application] = connection.execute("PRAGMA application_id").fetchone()
    [version] = connection.execute("PRAGMA user_version").fetchone()
    [tables] = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if not tables and not application:
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    elif application != _APPLICATION:
        raise MemoryFileError(path, "it is a database of something else")
    elif version != _VERSION:
        raise MemoryFileError(path, f"it is of version {version}, this Triptych reads version {_VERSION}")


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]


def _marks(items: Sequence[object]) -> str:
    return ", ".join("?" * len(items))
