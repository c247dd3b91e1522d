"""API keys: made, kept as hashes, looked up, revoked; and the characters that each has used in a month.

A key is "triptych_ID_SECRET". The id is public and finds the row; the secret is 256 random bits, of which
only the SHA-256 is kept. A slow password hash would add nothing: it makes guessing costly where secrets are
few, and here there are 2**256. Whoever reads the database cannot call the service with what is in it.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, update
from sqlalchemy.exc import IntegrityError

from service.errors import KeyNameError

if TYPE_CHECKING:
    from sqlalchemy import Engine

_KEY = re.compile(r"triptych_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_NAME = re.compile(r"[\w .@-]{1,100}")
KEY_TABLES = MetaData()
_KEYS = Table(
    "api_keys",
    KEY_TABLES,
    Column("id", String(8), primary_key=True),
    Column("name", String(100), nullable=False, unique=True),
    Column("digest", String(64), nullable=False),
    Column("requests", Integer),
    Column("quota", Integer),
    Column("created", String(32), nullable=False),
    Column("revoked", String(32)),
)
_USAGE = Table(
    "api_key_usage",
    KEY_TABLES,
    Column("key_id", String(8), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("characters", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Key:
    """A key without its secret.

    `requests` a minute and `quota` characters a month are this key's own limits, None where the service's
    settings hold; `created` and `revoked` are in UTC.
    """

    id: str
    name: str
    requests: int | None
    quota: int | None
    created: datetime
    revoked: datetime | None


class KeyStore:
    """The keys in a database whose tables are there (`open_database` with KEY_TABLES)."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, *, requests: int | None = None, quota: int | None = None) -> str:
        """Make a key and return it whole, for the only time; raise KeyNameError for a name in use or odd."""
        if not _NAME.fullmatch(name):
            raise KeyNameError(
                f"{name!r} is no name for a key; use up to 100 letters, digits, spaces and . @ - _."
            )
        key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        row = {
            "id": key_id,
            "name": name,
            "digest": _digest(secret),
            "requests": requests,
            "quota": quota,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(_KEYS).values(row))
        except IntegrityError as error:
            raise KeyNameError(f'There is a key named "{name}" already; choose another name.') from error
        return f"triptych_{key_id}_{secret}"

    def listed(self) -> list[Key]:
        """Return all keys, revoked ones too, in the order in which they were made."""
        with self._engine.connect() as connection:
            rows = connection.execute(select(_KEYS).order_by(_KEYS.c.created, _KEYS.c.id)).mappings()
            return [
                Key(
                    row["id"],
                    row["name"],
                    row["requests"],
                    row["quota"],
                    datetime.fromisoformat(row["created"]),
                    datetime.fromisoformat(row["revoked"]) if row["revoked"] else None,
                )
                for row in rows
            ]

    def revoke(self, name: str) -> Key:
        """Make a key useless from now on, by its name or id; raise KeyNameError where there is none."""
        for key in self.listed():
            if name in (key.name, key.id) and key.revoked is None:
                now = datetime.now(UTC).isoformat(timespec="seconds")
                with self._engine.begin() as connection:
                    connection.execute(update(_KEYS).where(_KEYS.c.id == key.id).values(revoked=now))
                return key
        raise KeyNameError(f'There is no key "{name}" that could be revoked; see: triptych keys list.')

    def find(self, presented: str) -> Key | None:
        """Return the key that was presented, None for what is no key here or was revoked.

        The secret is compared in constant time; which ids there are is no secret.
        """
        match = _KEY.fullmatch(presented)
        if match is None:
            return None
        with self._engine.connect() as connection:
            row = connection.execute(select(_KEYS).where(_KEYS.c.id == match[1])).mappings().first()
        if row is None or not hmac.compare_digest(row["digest"], _digest(match[2])) or row["revoked"]:
            return None
        created = datetime.fromisoformat(row["created"])
        return Key(row["id"], row["name"], row["requests"], row["quota"], created, None)

    def used(self, key_id: str, month: str) -> int:
        """Return how many characters a key has sent in a month ("2026-11")."""
        with self._engine.connect() as connection:
            found = connection.execute(
                select(_USAGE.c.characters).where(_USAGE.c.key_id == key_id, _USAGE.c.month == month)
            ).scalar()
        return int(found or 0)

    def use(self, key_id: str, month: str, characters: int) -> None:
        """Count characters that a key has sent; several processes may count at once."""
        more = (
            update(_USAGE)
            .where(_USAGE.c.key_id == key_id, _USAGE.c.month == month)
            .values(characters=_USAGE.c.characters + characters)
        )
        first = insert(_USAGE).values(key_id=key_id, month=month, characters=characters)
        with self._engine.begin() as connection:
            if connection.execute(more).rowcount:
                return
        try:
            with self._engine.begin() as connection:
                connection.execute(first)
        except IntegrityError:  # another process was first
            with self._engine.begin() as connection:
                connection.execute(more)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
