"""The database for what must outlive a request: SQLite beside the checkpoints, or another by its URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import (
    ArgumentError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)

from service.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import Engine, MetaData


def open_database(url: str, tables: MetaData) -> Engine:
    """Connect to a database and make the tables that it lacks.

    SQLite runs in WAL mode, so that several processes can read while one writes, and waits up to ten seconds
    for another writer. Raises DatabaseError.
    """
    try:
        place = make_url(url)
        sqlite = place.get_backend_name() == "sqlite"
        if sqlite and place.database:
            Path(place.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(place, pool_pre_ping=not sqlite)
        if sqlite:
            event.listen(engine, "connect", _prepare)
        try:
            tables.create_all(engine)
        except (OperationalError, ProgrammingError, IntegrityError):  # another process makes them just now
            tables.create_all(engine)
    except (SQLAlchemyError, ArgumentError, ImportError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise DatabaseError(f"TRIPTYCH_DATABASE cannot be opened: {reason}.") from error
    return engine


def _prepare(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    for pragma in ("busy_timeout=10000", "journal_mode=WAL", "synchronous=NORMAL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
