"""Works on the articles of jobs, a few at a time, beside what callers wait for."""

from __future__ import annotations

import json
import logging
import os
import secrets
import socket
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from service.errors import CancelledError, DatabaseError, OverloadedError
from service.jobs.errors import WorkerLostError
from service.jobs.results import pack_result
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.jobs.claims import Claims
    from service.jobs.job import Claim
    from service.jobs.task import Task
    from service.result import Aligned

_LOG = logging.getLogger("triptych")
_IDLE = 1.0  # seconds until a worker looks for other processes' articles again
_OVERLOADED = 2.0  # seconds until an article that found no room is tried again
_UNANSWERED = 5.0  # seconds until a database that did not answer is asked again
_LOOK = 1.0  # seconds between two looks at whether what runs has been cancelled, by whatever process
_CLEANING = 60.0  # seconds between two rounds of cleaning


class Runner:
    """Claims articles and does them; several runners, in several processes, share the work.

    `work` does one task, on a thread, under `limiter`. It may raise CancelledError where the `Work` that it
    is handed was cancelled, and OverloadedError, and is asked again later. `describe` makes a problem
    document of any other error. `lease` and `retention` are in seconds; `grace` is how long an article may
    go on after `stop`, before its work is cancelled and it is given back.
    """

    def __init__(
        self,
        claims: Claims,
        work: Callable[[Task, Work], Aligned],
        describe: Callable[[Exception], Mapping[str, Any]],
        *,
        workers: int,
        lease: float,
        retention: float,
        limiter: anyio.CapacityLimiter | None = None,
        grace: float = 20.0,
    ) -> None:
        self._claims = claims
        self._work = work
        self._describe = describe
        self._workers = workers
        self._lease = lease
        self._retention = retention
        self._limiter = limiter
        self._grace = grace
        self._name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(6)}"
        self._stopping = anyio.Event()
        self._news = anyio.Event()
        self._running: dict[Work, tuple[Claim, anyio.CancelScope]] = {}

    def wake(self) -> None:
        """Say that there is a new job."""
        self._news.set()

    def stop(self) -> None:
        """Begin no more articles; `run` returns when those that run have finished or are given back."""
        self._stopping.set()
        self._news.set()

    async def run(self) -> None:
        """Work until `stop`."""
        async with anyio.create_task_group() as around:
            around.start_soon(self._every, self._lease / 3, self._extend)
            around.start_soon(self._every, _LOOK, self._look)
            around.start_soon(self._every, _CLEANING, self._clean)
            async with anyio.create_task_group() as workers:
                for _ in range(self._workers):
                    workers.start_soon(self._worker)
                await self._stopping.wait()
                workers.start_soon(self._give_up)
            around.cancel_scope.cancel()

    async def _give_up(self) -> None:
        with anyio.move_on_after(self._grace):
            while self._running:
                await anyio.sleep(0.05)
        for work, (_, scope) in tuple(self._running.items()):
            work.cancel()
            scope.cancel()

    async def _worker(self) -> None:
        while not self._stopping.is_set():
            try:
                claim = await anyio.to_thread.run_sync(self._claims.claim, self._name)
                if claim is not None:
                    await self._do(claim)
                    continue
                await self._rest(_IDLE)
            except DatabaseError as error:  # the article, if there was one, is free when its lease runs out
                _LOG.warning("jobs wait: %s", error)
                await self._rest(_UNANSWERED)

    async def _rest(self, seconds: float) -> None:
        if self._news.is_set() and not self._stopping.is_set():
            self._news = anyio.Event()
        with anyio.move_on_after(seconds):
            await self._news.wait()

    async def _do(self, claim: Claim) -> None:
        scope, work = anyio.CancelScope(), Work()
        self._running[work] = (claim, scope)
        result: bytes | None = None
        problem: str | None = None
        delay: float | None = None
        try:
            with scope:
                result = await anyio.to_thread.run_sync(
                    lambda: pack_result(self._work(claim.task, work)),
                    limiter=self._limiter,
                    abandon_on_cancel=True,
                )
        except CancelledError:
            delay = 0.0
        except OverloadedError:
            delay = _OVERLOADED
        except Exception as error:  # noqa: BLE001 - whatever an article does, the others go on
            problem = json.dumps(self._describe(error))
        finally:
            del self._running[work]
        if scope.cancelled_caught:
            delay = 0.0

        def keep() -> None:
            if delay is None:
                self._claims.finish(claim, self._name, result=result, problem=problem)
            else:
                self._claims.release(claim, self._name, delay=delay)

        while True:
            try:
                await anyio.to_thread.run_sync(keep)
            except DatabaseError as error:  # what was done is not thrown away while somebody may still ask
                if self._stopping.is_set():
                    raise
                _LOG.warning("a job's article waits to be kept: %s", error)
                await self._rest(_UNANSWERED)
            else:
                return

    async def _every(self, seconds: float, do: Callable[[], None]) -> None:
        while True:
            try:
                await anyio.to_thread.run_sync(do)
            except DatabaseError as error:
                _LOG.warning("jobs: %s", error)
            await anyio.sleep(seconds)

    def _extend(self) -> None:
        self._claims.extend(self._name)

    def _look(self) -> None:
        running = [(work, claim.job_id) for work, (claim, _) in tuple(self._running.items())]
        if running:
            unwanted = self._claims.unwanted({job_id for _, job_id in running})
            for work, job_id in running:
                if job_id in unwanted:
                    work.cancel()

    def _clean(self) -> None:
        self._claims.bury(json.dumps(self._describe(WorkerLostError())))
        self._claims.clean(self._retention)
