"""The database for what must outlive a request: SQLite beside the checkpoints, or another by its URL."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Column, Integer, MetaData, String, Table, create_engine, event, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from service.errors import DatabaseError
from service.postgresql import replace_lost, with_driver

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from sqlalchemy import Connection, Engine

_WRITING: Final = "triptych_writing"  # an execution option: the transaction is going to write
_SCHEMA_LOCK: Final = 7_487_910  # any number, the same in every process


def open_database(url: str, tables: MetaData) -> Engine:
    """Connect to a database and make the tables that it lacks.

    SQLite runs in WAL mode, so that several processes can read while one writes, and waits up to thirty
    seconds for another writer; a transaction by `writing` takes the write lock when it begins, so
    that what it reads is still true when it writes. Processes that start at once make the tables one after
    the other. Tables whose `info` has a name and a version are used only in that version. Raises
    DatabaseError.
    """
    engine: Engine | None = None
    try:
        place = make_url(url)
        sqlite = place.get_backend_name() == "sqlite"
        if sqlite and place.database:
            Path(place.database).parent.mkdir(parents=True, exist_ok=True)
        place, options = with_driver(place)
        engine = create_engine(place, connect_args=options)
        if sqlite:
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "begin", _begin)
        else:
            replace_lost(engine)
        with writing(engine) as connection:
            if not sqlite:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _SCHEMA_LOCK})
            tables.create_all(connection)
            _check_version(connection, tables)
    except DatabaseError:
        if engine is not None:
            engine.dispose()
        raise
    except (SQLAlchemyError, ArgumentError, ImportError, OSError, TypeError) as error:
        if engine is not None:  # TypeError: its URL has options that the driver does not know
            engine.dispose()
        reason = reason_of(error)
        raise DatabaseError(
            f"The database cannot be opened ({reason}); set TRIPTYCH_DATABASE to another, or to off."
        ) from error
    return engine


def writing(engine: Engine) -> AbstractContextManager[Connection]:
    """Begin a transaction that is going to write.

    What reads before it writes has to begin so: SQLite refuses it at once where another has written between.
    """
    return engine.execution_options(**{_WRITING: True}).begin()


def reason_of(error: Exception) -> str:
    """Return what a database says is wrong, in one line."""
    original = getattr(error, "orig", None) or error
    said = original.args[0] if original.args else ""
    if isinstance(said, dict):  # as PostgreSQL sends it, by the field; M is the message
        said = said.get("M", "it says nothing more")
    lines = str(said if isinstance(said, str) else original).strip().splitlines()
    return lines[0] if lines else type(original).__name__


def _check_version(connection: Connection, tables: MetaData) -> None:
    """Note the version of new tables; raise DatabaseError where there are some of another."""
    if "version" not in tables.info:
        return
    name, version = tables.info["name"], tables.info["version"]
    schema = MetaData()
    versions = Table(
        "triptych_schema",
        schema,
        Column("name", String(40), primary_key=True),
        Column("version", Integer, nullable=False),
    )
    schema.create_all(connection)
    found = connection.scalar(select(versions.c.version).where(versions.c.name == name))
    if found is None:
        connection.execute(insert(versions).values(name=name, version=version))
    elif found != version:
        raise DatabaseError(
            f"The database holds {name} of version {found}, this Triptych knows version {version}; "
            "set TRIPTYCH_DATABASE to another."
        )


def _prepare(connection: Any, _: object) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        for left in range(300, -1, -1):
            try:
                cursor.execute(f"PRAGMA {pragma}")
                break
            except sqlite3.OperationalError as error:
                # Going over to WAL is refused at once, whatever the timeout, while another process does it.
                if not left or error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(0.1)
    cursor.close()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(_WRITING)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
