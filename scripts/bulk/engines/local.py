"""Worker processes on this machine.

Each worker loads the encoder once and has a document in work and one waiting, so that none stands idle; no
more than that is in memory. While workers encode and search, this process reads the input and writes the
output. A worker that dies (the system kills what takes too much memory) is replaced; the document it was at
is tried once more and then fails, the ones that waited are no worse for it.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections import Counter, deque
from contextlib import contextmanager, suppress
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Final

from alignment.errors import AlignmentError
from bulk.errors import BulkError, EngineError
from bulk.task import Outcome
from models.errors import ModelError
from service.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnProcess

    from bulk.engines.engine import Build
    from bulk.options import RunOptions
    from bulk.task import Task

_AHEAD: Final = 2  # documents a worker has, the one in work counted in
_ATTEMPTS: Final = 2
_STARTS: Final = 3  # workers in a row that die before they are ready
_LOOK: Final = 0.5  # seconds
# Each worker is one core's work; libraries that start threads of their own would only get in its way.
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class LocalEngine:
    """At most so many worker processes, started as there is work for them."""

    def __init__(self, build: Build, options: RunOptions, workers: int) -> None:
        self._build = build
        self._options = options
        self._most = workers

    def outcomes(self, tasks: Iterator[Task], stopped: Callable[[], bool]) -> Iterator[Outcome | None]:
        """Yield the outcomes as they come; see Engine."""
        crew = _Crew(self._build, self._options, self._most, tasks)
        try:
            while not stopped() and crew.feed():
                ready = wait([worker.connection for worker in crew.workers], timeout=_LOOK)
                if not ready:
                    yield None
                for worker in [each for each in crew.workers if each.connection in ready]:
                    yield from crew.hear(worker)
        finally:
            crew.dismiss()


class _Worker:
    """A process, the pipe to it, and the tasks that it has, the one in work first."""

    def __init__(self, build: Build, options: RunOptions) -> None:
        context = multiprocessing.get_context("spawn")
        self.connection: Connection[Any, Any]
        self.connection, far = context.Pipe()
        self.tasks: deque[Task] = deque()
        self.ready = False
        self.process: SpawnProcess = context.Process(target=_work, args=(far, build, options), daemon=True)
        with _single_threaded():
            self.process.start()
        far.close()  # or the end of the worker would not be the end of the pipe

    def give(self, task: Task) -> None:
        self.tasks.append(task)
        with suppress(OSError):  # it has died; the pipe says so when it is read
            self.connection.send(task)


class _Crew:
    """The workers, and what is to be done."""

    def __init__(self, build: Build, options: RunOptions, most: int, tasks: Iterator[Task]) -> None:
        self.workers: list[_Worker] = []
        self._build = build
        self._options = options
        self._most = most
        self._tasks = tasks
        self._again: deque[Task] = deque()
        self._attempts: Counter[int] = Counter()
        self._lost_starts = 0

    def feed(self) -> bool:
        """Hand out tasks; tell whether any is in work."""
        while (worker := self._free()) is not None:
            task = self._again.popleft() if self._again else next(self._tasks, None)
            if task is None:
                break
            worker.give(task)
        return any(worker.tasks for worker in self.workers)

    def hear(self, worker: _Worker) -> Iterator[Outcome]:
        """Take what a worker says; what it had goes back if it has died."""
        try:
            said = worker.connection.recv()
        except (EOFError, OSError):
            yield from self._lost(worker)
            return
        if isinstance(said, Exception):
            raise said
        if isinstance(said, Outcome):
            worker.tasks.popleft()
            self._attempts.pop(said.number, None)
            yield said
        else:
            worker.ready = True
            self._lost_starts = 0

    def dismiss(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.connection.close()
            worker.process.terminate()
        for worker in self.workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
        self.workers.clear()

    def _free(self) -> _Worker | None:
        """Return the worker to hand the next task to: an idle one, a new one, or one with room."""
        least = min(self.workers, key=lambda worker: len(worker.tasks), default=None)
        if least is not None and (not least.tasks or len(self.workers) == self._most):
            return least if len(least.tasks) < _AHEAD else None
        if not self._again and (task := next(self._tasks, None)) is not None:
            self._again.append(task)
        if not self._again:
            return None
        self.workers.append(_Worker(self._build, self._options))
        return self.workers[-1]

    def _lost(self, worker: _Worker) -> Iterator[Outcome]:
        worker.process.join()
        worker.connection.close()
        self.workers.remove(worker)
        code = worker.process.exitcode or 0
        if not worker.ready:
            self._lost_starts += 1
            if self._lost_starts == _STARTS:
                raise EngineError(f"Workers end before they begin ({_ending(code)}); try fewer --workers.")
        elif worker.tasks:
            blamed = worker.tasks[0]
            self._attempts[blamed.number] += 1
            if self._attempts[blamed.number] == _ATTEMPTS:
                worker.tasks.popleft()
                del self._attempts[blamed.number]
                yield Outcome.failed(
                    blamed, f"Its worker ended {_ATTEMPTS} times ({_ending(code)}); is it too large?"
                )
        self._again.extendleft(reversed(worker.tasks))


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


@contextmanager
def _single_threaded() -> Iterator[None]:
    """Let processes that are started inside have libraries of one thread."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _work(connection: Connection[Any, Any], build: Build, options: RunOptions) -> None:
    """Be a worker: load what is needed, then align what comes, until the pipe ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that keeps the ledger
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()

    def listen() -> None:
        # In a thread, so that neither side ever waits for the other to take what it sends.
        try:
            while True:
                tasks.put(connection.recv())
        except (EOFError, OSError):
            tasks.put(None)

    try:
        try:
            align = build(options)
        except (ServiceError, ModelError, AlignmentError, BulkError) as error:
            connection.send(EngineError(" ".join(str(error).split())))
            return
        connection.send(True)
        threading.Thread(target=listen, daemon=True).start()
        while (task := tasks.get()) is not None:
            connection.send(align(task))
    except OSError:
        pass  # whoever asked is gone
