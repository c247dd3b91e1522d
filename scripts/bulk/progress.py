"""Telling how a run goes: a bar on a terminal, plain lines elsewhere, events for programs."""

from __future__ import annotations

import json
import time
from typing import IO, TYPE_CHECKING, Final, Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import TaskID

    from bulk.manifest import ShardManifest
    from bulk.task import Outcome

_EVERY: Final = 5.0  # seconds between plain lines


class Reporter(Protocol):
    """Is told what happens in a run."""

    def begin(self, total: int | None, settled: int, failed: int) -> None:
        """Begin a session: documents in all (None: not known), and those settled before."""

    def document(self, outcome: Outcome) -> None:
        """Take note that a document was settled."""

    def shard(self, manifest: ShardManifest) -> None:
        """Take note that a shard was written."""

    def end(self) -> None:
        """Take note that the session is over."""


class _Pace:
    """Counts documents, and how fast they come."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.settled = self.failed = 0
        self._before = 0
        self._began = time.monotonic()

    def begin(self, total: int | None, settled: int, failed: int) -> None:
        self.total, self.settled, self.failed, self._before = total, settled, failed, settled
        self._began = time.monotonic()

    def add(self, outcome: Outcome) -> None:
        self.settled += 1
        self.failed += bool(outcome.reason)

    @property
    def rate(self) -> float:
        """Documents a second in this session."""
        return (self.settled - self._before) / max(time.monotonic() - self._began, 1e-3)

    @property
    def left(self) -> float | None:
        """Seconds left, None where that is not known."""
        if self.total is None or self.settled == self._before:
            return None
        return max(self.total - self.settled, 0) / self.rate


class BarReporter:
    """A bar with rate and time left; documents that fail are told above it."""

    def __init__(self, console: Console) -> None:
        self._pace = _Pace()
        self._bar = Progress(
            TextColumn("aligning"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=console,
        )
        self._task: TaskID | None = None

    def begin(self, total: int | None, settled: int, failed: int) -> None:
        """Show the bar."""
        self._pace.begin(total, settled, failed)
        self._task = self._bar.add_task("", total=total, completed=settled, rate="")
        self._bar.start()

    def document(self, outcome: Outcome) -> None:
        """Move the bar on."""
        self._pace.add(outcome)
        if self._task is not None:
            self._bar.update(self._task, advance=1, rate=f"{self._pace.rate:.1f} documents/s")
        if outcome.reason:
            self._bar.console.print(
                f"{outcome.id}: {outcome.reason}", style="red", markup=False, highlight=False
            )

    def shard(self, manifest: ShardManifest) -> None:
        """Nothing: the bar tells enough."""

    def end(self) -> None:
        """Leave the bar as it is."""
        self._bar.stop()


class LineReporter:
    """A line every few seconds, and one for each document that fails."""

    def __init__(self, stream: IO[str], every: float = _EVERY) -> None:
        self._stream = stream
        self._every = every
        self._told = time.monotonic()
        self._pace = _Pace()

    def begin(self, total: int | None, settled: int, failed: int) -> None:
        """Say where the run stands."""
        self._pace.begin(total, settled, failed)
        if settled:
            self._say(f"{settled:,} documents are settled already, {failed:,} of them failed")

    def document(self, outcome: Outcome) -> None:
        """Say how far the run is, if it is time."""
        self._pace.add(outcome)
        if outcome.reason:
            self._say(f"{outcome.id}: {outcome.reason}")
        if time.monotonic() - self._told >= self._every:
            self._told = time.monotonic()
            of = f" of {self._pace.total:,}" if self._pace.total is not None else ""
            left = f", {duration(self._pace.left)} left" if self._pace.left is not None else ""
            self._say(f"{self._pace.settled:,}{of} documents, {self._pace.rate:.1f} a second{left}")

    def shard(self, manifest: ShardManifest) -> None:
        """Nothing: the lines tell enough."""

    def end(self) -> None:
        """Nothing is held back."""

    def _say(self, line: str) -> None:
        print(line.encode("utf-8", "replace").decode(), file=self._stream, flush=True)


class JsonReporter:
    """A JSON object a line: begin, progress, failed, shard, end; `time` is in seconds since 1970."""

    def __init__(self, stream: IO[str], every: float = _EVERY) -> None:
        self._stream = stream
        self._every = every
        self._told = time.monotonic()
        self._pace = _Pace()

    def begin(self, total: int | None, settled: int, failed: int) -> None:
        """Tell where the run stands."""
        self._pace.begin(total, settled, failed)
        self._say("begin", total=total, settled=settled, failed=failed)

    def document(self, outcome: Outcome) -> None:
        """Tell a failure, and how far the run is, if it is time."""
        self._pace.add(outcome)
        if outcome.reason:
            self._say("failed", id=outcome.id, reason=outcome.reason)
        if time.monotonic() - self._told >= self._every:
            self._told = time.monotonic()
            self._progress("progress")

    def shard(self, manifest: ShardManifest) -> None:
        """Tell that a shard was written."""
        self._say("shard", stem=manifest.stem, documents=manifest.documents, beads=manifest.beads)

    def end(self) -> None:
        """Tell how far the session came."""
        self._progress("end")

    def _progress(self, event: str) -> None:
        pace = self._pace
        left = round(pace.left, 1) if pace.left is not None else None
        rate = round(pace.rate, 3)
        self._say(event, total=pace.total, settled=pace.settled, failed=pace.failed, rate=rate, left=left)

    def _say(self, event: str, **facts: object) -> None:
        line = {"event": event, "time": round(time.time(), 3)} | facts
        print(json.dumps(line), file=self._stream, flush=True)


def duration(seconds: float | None) -> str:
    """Return a time as people say it: "40 s", "12 min", "3.5 h"."""
    if seconds is None:
        return "an unknown time"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"
