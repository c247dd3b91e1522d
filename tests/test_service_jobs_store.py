from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from databases_fixture import postgresql, programs
from sqlalchemy import MetaData, create_engine, text

from service.article import Format
from service.database import open_database
from service.errors import DatabaseError, OverloadedError
from service.jobs.errors import IdempotencyError, NoSuchJobError
from service.jobs.job import Job, State
from service.jobs.store import JobStore
from service.jobs.tables import JOB_TABLES
from service.jobs.task import Bundle, Document, Kind, Task, bundled

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DESK, PRESS = "key 00000001", "key 00000002"  # owners


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if programs() is None:
        pytest.skip("PostgreSQL's programs (Debian: postgresql) are not on this machine")
    with postgresql(tmp_path_factory.mktemp("postgresql")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'jobs.db'}"
    url: str = request.getfixturevalue("cluster")
    engine = create_engine(url.replace("postgresql:", "postgresql+pg8000:"))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(url: str, clock: Clock) -> Iterator[JobStore]:
    made = JobStore(open_database(url, JOB_TABLES), lease=10, now=clock)
    yield made
    made.close()


def task(name: str) -> Task:
    content = f"Rain fell on {name}. ☂\0".encode()
    return Task(name, Kind.TRANSLATE, (Document("en", Format.TEXT, content),), ("es",))


def bundle(*names: str) -> Bundle:
    return bundled([task(name) for name in names])


def job_of(store: JobStore, *names: str) -> Job:
    return store.add(DESK, bundle(*names))[0]


def work_off(store: JobStore, worker: str = "w") -> list[str]:
    done = []
    while claim := store.claim(worker):
        assert store.finish(claim, worker, result=claim.task.id.encode())
        done.append(claim.task.id)
    return done


def test_a_task_comes_back_as_it_was_kept(store: JobStore) -> None:
    job = job_of(store, "a")
    claim = store.claim("w")
    assert claim is not None
    assert (claim.job_id, claim.number, claim.task) == (job.id, 0, task("a"))


def test_jobs_take_turns_article_by_article(store: JobStore, clock: Clock) -> None:
    job_of(store, "a0", "a1", "a2")
    clock.now += 1
    job_of(store, "b0", "b1")
    assert work_off(store) == ["a0", "b0", "a1", "b1", "a2"]


def test_a_job_goes_from_waiting_to_done_and_counts(store: JobStore) -> None:
    job = job_of(store, "a", "b")
    assert job.state is State.WAITING
    first = store.claim("w")
    assert first is not None
    assert store.job(DESK, job.id).state is State.RUNNING
    store.finish(first, "w", problem="{}")
    assert work_off(store) == ["b"]
    ended = store.job(DESK, job.id)
    assert (ended.state, ended.finished, ended.counts) == (State.DONE, 2, {State.DONE: 1, State.FAILED: 1})
    assert [(o.number, o.sequence, o.state) for o in store.outcomes(DESK, job.id)] == [
        (0, 1, State.FAILED), (1, 2, State.DONE),
    ]  # fmt: skip


def test_an_article_whose_worker_died_is_free_when_its_lease_ran_out(store: JobStore, clock: Clock) -> None:
    job_of(store, "a")
    lost = store.claim("dead")
    assert lost is not None
    clock.now += 9
    assert store.claim("w") is None
    clock.now += 2
    again = store.claim("w")
    assert again is not None
    assert again.attempts == 2
    assert not store.finish(lost, "dead", result=b"late")  # it was not dead after all
    assert store.finish(again, "w", result=b"right")
    assert not store.finish(again, "w", result=b"twice")
    assert [outcome.result for outcome in store.outcomes(DESK, again.job_id)] == [b"right"]


def test_a_lease_that_is_extended_holds(store: JobStore, clock: Clock) -> None:
    job_of(store, "a")
    claim = store.claim("w")
    for _ in range(5):
        clock.now += 9
        store.extend("w")
        assert store.claim("other") is None
    assert claim is not None
    assert store.finish(claim, "w", result=b"")


def test_an_article_that_is_given_back_waits_its_time_and_costs_no_attempt(
    store: JobStore, clock: Clock
) -> None:
    job_of(store, "a")
    claim = store.claim("w")
    assert claim is not None
    store.release(claim, "w", delay=5)
    assert store.claim("w") is None
    clock.now += 6
    again = store.claim("w")
    assert again is not None
    assert again.attempts == 1


def test_an_article_that_takes_every_worker_with_it_fails_and_comes_last(
    store: JobStore, clock: Clock
) -> None:
    job = job_of(store, "bad", "good")
    for _ in range(2):
        assert store.claim("dying") is not None  # bad, then good
    good = store.claim("w")
    assert good is None
    for _ in range(4):
        clock.now += 11
        claims = [store.claim("dying"), store.claim("w")]
        for claim in claims:
            if claim is not None and claim.task.id == "good":
                store.finish(claim, "w" if claim is claims[1] else "dying", result=b"")
    clock.now += 11
    assert store.claim("w") is None
    store.bury('{"detail": "lost"}')
    outcomes = {outcome.name: outcome for outcome in store.outcomes(DESK, job.id)}
    assert outcomes["bad"].problem == '{"detail": "lost"}'
    assert outcomes["good"].state is State.DONE
    assert store.job(DESK, job.id).state is State.DONE


def test_cancelling_lets_what_runs_finish_and_begins_nothing_more(store: JobStore, clock: Clock) -> None:
    job = job_of(store, "a", "b", "c", "d")
    running, returned = store.claim("w"), store.claim("w")
    assert running is not None
    assert returned is not None
    cancelled = store.cancel(DESK, job.id)
    assert (cancelled.state, cancelled.ended) == (State.CANCELLED, None)
    assert store.claim("w") is None
    assert store.finish(running, "w", result=b"a")
    store.release(returned, "w")
    ended = store.cancel(DESK, job.id)
    assert ended.ended == clock.now
    assert ended.counts == {State.DONE: 1, State.CANCELLED: 3}
    assert sorted(outcome.sequence for outcome in store.outcomes(DESK, job.id)) == [1, 2, 3, 4]


def test_a_cancelled_job_whose_worker_died_ends(store: JobStore, clock: Clock) -> None:
    job = job_of(store, "a")
    store.claim("dead")
    store.cancel(DESK, job.id)
    clock.now += 11
    store.bury("{}")
    assert store.job(DESK, job.id).counts == {State.CANCELLED: 1}


def test_old_jobs_are_forgotten_and_running_ones_are_not(store: JobStore, clock: Clock) -> None:
    old = job_of(store, "a")
    work_off(store)
    going_on = job_of(store, "b")
    clock.now += 3_601
    assert store.clean(3_600) == 1
    with pytest.raises(NoSuchJobError):
        store.job(DESK, old.id)
    assert [job.id for job in store.jobs(DESK, 10)] == [going_on.id]
    assert list(store.outcomes(DESK, old.id)) == []
    store.delete(DESK, going_on.id)
    assert store.claim("w") is None


def test_two_requests_with_one_key_are_one_job(store: JobStore) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: store.add(DESK, bundle("a"), "key"), range(8)))
    assert len({job.id for job, _ in found}) == 1
    assert sorted(new for _, new in found) == [False] * 7 + [True]
    assert store.repeated(DESK, bundle("a"), "key") == found[0][0]
    assert store.repeated(DESK, bundle("a"), "other key") is None
    for again in (store.repeated, store.add):
        with pytest.raises(IdempotencyError):
            again(DESK, bundle("b"), "key")


def test_a_job_is_its_owners_and_nobody_elses(store: JobStore, clock: Clock) -> None:
    job = store.add(DESK, bundle("a", "b"), "key")[0]
    other = store.add(PRESS, bundle("c"), "key")[0]  # the same Idempotency-Key, another's
    assert store.repeated(PRESS, bundle("c"), "key") == other
    assert work_off(store) == ["a", "c", "b"]
    for owner, mine, foreign in ((DESK, job, other), (PRESS, other, job)):
        assert [found.id for found in store.jobs(owner, 10)] == [mine.id]
        assert store.jobs(owner, 10, before=clock.now + 1) == [store.job(owner, mine.id)]
        assert len(list(store.outcomes(owner, mine.id))) == mine.articles
        assert len(store.ended_since(owner, mine.id, 0)) == mine.articles
        assert store.outcome(owner, mine.id, 0).state is State.DONE
        assert list(store.outcomes(owner, foreign.id)) == []
        assert store.ended_since(owner, foreign.id, 0) == []
        for ask in (store.job, store.cancel, store.delete, lambda who, job_id: store.outcome(who, job_id, 0)):
            with pytest.raises(NoSuchJobError):
                ask(owner, foreign.id)
    assert store.job(DESK, job.id).state is State.DONE


def test_what_was_cancelled_or_is_gone_is_wanted_no_more(store: JobStore) -> None:
    going_on, cancelled, gone = (job_of(store, "a").id for _ in range(3))
    store.cancel(DESK, cancelled)
    store.delete(DESK, gone)
    assert store.unwanted({going_on, cancelled, gone}) == {cancelled, gone}


def test_many_workers_at_once_do_each_article_once(url: str, store: JobStore) -> None:
    names = [str(number) for number in range(40)]
    job = job_of(store, *names)

    def worker(name: str) -> list[str]:
        own = JobStore(open_database(url, JOB_TABLES), lease=1_000)
        try:
            return work_off(own, name)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        done = [name for found in pool.map(worker, "abcd") for name in found]
    assert sorted(done, key=int) == names
    assert [o.result for o in store.outcomes(DESK, job.id)] == [name.encode() for name in names]
    assert sorted(o.sequence for o in store.outcomes(DESK, job.id)) == list(range(1, 41))


def test_more_jobs_than_may_wait_are_turned_away(url: str) -> None:
    store = JobStore(open_database(url, JOB_TABLES), lease=10, most=2)
    job_of(store, "a")
    job_of(store, "b")
    with pytest.raises(OverloadedError, match="2 jobs are waiting already"):
        job_of(store, "c")
    work_off(store)
    job_of(store, "c")
    store.close()


def test_tables_of_another_version_are_left_alone(url: str) -> None:
    open_database(url, JOB_TABLES).dispose()
    later = MetaData(info={"name": "jobs", "version": 3})
    with pytest.raises(DatabaseError, match="jobs of version 2, this Triptych knows version 3"):
        open_database(url, later)
    open_database(url, JOB_TABLES).dispose()


def test_a_session_that_the_server_ended_is_replaced(url: str, store: JobStore) -> None:
    if not url.startswith("postgresql:"):
        pytest.skip("SQLite has no sessions")
    job = job_of(store, "a")
    other = open_database(url, JOB_TABLES)
    with other.connect() as connection:
        ended = connection.scalar(
            text("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                 " AND backend_type = 'client backend'")
        )  # fmt: skip
        assert ended
    other.dispose()
    assert store.job(DESK, job.id).articles == 1


def test_what_postgresql_says_is_told_in_its_words(url: str) -> None:
    if not url.startswith("postgresql:"):
        pytest.skip("of PostgreSQL")
    with pytest.raises(DatabaseError, match=r'\(database "nonesuch" does not exist\)'):
        open_database(url.replace("/postgres", "/nonesuch"), JOB_TABLES)


def test_processes_that_start_at_once_make_the_tables_once(url: str) -> None:
    def start(_: int) -> None:
        open_database(url, JOB_TABLES).dispose()

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(start, range(6))) == [None] * 6


def test_a_database_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    for wrong in ("nonsense", f"sqlite:///{tmp_path / 'file' / 'a.db'}", f"sqlite:///{tmp_path}",
                  "postgresql://nobody@127.0.0.1:1/x", "postgresql://nobody@127.0.0.1:1/x?colour=1",
                  "postgresql://nobody@127.0.0.1:1/x?sslmode=maybe", "oracle+none://a"):  # fmt: skip
        with pytest.raises(DatabaseError, match="TRIPTYCH_DATABASE") as caught:
            open_database(wrong, JOB_TABLES)
        assert "\n" not in str(caught.value)
