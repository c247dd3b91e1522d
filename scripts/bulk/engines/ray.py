"""Aligning on a Ray cluster, with Ray Data.

Ray Data hands blocks of documents to actors that load the encoder once and read the texts themselves, holds
blocks back when results are not taken fast enough, and starts what a lost actor or machine had anew. Results
come back to this process, which keeps the ledger and writes the output, so both are the same as on one
machine. This goes window by window, so that what Ray holds does not grow with the corpus; each window starts
its actors anew.

A block of documents whose actor dies twice is given up by Ray; its documents are tried again one by one, so
that in the end only the one that is to blame fails.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bulk.errors import BulkError, EngineError
from bulk.task import Outcome
from bulk.writers.table import arrow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bulk.engines.engine import Build
    from bulk.options import RunOptions
    from bulk.task import Task

_BLOCK: Final = 16  # documents that one actor takes at a time
_WINDOW: Final = 5_000  # documents
_QUIET: Final = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
_THREADS: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where and how to run: `address` of a cluster ("auto", "ray://...", None: one on this machine only).

    `workers` actors at most, each with one core and `gpus` of a GPU.
    """

    workers: int
    address: str | None = None
    gpus: float = 0.0
    block: int = _BLOCK


class RayEngine:
    """Actors on a Ray cluster."""

    def __init__(self, build: Build, options: RunOptions, cluster: Cluster) -> None:
        self._build = build
        self._options = options
        self._cluster = cluster

    def outcomes(self, tasks: Iterator[Task], stopped: Callable[[], bool]) -> Iterator[Outcome | None]:
        """Yield the outcomes as they come; see Engine."""
        with _session(self._cluster) as data:
            while not stopped() and (window := list(islice(tasks, _WINDOW))):
                settled: set[int] = set()
                for block in (self._cluster.block, 1):  # what Ray gave up is tried one by one
                    left = [task for task in window if task.number not in settled]
                    if not left:
                        break
                    for outcome in self._aligned(data, left, block, stopped):
                        settled.add(outcome.number)
                        yield outcome
                    if stopped():
                        return
                for task in window:
                    if task.number not in settled:
                        yield Outcome.failed(task, "Its worker ended more than once; is it too large?")

    def _aligned(
        self, data: Any, tasks: Sequence[Task], block: int, stopped: Callable[[], bool]
    ) -> Iterator[Outcome]:
        cluster = self._cluster
        blocks = -(-len(tasks) // block)
        rows = [{"task": pickle.dumps(task)} for task in tasks]
        found = data.from_items(rows, override_num_blocks=blocks).map_batches(
            _Actor,
            fn_constructor_args=(self._build, self._options),
            batch_size=block,
            batch_format="pyarrow",
            compute=data.ActorPoolStrategy(min_size=1, max_size=min(cluster.workers, blocks)),
            num_cpus=1,
            num_gpus=cluster.gpus or None,
            max_restarts=-1,
            max_task_retries=1,
        )
        for batch in found.iter_batches(batch_size=None, batch_format="pyarrow", prefetch_batches=0):
            for content in batch.column("outcome").to_pylist():
                said = pickle.loads(content)  # what our own actor made
                if isinstance(said, Exception):
                    raise said
                yield said
            if stopped():
                return


class _Actor:
    """Loads what aligning needs once, then aligns blocks of documents."""

    def __init__(self, build: Build, options: RunOptions) -> None:
        self._problem: EngineError | None = None
        try:
            self._align = build(options)
        except Exception as error:  # noqa: BLE001  # told by the driver; raised here Ray would try for ever
            self._problem = EngineError(" ".join(str(error).split()))

    def __call__(self, batch: Any) -> Any:
        """Turn a table of tasks into a table of outcomes."""
        said = [self._problem or self._align(pickle.loads(each)) for each in batch.column("task").to_pylist()]
        pa = arrow()
        return pa.table({"outcome": pa.array([pickle.dumps(each) for each in said], pa.large_binary())})


@contextmanager
def _session(cluster: Cluster) -> Iterator[Any]:
    """Join a cluster, or start one on this machine, for as long as the context lasts."""
    os.environ.update({name: value for name, value in _QUIET.items() if name not in os.environ})
    try:
        import ray
        from ray import data
    except ImportError as error:
        raise EngineError("--engine ray needs ray; get it with: pip install 'triptych[ray]'") from error
    package = Path(__file__).resolve().parent.parent
    environment: dict[str, Any] = {"env_vars": _THREADS}
    if cluster.address is not None:
        environment["py_modules"] = [str(package)]
    handlers = (
        {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        if threading.current_thread() is threading.main_thread()
        else {}
    )
    try:
        ray.init(
            address=cluster.address or "local",
            # One more than the actors take: reading needs one too.
            num_cpus=cluster.workers + 1 if cluster.address is None else None,
            include_dashboard=False if cluster.address is None else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
            runtime_env=environment,
        )
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise EngineError(f"No Ray cluster could be had: {' '.join(str(error).split())}") from error
    for number, handler in handlers.items():
        signal.signal(number, handler)  # Ray puts its own in their place
    context = data.DataContext.get_current()
    context.enable_progress_bars = False
    logging.getLogger("ray.data").setLevel(logging.ERROR)
    context.max_errored_blocks = -1
    try:
        yield data
    except (BulkError, GeneratorExit, OSError):
        raise
    except ray.exceptions.RayError as error:
        raise EngineError(f"Ray gave up: {' '.join(str(error).split())[:300]}") from error
    finally:
        ray.shutdown()
