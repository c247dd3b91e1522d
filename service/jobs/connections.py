"""Connections to the database that jobs lie in, each for one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from service.database import reason_of, writing
from service.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


class Connections:
    """Of an engine whose tables are there (`open_database` with JOB_TABLES).

    What goes wrong in the database comes out as a DatabaseError, but for a broken uniqueness, which is an
    IntegrityError still.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a transaction that only reads."""
        with _ours(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that is going to write."""
        with _ours(), writing(self._engine) as connection:
            yield connection


@contextmanager
def _ours() -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise
    except (SQLAlchemyError, OSError) as error:  # pg8000 lets a reset connection through as an OSError
        raise DatabaseError(f"The database does not answer: {reason_of(error)}.") from error
