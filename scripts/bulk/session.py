"""One session of a run, from the command to the summary: the one place where its parts are put together."""

from __future__ import annotations

import resource
import signal
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.table import Table

from bulk.engines.here import HereEngine
from bulk.engines.local import LocalEngine
from bulk.engines.ray import Cluster, RayEngine
from bulk.errors import InputError, LedgerError
from bulk.estimate import estimate
from bulk.ledger import Ledger, check_identity
from bulk.progress import BarReporter, JsonReporter, LineReporter, duration
from bulk.readers import open_input
from bulk.report import summary
from bulk.run import Run, forget, reopen_damaged
from bulk.shards import ShardWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from bulk.command import Command
    from bulk.engines.engine import Build, Engine
    from bulk.ledger import Standing
    from bulk.progress import Reporter
    from bulk.readers import Reader
    from bulk.run import Ended

FAILED: Final = 1
STOPPED: Final = 3
_SLOWEST: Final = 5


def session(command: Command, build: Build) -> int:
    """Run, or go on with a run; return the exit code. Raises a BulkError or an OSError."""
    began = time.monotonic()
    reader = _reader(command)
    console = Console(stderr=True)
    writer = ShardWriter(command.output, command.options)
    _prepare(command, writer)
    with Ledger(command.ledger, command.options.shard_documents) as ledger, _told_to_stop() as stopped:
        check_identity(ledger, command.options.identity())
        for problem in reopen_damaged(ledger, writer, whole=command.verify):
            _note(command, console, f"{problem}: its shard is written again")
        if command.retry_failed:
            _note(command, console, f"{ledger.forget_failed():,} documents that failed are tried again")
            ledger.commit()
        run = Run(command.options, reader, ledger, writer, _reporter(command, console), stopped)
        ended = run.run(_engine(command, build))
        slowest = ledger.slowest(_SLOWEST)
    if not ended.complete:
        settled = f"{ended.documents:,} documents are settled and kept"
        _note(command, console, f"Stopped: {settled}; the same command with --resume goes on.")
        return STOPPED
    if not command.log_json:
        _show(console, command, ended, slowest, time.monotonic() - began)
    return FAILED if ended.failed else 0


def dry_run(command: Command, build: Build) -> int:
    """Say what would be done and about how long it takes; write nothing."""
    reader = _reader(command)
    guess = estimate(reader, build(command.options))
    options, workers = command.options, max(command.workers, 1)
    shards = -(-guess.documents // options.shard_documents)
    print(f"{guess.documents:,} documents in {', '.join(options.languages)}")
    print(f"{', '.join(options.forms)} in {shards:,} shards would be written to {command.output}")
    if command.ledger.exists():
        print(f"{command.ledger} is there: --resume goes on with that run, --overwrite begins anew")
    if guess.failed:
        print(f"{guess.failed} of {guess.sampled} documents tried failed")
    print(
        f"about {duration(guess.wall_seconds(workers))} with {workers} workers on cores of their own "
        f"({guess.seconds:.2f} s a document, from {guess.sampled} of them)"
    )
    return 0


def _reader(command: Command) -> Reader:
    """Open the input; raise InputError where there is nothing in it."""
    reader = open_input(command.inputs, **command.reader_options())
    if reader.count() == 0:
        languages = ", ".join(command.options.languages)
        raise InputError(f"{' '.join(command.inputs)} has no documents in {languages}.")
    return reader


def _prepare(command: Command, writer: ShardWriter) -> None:
    """Make sure that no other run is lost by accident; raise LedgerError."""
    if not command.ledger.exists():
        return
    if command.overwrite:
        try:
            with Ledger(command.ledger, command.options.shard_documents) as ledger:
                forget(ledger, writer)
        except LedgerError as error:
            if "Another run" in str(error):
                raise
        for ending in ("", "-wal", "-shm"):
            command.ledger.with_name(command.ledger.name + ending).unlink(missing_ok=True)
    elif not command.resume:
        raise LedgerError(
            f"There is a run already ({command.ledger}); go on with --resume, or begin anew with --overwrite."
        )


def _engine(command: Command, build: Build) -> Engine:
    if command.engine == "ray":
        cluster = Cluster(max(command.workers, 1), command.ray_address, command.gpu_fraction)
        return RayEngine(build, command.options, cluster)
    if command.workers == 0:
        return HereEngine(build, command.options)
    return LocalEngine(build, command.options, command.workers)


def _reporter(command: Command, console: Console) -> Reporter:
    if command.log_json:
        return JsonReporter(sys.stderr)
    return BarReporter(console) if console.is_terminal else LineReporter(sys.stderr)


def _note(command: Command, console: Console, message: str) -> None:
    if not command.log_json:
        console.print(message, markup=False, highlight=False, soft_wrap=True)


def _show(console: Console, command: Command, ended: Ended, slowest: list[Standing], seconds: float) -> None:
    """Print the summary."""
    table = Table(show_header=False, title="Summary", title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for name, value in summary(ended.tally, command.options, ended.documents, ended.failed):
        table.add_row(name, value)
    for kind, count in ended.tally.types.most_common(8):
        table.add_row(f"Beads {kind}", f"{count:,}")
    for standing in slowest:
        table.add_row(f"Slow: {standing.id}", f"{standing.seconds:.2f} s")
    table.add_row("Time of this session", duration(seconds))
    if command.engine == "local" and ended.encoding:
        table.add_row("Encoder's share of processor time", f"{ended.encoding / _processor_seconds():.0%}")
    console.print(table)
    aligned = ended.documents - ended.failed
    _note(command, console, f"{aligned:,} documents aligned, {ended.failed:,} failed, in {command.output}")


def _processor_seconds() -> float:
    """Return the processor's seconds of this process and of the workers that have ended."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


@contextmanager
def _told_to_stop() -> Iterator[Callable[[], bool]]:
    """Give what tells whether SIGINT or SIGTERM has come; a second one ends the process as usual."""
    came: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        came.append(number)
        signal.signal(number, before[number] or signal.SIG_DFL)

    before = {int(number): signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, note)
    try:
        yield lambda: bool(came)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
