from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import anyio
import pytest
from documents_fixture import open_document
from service_fakes import FakeTranslator, LetterEncoder, fake_engines, fake_pipeline

from service.acceptance import Limits
from service.article import Format
from service.batcher import Batcher
from service.config import Settings
from service.database import open_database
from service.errors import CancelledError, OverloadedError
from service.jobs.claims import Claims
from service.jobs.connections import Connections
from service.jobs.job import Job, State
from service.jobs.runner import Runner
from service.jobs.store import JobStore
from service.jobs.tables import JOB_TABLES
from service.jobs.task import Document, Kind, Task, bundled, characters_of, done
from service.keeping import build_runner
from service.pipeline import Pipeline
from service.problems import problem_document
from service.turns import Turns
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from service.result import Aligned


@pytest.fixture
def connections(tmp_path: Path) -> Iterator[Connections]:
    made = Connections(open_database(f"sqlite:///{tmp_path / 'jobs.db'}", JOB_TABLES))
    yield made
    made.close()


@pytest.fixture
def store(connections: Connections) -> JobStore:
    return JobStore(connections)


@pytest.fixture
def claims(connections: Connections) -> Claims:
    return Claims(connections, lease=30)


def task(name: str) -> Task:
    return Task(name, Kind.TRANSLATE, (Document("en", Format.TEXT, b"Rain fell. Boats stayed."),), ("es",))


def added(store: JobStore, *tasks: Task) -> Job:
    return store.add("desk", bundled(tasks))[0]


def runner(claims: Claims, work: Callable[[Task, Work], Aligned], grace: float = 5.0) -> Runner:
    return Runner(claims, work, problem_document, workers=2, lease=30, retention=3_600, grace=grace)


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


def test_whatever_one_article_does_the_others_are_done(store: JobStore, claims: Claims) -> None:
    pipeline = fake_pipeline()

    def work(task: Task, claim: Work) -> Aligned:
        if task.id == "bad":
            raise ZeroDivisionError("a secret")
        return done(task, pipeline, claim)

    job = added(store, task("bad"), task("good"))
    run_until(runner(claims, work), lambda: store.job("desk", job.id).ended is not None)
    bad, good = store.outcomes("desk", job.id)
    assert good.state is State.DONE
    problem = json.loads(bad.problem or "")
    assert problem["type"] == "urn:triptych:problem:internal"
    assert "secret" not in problem["detail"]


def test_an_article_that_finds_no_room_is_tried_again(
    store: JobStore, claims: Claims, monkeypatch: pytest.MonkeyPatch
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
    run_until(runner(claims, work), lambda: store.job("desk", job.id).ended is not None)
    assert asked == ["a", "a", "a"]
    assert store.job("desk", job.id).counts == {State.DONE: 1}


def test_what_runs_when_it_is_stopped_is_finished_or_given_back(store: JobStore, claims: Claims) -> None:
    pipeline = fake_pipeline()
    begun, go_on = threading.Event(), threading.Event()

    def work(task: Task, claim: Work) -> Aligned:
        begun.set()
        assert go_on.wait(30)
        return done(task, pipeline, claim)

    job = added(store, task("a"))
    threading.Timer(0.3, go_on.set).start()
    run_until(runner(claims, work), begun.is_set)
    assert store.job("desk", job.id).counts == {State.DONE: 1}

    begun.clear()
    go_on.clear()
    job = added(store, task("b"))
    run_until(runner(claims, work, grace=0.0), begun.is_set)
    assert store.job("desk", job.id).counts == {State.WAITING: 1}
    go_on.set()


class Held:
    """Work that goes on until it is let go, or cancelled."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go_on = threading.Event()
        self.claims: list[Work] = []

    def __call__(self, task: Task, claim: Work) -> Aligned:
        self.claims.append(claim)
        self.begun.set()
        while not claim.cancelled.wait(0.01):
            if self.go_on.is_set():
                return done(task, fake_pipeline(), claim)
        raise CancelledError


def test_what_runs_of_a_job_that_is_cancelled_elsewhere_is_cancelled(
    store: JobStore, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.jobs.runner._LOOK", 0.01)
    held = Held()
    other = added(store, task("other"))
    job = added(store, task("a"), task("b"), task("c"))

    def over() -> bool:
        if len(held.claims) == 2 and store.job("desk", job.id).cancelled is None:
            store.cancel("desk", job.id)
        if store.job("desk", job.id).ended is not None:
            held.go_on.set()
        return store.job("desk", other.id).ended is not None

    run_until(runner(claims, held), over)
    assert store.job("desk", job.id).counts == {State.CANCELLED: 3}
    assert store.job("desk", other.id).counts == {State.DONE: 1}
    assert sorted(claim.cancelled.is_set() for claim in held.claims) == [False, True]


def test_a_stop_cancels_what_has_not_ended_in_time(store: JobStore, claims: Claims) -> None:
    held = Held()
    job = added(store, task("a"))
    run_until(runner(claims, held, grace=0.0), held.begun.is_set)
    assert held.claims[0].cancelled.is_set()
    assert store.job("desk", job.id).counts == {State.WAITING: 1}


def test_what_has_not_reached_the_engine_is_dropped_when_its_job_is_cancelled() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slow(sentence: str) -> str:
        begun.set()
        assert go_on.wait(30)
        return sentence.upper()

    translator = FakeTranslator(slow)
    engines = fake_engines(translator, lambda inner: Batcher(inner, Turns(1), sentences=1))
    pipeline = Pipeline(engines, LetterEncoder(), ("en", "es"), Limits(1_000, 100), "0.0")
    claim = Work()
    with ThreadPoolExecutor(1) as pool:
        article = pool.submit(done, task("a"), pipeline, claim)
        assert begun.wait(30)
        claim.cancel()
        go_on.set()
        with pytest.raises(CancelledError):
            article.result(30)
    engines.close()
    assert len(translator.asked) == 1  # of two sentences


def test_articles_have_threads_of_their_own(claims: Claims) -> None:
    def limit(workers: int) -> float:
        async def find() -> float:
            made = build_runner(Settings(job_workers=workers), claims, fake_pipeline())
            assert made._limiter is not None
            return made._limiter.total_tokens

        return anyio.run(find)

    assert [limit(workers) for workers in (0, 1, 3)] == [1, 1, 3]


def test_characters_are_counted_as_texts_are_sent_and_files_are_read() -> None:
    text = Document("en", Format.HTML, "<p>Ría</p>".encode())
    odt = Document("es", Format.ODT, open_document("<text:p>Rain fell.</text:p>"))
    unreadable = [Document("ru", Format.TEXT, b"\xff"), Document("ru", Format.PDF, b"%PDF")]
    assert characters_of(Task("a", Kind.ALIGN, (text, odt, *unreadable))) == 10 + 10
