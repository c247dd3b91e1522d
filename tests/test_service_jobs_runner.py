from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

import anyio
import pytest
from service_fakes import fake_pipeline

from service.article import Format
from service.database import open_database
from service.errors import OverloadedError
from service.jobs.job import Job, State
from service.jobs.runner import Runner
from service.jobs.store import JobStore
from service.jobs.tables import JOB_TABLES
from service.jobs.task import Document, Kind, Task, bundled, done
from service.problems import problem_document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from service.result import Aligned
    from service.work import Work


@pytest.fixture
def store(tmp_path: Path) -> Iterator[JobStore]:
    made = JobStore(open_database(f"sqlite:///{tmp_path / 'jobs.db'}", JOB_TABLES), lease=30)
    yield made
    made.close()


def task(name: str) -> Task:
    return Task(name, Kind.TRANSLATE, (Document("en", Format.TEXT, b"Rain fell. Boats stayed."),), ("es",))


def added(store: JobStore, *tasks: Task) -> Job:
    return store.add("desk", bundled(tasks))[0]


def runner(store: JobStore, work: Callable[[Task, Work], Aligned], grace: float = 5.0) -> Runner:
    return Runner(store, work, problem_document, workers=2, lease=30, retention=3_600, grace=grace)


def run_until(runner: Runner, over: Callable[[], bool]) -> None:
    """Run a runner until something has come about, then stop it."""

    async def run() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(runner.run)
            with anyio.fail_after(30):
                while not over():
                    await anyio.sleep(0.01)
            runner.stop()

    anyio.run(run)


def test_whatever_one_article_does_the_others_are_done(store: JobStore) -> None:
    pipeline = fake_pipeline()

    def work(task: Task, claim: Work) -> Aligned:
        if task.id == "bad":
            raise ZeroDivisionError("a secret")
        return done(task, pipeline, claim)

    job = added(store, task("bad"), task("good"))
    run_until(runner(store, work), lambda: store.job("desk", job.id).ended is not None)
    bad, good = store.outcomes("desk", job.id)
    assert good.state is State.DONE
    problem = json.loads(bad.problem or "")
    assert problem["type"] == "urn:triptych:problem:internal"
    assert "secret" not in problem["detail"]


def test_an_article_that_finds_no_room_is_tried_again(
    store: JobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.runner._OVERLOADED", 0.0)
    pipeline = fake_pipeline()
    asked: list[str] = []

    def work(task: Task, claim: Work) -> Aligned:
        asked.append(task.id)
        if len(asked) < 3:
            raise OverloadedError("sentences", 9, 9)
        return done(task, pipeline, claim)

    job = added(store, task("a"))
    run_until(runner(store, work), lambda: store.job("desk", job.id).ended is not None)
    assert asked == ["a", "a", "a"]
    assert store.job("desk", job.id).counts == {State.DONE: 1}


def test_what_runs_when_it_is_stopped_is_finished_or_given_back(store: JobStore) -> None:
    pipeline = fake_pipeline()
    begun, go_on = threading.Event(), threading.Event()

    def work(task: Task, claim: Work) -> Aligned:
        begun.set()
        assert go_on.wait(30)
        return done(task, pipeline, claim)

    job = added(store, task("a"))
    threading.Timer(0.3, go_on.set).start()
    run_until(runner(store, work), begun.is_set)
    assert store.job("desk", job.id).counts == {State.DONE: 1}

    begun.clear()
    go_on.clear()
    job = added(store, task("b"))
    run_until(runner(store, work, grace=0.0), begun.is_set)
    assert store.job("desk", job.id).counts == {State.WAITING: 1}
    go_on.set()
