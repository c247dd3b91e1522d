"""PostgreSQL by its URL: which driver, and TLS asked for in PostgreSQL's own words."""

from __future__ import annotations

import getpass
import ssl
from typing import TYPE_CHECKING, Any

from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

from service.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine
    from sqlalchemy.engine.interfaces import DBAPIConnection


def with_driver(url: URL) -> tuple[URL, dict[str, Any]]:
    """Return a URL whose driver is named, and options for connecting that it cannot hold.

    `postgresql:` is taken to pg8000, as the system's user where the URL names none; `sslmode` and
    `sslrootcert` become what pg8000 wants in their place. Without them TLS is used where the server has it,
    its certificate unchecked. Any other URL comes back as it is. Raises DatabaseError.
    """
    if url.drivername != "postgresql":
        return url, {}
    mode, root = url.query.get("sslmode"), url.query.get("sslrootcert")
    url = url.difference_update_query(["sslmode", "sslrootcert"]).set(
        drivername="postgresql+pg8000", username=url.username or getpass.getuser()
    )
    if mode in (None, "prefer", "allow"):
        return url, {}
    if mode == "disable":
        return url, {"ssl_context": False}
    if mode not in ("require", "verify-ca", "verify-full"):
        raise DatabaseError(
            f'The database cannot be opened (there is no sslmode "{mode}"); name disable, prefer, require, '
            "verify-ca or verify-full in TRIPTYCH_DATABASE."
        )
    try:
        context = ssl.create_default_context(cafile=str(root) if root else None)
    except OSError as error:  # an SSLError is one too
        raise DatabaseError(
            f"The database cannot be opened (the sslrootcert {root} cannot be read: {error.strerror}); "
            "name a PEM file in TRIPTYCH_DATABASE."
        ) from error
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    return url, {"ssl_context": context}


def replace_lost(engine: Engine) -> None:
    """Have each connection tried before it is used, and another made where the server has ended it.

    SQLAlchemy's own `pool_pre_ping` does not know all the ways in which pg8000 says so: the server's farewell
    (SQLSTATE 57P01) comes as any error would, and a reset connection as the system's own OSError.
    """
    lost = (engine.dialect.loaded_dbapi.Error, OSError)

    def tried(connection: DBAPIConnection, *_: object) -> None:
        try:
            connection.cursor().execute("SELECT 1")
        except lost as error:
            raise DisconnectionError from error

    event.listen(engine, "checkout", tried)
