"""A run: documents through an engine into the ledger, and from there, shard by shard, into the output.

Shards are written in their order, so that what is left out as a duplicate depends on the documents alone,
and an interrupted run that was resumed gives the bytes that an unbroken one gives, whatever the number of
workers. That holds for everything in the output folder but the ledger.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from lxml import etree

from bulk.errors import BulkError, LedgerError, RunStoppedError
from bulk.fingerprint import fingerprint
from bulk.report import report_page
from bulk.shards import MANIFESTS
from bulk.task import Task

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bulk.engines.engine import Engine
    from bulk.ledger import Ledger
    from bulk.manifest import ShardManifest
    from bulk.options import RunOptions
    from bulk.progress import Reporter
    from bulk.readers import Reader
    from bulk.shards import ShardWriter
    from bulk.tally import Tally
    from bulk.task import Outcome

FAILED: Final = "failed.jsonl"
REPORT: Final = "report.html"
_ANEW: Final = "Begin anew with --overwrite."
_COMMIT: Final = 0.5  # seconds
_BATCH: Final = 200  # documents


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: `complete` unless it was told to stop; documents settled, and of them failed.

    `encoding` are the processor's seconds that the encoder took in this session.
    """

    complete: bool
    documents: int
    failed: int
    tally: Tally
    encoding: float


class Run:
    """One session of a run."""

    def __init__(
        self,
        options: RunOptions,
        reader: Reader,
        ledger: Ledger,
        writer: ShardWriter,
        reporter: Reporter,
        stopped: Callable[[], bool],
    ) -> None:
        self._options = options
        self._reader = reader
        self._ledger = ledger
        self._writer = writer
        self._reporter = reporter
        self._stopped = stopped
        self._total: int | None = None  # once the reader is at its end
        self._held = 0
        self._encoding = 0.0
        self._committed = time.monotonic()
        self._waiting: dict[int, int] = {}  # settled documents of each shard that is not done
        self._done: set[int] = set()
        self._next = 0

    def run(self, engine: Engine) -> Ended:
        """Align what is not aligned yet; raise RunStoppedError where it cannot go on, else a BulkError."""
        self._writer.clear()
        self._done = {shard for shard, _ in self._ledger.done()}
        self._waiting = self._ledger.settled_by_shard()
        settled, failed = self._ledger.settled()
        self._reporter.begin(self._reader.count(), settled, failed)
        try:
            for outcome in engine.outcomes(self._tasks(), self._stopped):
                self._take(outcome)
            self._ledger.commit()
            if not self._stopped():
                self._write_ready()
        except (OSError, etree.LxmlError) as error:
            with suppress(BulkError):
                self._ledger.rollback()
            raise RunStoppedError(f"The output cannot be written: {_reason(error)}.") from error
        finally:
            self._reporter.end()
        return self._ended()

    def _take(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self._ledger.settle(outcome)
            shard = outcome.number // self._options.shard_documents
            self._waiting[shard] = self._waiting.get(shard, 0) + 1
            self._held += 1
            self._encoding += outcome.encoding
            self._reporter.document(outcome)
        if self._held and (self._held >= _BATCH or time.monotonic() - self._committed >= _COMMIT):
            self._ledger.commit()
            self._held, self._committed = 0, time.monotonic()
            self._write_ready()

    def _tasks(self) -> Iterator[Task]:
        """Yield the documents that are not settled; raise LedgerError where the input has changed."""
        known = self._ledger.fact("documents")
        number = -1
        for number, document in enumerate(self._reader.documents()):
            mark = fingerprint(document)
            before = self._ledger.fingerprint(number)
            if known is not None and number >= known:
                raise LedgerError(
                    f"The input has changed: it had {known:,} documents and now has more. {_ANEW}"
                )
            if before is None:
                yield Task(number, document, mark)
            elif before != mark:
                raise LedgerError(
                    f"The input has changed since the run began: document {number + 1:,} "
                    f"({document.id}) is not the one that was aligned. {_ANEW}"
                )
        total = number + 1
        if known is not None and total < known:
            raise LedgerError(
                f"The input has changed: it had {known:,} documents and now has {total:,}. {_ANEW}"
            )
        self._total = total
        self._ledger.note("documents", total)

    def _write_ready(self) -> None:
        """Write the shards whose turn it is and whose documents are all settled."""
        while not self._stopped():
            while self._next in self._done:
                self._next += 1
            size = self._options.shard_documents
            wanted = size if self._total is None else min(size, self._total - self._next * size)
            if wanted <= 0 or self._waiting.get(self._next, 0) < wanted:
                return
            manifest, tally, shown = self._writer.write(self._next, self._ledger)
            self._ledger.finish(self._next, manifest, tally, shown)
            self._ledger.commit()
            self._done.add(self._next)
            self._waiting.pop(self._next, None)
            self._reporter.shard(manifest)

    def _ended(self) -> Ended:
        documents, failed = self._ledger.settled()
        tally = self._ledger.tally()
        complete = self._total is not None and not self._stopped() and documents == self._total
        if complete:
            self._close(tally, documents, failed)
        return Ended(complete, documents, failed, tally, self._encoding)

    def _close(self, tally: Tally, documents: int, failed: int) -> None:
        """Write what stands over all shards."""
        try:
            self._writer.finish(self._manifests)
            if failed:
                self._writer.put(FAILED, self._failed_lines())
            else:
                self._writer.take_away([FAILED])
            self._writer.put(REPORT, report_page(tally, self._ledger, self._options, documents, failed))
        except OSError as error:
            raise RunStoppedError(f"The output cannot be written: {_reason(error)}.") from error
        self._writer.clear()

    def _manifests(self) -> Iterator[ShardManifest]:
        return (manifest for _, manifest in self._ledger.done())

    def _failed_lines(self) -> Iterator[bytes]:
        for standing in self._ledger.failed():
            row = {"id": standing.id, "reason": standing.reason}
            yield json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def reopen_damaged(ledger: Ledger, writer: ShardWriter, *, whole: bool) -> list[str]:
    """Take back shards whose files are not what was written; return what was wrong, a phrase each."""
    found = [
        (shard, problem)
        for shard, manifest in ledger.done()
        if (problem := writer.damage(manifest, whole=whole))
    ]
    for shard, _ in found:
        ledger.reopen(shard)
    ledger.commit()
    return [problem for _, problem in found]


def forget(ledger: Ledger, writer: ShardWriter) -> None:
    """Remove the files of a run, all that the ledger knows of."""
    for _, manifest in ledger.done():
        writer.take_away([file.name for file in manifest.files])
        writer.take_away([f"{MANIFESTS}/{manifest.stem}.json"])
    writer.take_away([FAILED, REPORT, "html/index.html", "datasets/README.md"])


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}, {error.filename}" if error.filename else error.strerror
    return " ".join(str(error).split())
