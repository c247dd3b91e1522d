"""Documents that are translated while nobody waits, and kept until they are fetched.

They lie in the database, so that any worker can tell how they are. A document in work is leased: its worker
renews the lease every few seconds. Where a lease has run out (the worker was killed), whoever is asked about
the document next begins it again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from sqlalchemy import (
    Column,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    delete,
    insert,
    select,
    update,
)

from models.errors import ModelError
from service.compat.errors import DocumentNotReadyError, UnknownDocumentError
from service.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from anyio.abc import TaskGroup
    from sqlalchemy import Engine, RowMapping

    from service.compat.glossaries import Entries
    from service.compat.texts import Rendered

_LOG = logging.getLogger("triptych")
DOCUMENT_TABLES = MetaData()
_DOCUMENTS = Table(
    "documents",
    DOCUMENT_TABLES,
    Column("id", String(32), primary_key=True),
    Column("digest", String(64), nullable=False),  # of the document's key
    Column("name", String(255), nullable=False),
    Column("extension", String(16), nullable=False),  # of the result
    Column("source", String(8)),
    Column("target", String(8), nullable=False),
    Column("glossary", Text, nullable=False),  # JSON: [[term, translation], ...]
    Column("characters", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("result", LargeBinary),
    Column("error", Text),
    Column("created", Float, nullable=False),
    Column("leased", Float, nullable=False),  # until then, in seconds since 1970
)
_KEPT = 3_600.0  # seconds from upload; then a document goes, fetched or not
_LEASE = 30.0
_PATIENCE = 2.0  # how long a question about a document's state waits for its end


class Status(StrEnum):
    """How far a document is."""

    QUEUED = "queued"
    TRANSLATING = "translating"
    DONE = "done"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Document:
    """A document that was uploaded; `result` is there when it is done, `error` when it cannot be.

    `extension` is that of the result's format.
    """

    id: str
    name: str
    extension: str
    source: str | None
    target: str
    glossary: Entries
    characters: int
    status: Status
    content: bytes
    result: bytes | None
    error: str | None


class Documents:
    """The documents in a database whose tables are there (`open_database` with DOCUMENT_TABLES).

    `translate` gives a document's translation; it runs in a task group that outlives requests.
    """

    def __init__(
        self, engine: Engine, tasks: TaskGroup, translate: Callable[[Document], Awaitable[Rendered]]
    ) -> None:
        self._engine = engine
        self._tasks = tasks
        self._translate = translate
        self._ends: dict[str, anyio.Event] = {}

    async def add(
        self,
        name: str,
        content: bytes,
        *,
        source: str | None,
        target: str,
        characters: int,
        glossary: Entries = (),
    ) -> tuple[str, str]:
        """Take a document and begin with it; return its id and the key that it is asked about with."""
        document_id, key = await self._keep(
            name, content, source, target, characters, glossary, Status.QUEUED, None
        )
        self._begin(document_id)
        return document_id, key

    async def keep(self, result: Rendered) -> tuple[str, str]:
        """Keep a document that is translated already; return its id and key."""
        return await self._keep("", b"", None, "", 0, (), Status.DONE, result)

    async def find(self, document_id: str, key: str) -> Document:
        """Return a document, once it is finished or after a moment; raise UnknownDocumentError."""
        document, leased = await self._read(document_id, key)
        if document.status in (Status.DONE, Status.ERROR):
            return document
        if document_id not in self._ends and leased < time.time():
            self._begin(document_id)
        if document_id in self._ends:
            with anyio.move_on_after(_PATIENCE):
                await self._ends[document_id].wait()
            document, _ = await self._read(document_id, key)
        return document

    async def result(self, document_id: str, key: str, *, forget: bool = True) -> Document:
        """Return a finished document and forget it; raise UnknownDocumentError or DocumentNotReadyError."""
        document = await self.find(document_id, key)
        if document.result is None:
            raise DocumentNotReadyError
        if forget:
            await self._execute(delete(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id))
        return document

    def _begin(self, document_id: str) -> None:
        self._ends[document_id] = anyio.Event()
        self._tasks.start_soon(self._work, document_id)

    async def _work(self, document_id: str) -> None:
        try:
            if not await self._lease(document_id, claimed=False):
                return  # another worker has it
            async with anyio.create_task_group() as renewing:
                renewing.start_soon(self._renew, document_id)
                await self._finish(document_id)
                renewing.cancel_scope.cancel()
        except Exception:  # noqa: BLE001  # one document must not end the tasks of all others
            _LOG.exception("unexpected error with document %s", document_id)
        finally:
            self._ends.pop(document_id).set()

    async def _finish(self, document_id: str) -> None:
        rows = await self._execute(select(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id))
        if not rows:
            return
        values: dict[str, Any] = {"content": b""}
        try:
            found = await self._translate(_document(rows[0]))
            values |= {"status": Status.DONE, "result": found.content, "extension": found.extension}
        except (ServiceError, ModelError) as error:
            values |= {"status": Status.ERROR, "error": str(error)}
        except Exception:  # noqa: BLE001  # logged, and told without its inside
            _LOG.exception("unexpected error with document %s", document_id)
            values |= {"status": Status.ERROR, "error": "Something went wrong on the server."}
        await self._execute(update(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id).values(values))

    async def _renew(self, document_id: str) -> None:
        while True:
            await anyio.sleep(_LEASE / 3)
            await self._lease(document_id, claimed=True)

    async def _lease(self, document_id: str, *, claimed: bool) -> bool:
        now = time.time()
        change = update(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id)
        if not claimed:
            change = change.where(
                _DOCUMENTS.c.leased < now, _DOCUMENTS.c.status.in_([Status.QUEUED, Status.TRANSLATING])
            )
        return bool(await self._execute(change.values(leased=now + _LEASE, status=Status.TRANSLATING)))

    async def _keep(
        self,
        name: str,
        content: bytes,
        source: str | None,
        target: str,
        characters: int,
        glossary: Entries,
        status: Status,
        result: Rendered | None,
    ) -> tuple[str, str]:
        now = time.time()
        document_id, key = secrets.token_hex(16), secrets.token_hex(32)
        row = {
            "id": document_id,
            "digest": _digest(key),
            "name": name[-255:],
            "extension": result.extension if result else "",
            "source": source,
            "target": target,
            "glossary": json.dumps(glossary, ensure_ascii=False),
            "characters": characters,
            "status": status,
            "content": content,
            "result": result.content if result else None,
            "created": now,
            "leased": 0.0,
        }
        await self._execute(delete(_DOCUMENTS).where(_DOCUMENTS.c.created < now - _KEPT))
        await self._execute(insert(_DOCUMENTS).values(row))
        return document_id, key

    async def _read(self, document_id: str, key: str) -> tuple[Document, float]:
        rows = await self._execute(select(_DOCUMENTS).where(_DOCUMENTS.c.id == document_id))
        if not rows or not hmac.compare_digest(rows[0]["digest"], _digest(key)):
            raise UnknownDocumentError
        return _document(rows[0]), rows[0]["leased"]

    async def _execute(self, statement: Any) -> list[RowMapping]:
        """Run one statement; return its rows, or one empty row for each that it changed."""

        def run() -> list[Any]:
            with self._engine.begin() as connection:
                result = connection.execute(statement)
                return list(result.mappings()) if result.returns_rows else [{}] * result.rowcount

        return await anyio.to_thread.run_sync(run)


def _document(row: RowMapping) -> Document:
    return Document(
        row["id"],
        row["name"],
        row["extension"],
        row["source"],
        row["target"],
        tuple((term, translation) for term, translation in json.loads(row["glossary"])),
        row["characters"],
        Status(row["status"]),
        row["content"],
        row["result"],
        row["error"],
    )


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="replace")).hexdigest()
