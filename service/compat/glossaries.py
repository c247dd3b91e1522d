"""Glossaries of the DeepL API: terms of one language pair, made once, then used and never changed."""

from __future__ import annotations

import csv
import io
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, String, Table, Text, delete, func, insert, select

from service.compat.errors import BodyError, UnknownGlossaryError
from service.database import writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Engine, RowMapping

GLOSSARY_TABLES = MetaData()
_GLOSSARIES = Table(
    "glossaries",
    GLOSSARY_TABLES,
    Column("id", String(36), primary_key=True),
    Column("owner", String(80), nullable=False, index=True),
    Column("name", String(1024), nullable=False),
    Column("source", String(8), nullable=False),
    Column("target", String(8), nullable=False),
    Column("entries", Text, nullable=False),  # JSON: [[source, target], ...]
    Column("created", String(40), nullable=False),
)
_MOST = 1_000  # glossaries of one owner
_LONGEST = 1_024  # UTF-8 bytes of a term
_CONTROL = frozenset([*map(chr, range(32)), *map(chr, range(127, 160)), "\u2028", "\u2029"])

Entries = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms and their translations; `created` is in UTC."""

    id: str
    name: str
    source: str
    target: str
    entries: Entries
    created: datetime


class Glossaries:
    """The glossaries in a database whose tables are there (`open_database` with GLOSSARY_TABLES).

    Each belongs to whoever made it, and is not there for anyone else.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, owner: str, name: str, source: str, target: str, entries: Entries) -> Glossary:
        """Keep a new glossary; raise BodyError where its owner has too many."""
        glossary = Glossary(str(uuid.uuid4()), name, source, target, entries, datetime.now(UTC))
        count = select(func.count()).select_from(_GLOSSARIES).where(_GLOSSARIES.c.owner == owner)
        row = {
            "id": glossary.id,
            "owner": owner,
            "name": name,
            "source": source,
            "target": target,
            "entries": json.dumps(entries, ensure_ascii=False),
            "created": glossary.created.isoformat(timespec="microseconds"),
        }
        # Between counting and keeping, nobody else may keep one.
        with writing(self._engine) as connection:
            if (connection.execute(count).scalar() or 0) >= _MOST:
                raise BodyError(f"There are {_MOST:,} glossaries already; delete one first.")
            connection.execute(insert(_GLOSSARIES).values(row))
        return glossary

    def listed(self, owner: str) -> list[Glossary]:
        """Return an owner's glossaries, the oldest first."""
        found = select(_GLOSSARIES).where(_GLOSSARIES.c.owner == owner)
        with self._engine.connect() as connection:
            rows = connection.execute(found.order_by(_GLOSSARIES.c.created, _GLOSSARIES.c.id)).mappings()
            return [_glossary(row) for row in rows]

    def find(self, owner: str, glossary_id: str) -> Glossary:
        """Return a glossary; raise UnknownGlossaryError."""
        found = select(_GLOSSARIES).where(_GLOSSARIES.c.owner == owner, _GLOSSARIES.c.id == glossary_id)
        with self._engine.connect() as connection:
            row = connection.execute(found).mappings().first()
        if row is None:
            raise UnknownGlossaryError(glossary_id)
        return _glossary(row)

    def remove(self, owner: str, glossary_id: str) -> None:
        """Delete a glossary; raise UnknownGlossaryError."""
        gone = delete(_GLOSSARIES).where(_GLOSSARIES.c.owner == owner, _GLOSSARIES.c.id == glossary_id)
        with self._engine.begin() as connection:
            if not connection.execute(gone).rowcount:
                raise UnknownGlossaryError(glossary_id)


def read_entries(text: str, form: str) -> Entries:
    """Read a glossary's entries, as "tsv" or "csv", two columns and an entry a line.

    White space round a term is dropped, as are empty lines. Raises BodyError that names the line.
    """
    try:
        rows = (
            [line.split("\t") for line in text.splitlines()]
            if form == "tsv"
            else list(csv.reader(io.StringIO(text), strict=True))
        )
    except csv.Error as error:
        raise BodyError(f"entries: the CSV cannot be read: {error}.") from error
    entries: dict[str, str] = {}
    for number, row in enumerate(rows, 1):
        terms = [term.strip() for term in row]
        if not any(terms):
            continue
        if len(terms) != 2 and not (form == "csv" and len(terms) == 4):  # 4: with the languages' codes
            raise BodyError(f"entries: line {number} has {len(terms)} columns instead of 2.")
        for term in terms[:2]:
            _check_term(term, number)
        if terms[0] in entries:
            raise BodyError(f'entries: line {number} has "{terms[0][:80]}" for the second time.')
        entries[terms[0]] = terms[1]
    if not entries:
        raise BodyError("entries: there is none.")
    return tuple(entries.items())


def write_entries(entries: Sequence[tuple[str, str]]) -> str:
    """Return entries as TSV, an entry a line."""
    return "\n".join(f"{source}\t{target}" for source, target in entries)


def _check_term(term: str, number: int) -> None:
    if not term:
        raise BodyError(f"entries: line {number} has an empty term.")
    if len(term.encode()) > _LONGEST:
        raise BodyError(f"entries: line {number} has a term of more than {_LONGEST:,} bytes.")
    if not _CONTROL.isdisjoint(term):
        raise BodyError(f"entries: line {number} has a control character.")


def _glossary(row: RowMapping) -> Glossary:
    return Glossary(
        row["id"],
        row["name"],
        row["source"],
        row["target"],
        tuple((source, target) for source, target in json.loads(row["entries"])),
        datetime.fromisoformat(row["created"]),
    )
