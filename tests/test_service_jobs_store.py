from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from databases_fixture import postgresql, programs
from sqlalchemy import MetaData, create_engine, text

from service.article import Format
from service.database import open_database
from service.errors import DatabaseError, OverloadedError
from service.jobs.claims import Claims
from service.jobs.connections import Connections
from service.jobs.errors import IdempotencyError, NoSuchJobError, TooManyJobsError
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
def connections(url: str) -> Iterator[Connections]:
    made = Connections(open_database(url, JOB_TABLES))
    yield made
    made.close()


@pytest.fixture
def store(connections: Connections, clock: Clock) -> JobStore:
    return JobStore(connections, now=clock)


@pytest.fixture
def claims(connections: Connections, clock: Clock) -> Claims:
    return Claims(connections, lease=10, now=clock)


def task(name: str) -> Task:
    content = f"Rain fell on {name}. ☂\0".encode()
    return Task(name, Kind.TRANSLATE, (Document("en", Format.TEXT, content),), ("es",))


def bundle(*names: str) -> Bundle:
    return bundled([task(name) for name in names])


def job_of(store: JobStore, *names: str) -> Job:
    return store.add(DESK, bundle(*names))[0]


def work_off(claims: Claims, worker: str = "w") -> list[str]:
    done = []
    while claim := claims.claim(worker):
        assert claims.finish(claim, worker, result=claim.task.id.encode())
        done.append(claim.task.id)
    return done


def test_a_task_comes_back_as_it_was_kept(store: JobStore, claims: Claims) -> None:
    job = job_of(store, "a")
    claim = claims.claim("w")
    assert claim is not None
    assert (claim.job_id, claim.number, claim.task) == (job.id, 0, task("a"))


def test_jobs_take_turns_article_by_article(store: JobStore, claims: Claims, clock: Clock) -> None:
    job_of(store, "a0", "a1", "a2")
    clock.now += 1
    job_of(store, "b0", "b1")
    assert work_off(claims) == ["a0", "b0", "a1", "b1", "a2"]


def test_a_job_goes_from_waiting_to_done_and_counts(store: JobStore, claims: Claims) -> None:
    job = job_of(store, "a", "b")
    assert job.state is State.WAITING
    first = claims.claim("w")
    assert first is not None
    assert store.job(DESK, job.id).state is State.RUNNING
    claims.finish(first, "w", problem="{}")
    assert work_off(claims) == ["b"]
    ended = store.job(DESK, job.id)
    assert (ended.state, ended.finished, ended.counts) == (State.DONE, 2, {State.DONE: 1, State.FAILED: 1})
    assert [(o.number, o.sequence, o.state) for o in store.outcomes(DESK, job.id)] == [
        (0, 1, State.FAILED), (1, 2, State.DONE),
    ]  # fmt: skip


def test_an_article_whose_worker_died_is_free_when_its_lease_ran_out(
    store: JobStore, claims: Claims, clock: Clock
) -> None:
    job_of(store, "a")
    lost = claims.claim("dead")
    assert lost is not None
    clock.now += 9
    assert claims.claim("w") is None
    clock.now += 2
    again = claims.claim("w")
    assert again is not None
    assert again.attempts == 2
    assert not claims.finish(lost, "dead", result=b"late")  # it was not dead after all
    assert claims.finish(again, "w", result=b"right")
    assert not claims.finish(again, "w", result=b"twice")
    assert [outcome.result for outcome in store.outcomes(DESK, again.job_id)] == [b"right"]


def test_a_lease_that_is_extended_holds(store: JobStore, claims: Claims, clock: Clock) -> None:
    job_of(store, "a")
    claim = claims.claim("w")
    for _ in range(5):
        clock.now += 9
        claims.extend("w")
        assert claims.claim("other") is None
    assert claim is not None
    assert claims.finish(claim, "w", result=b"")


def test_an_article_that_is_given_back_waits_its_time_and_costs_no_attempt(
    store: JobStore, claims: Claims, clock: Clock
) -> None:
    job_of(store, "a")
    claim = claims.claim("w")
    assert claim is not None
    claims.release(claim, "w", delay=5)
    assert claims.claim("w") is None
    clock.now += 6
    again = claims.claim("w")
    assert again is not None
    assert again.attempts == 1


def test_an_article_that_takes_every_worker_with_it_fails_and_comes_last(
    store: JobStore, claims: Claims, clock: Clock
) -> None:
    job = job_of(store, "bad", "good")
    for _ in range(2):
        assert claims.claim("dying") is not None  # bad, then good
    good = claims.claim("w")
    assert good is None
    for _ in range(4):
        clock.now += 11
        held = [claims.claim("dying"), claims.claim("w")]
        for claim in held:
            if claim is not None and claim.task.id == "good":
                claims.finish(claim, "w" if claim is held[1] else "dying", result=b"")
    clock.now += 11
    assert claims.claim("w") is None
    claims.bury('{"detail": "lost"}')
    outcomes = {outcome.name: outcome for outcome in store.outcomes(DESK, job.id)}
    assert outcomes["bad"].problem == '{"detail": "lost"}'
    assert outcomes["good"].state is State.DONE
    assert store.job(DESK, job.id).state is State.DONE


def test_cancelling_lets_what_runs_finish_and_begins_nothing_more(
    store: JobStore, claims: Claims, clock: Clock
) -> None:
    job = job_of(store, "a", "b", "c", "d")
    running, returned = claims.claim("w"), claims.claim("w")
    assert running is not None
    assert returned is not None
    cancelled = store.cancel(DESK, job.id)
    assert (cancelled.state, cancelled.ended) == (State.CANCELLED, None)
    assert claims.claim("w") is None
    assert claims.finish(running, "w", result=b"a")
    claims.release(returned, "w")
    ended = store.cancel(DESK, job.id)
    assert ended.ended == clock.now
    assert ended.counts == {State.DONE: 1, State.CANCELLED: 3}
    assert sorted(outcome.sequence for outcome in store.outcomes(DESK, job.id)) == [1, 2, 3, 4]


def test_a_cancelled_job_whose_worker_died_ends(store: JobStore, claims: Claims, clock: Clock) -> None:
    job = job_of(store, "a")
    claims.claim("dead")
    store.cancel(DESK, job.id)
    clock.now += 11
    claims.bury("{}")
    assert store.job(DESK, job.id).counts == {State.CANCELLED: 1}


def test_old_jobs_are_forgotten_and_running_ones_are_not(
    store: JobStore, claims: Claims, clock: Clock
) -> None:
    old = job_of(store, "a")
    work_off(claims)
    going_on = job_of(store, "b")
    clock.now += 3_601
    assert claims.clean(3_600) == 1
    with pytest.raises(NoSuchJobError):
        store.job(DESK, old.id)
    assert [job.id for job in store.jobs(DESK, 10)] == [going_on.id]
    assert list(store.outcomes(DESK, old.id)) == []
    store.delete(DESK, going_on.id)
    assert claims.claim("w") is None


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


def test_a_job_is_its_owners_and_nobody_elses(store: JobStore, claims: Claims, clock: Clock) -> None:
    job = store.add(DESK, bundle("a", "b"), "key")[0]
    other = store.add(PRESS, bundle("c"), "key")[0]  # the same Idempotency-Key, another's
    assert store.repeated(PRESS, bundle("c"), "key") == other
    assert work_off(claims) == ["a", "c", "b"]
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


def test_what_was_cancelled_or_is_gone_is_wanted_no_more(store: JobStore, claims: Claims) -> None:
    going_on, cancelled, gone = (job_of(store, "a").id for _ in range(3))
    store.cancel(DESK, cancelled)
    store.delete(DESK, gone)
    assert claims.unwanted({going_on, cancelled, gone}) == {cancelled, gone}


def test_many_workers_at_once_do_each_article_once(url: str, store: JobStore) -> None:
    names = [str(number) for number in range(40)]
    job = job_of(store, *names)

    def worker(name: str) -> list[str]:
        own = Connections(open_database(url, JOB_TABLES))
        try:
            return work_off(Claims(own, lease=1_000), name)
        finally:
            own.close()

    with ThreadPoolExecutor(4) as pool:
        done = [name for found in pool.map(worker, "abcd") for name in found]
    assert sorted(done, key=int) == names
    assert [o.result for o in store.outcomes(DESK, job.id)] == [name.encode() for name in names]
    assert sorted(o.sequence for o in store.outcomes(DESK, job.id)) == list(range(1, 41))


def test_more_jobs_than_may_wait_are_turned_away(connections: Connections, claims: Claims) -> None:
    store = JobStore(connections, most=2)
    job_of(store, "a")
    store.add(PRESS, bundle("b"))
    with pytest.raises(OverloadedError, match="2 jobs are waiting already"):
        job_of(store, "c")
    work_off(claims)
    job_of(store, "c")


def test_an_owner_who_has_enough_is_turned_away_and_another_is_not(
    connections: Connections, claims: Claims
) -> None:
    store = JobStore(connections, most=3, most_each=2)
    first, key = job_of(store, "a"), "again"
    store.add(DESK, bundle("b"), key)
    with pytest.raises(TooManyJobsError, match="2 of your jobs have not ended, the limit is 2"):
        job_of(store, "c")
    assert not store.add(DESK, bundle("b"), key)[1]  # that one is there already
    store.add(PRESS, bundle("c"))
    with pytest.raises(TooManyJobsError):  # sooner than that all places are taken
        job_of(store, "d")
    store.cancel(DESK, first.id)
    job_of(store, "d")


def test_owners_take_turns_however_many_jobs_each_has(store: JobStore, claims: Claims, clock: Clock) -> None:
    for name in ("a", "b", "c"):
        job_of(store, f"{name}0", f"{name}1")
        clock.now += 1
    assert [claim.task.id for _ in range(2) if (claim := claims.claim("w"))] == ["a0", "b0"]
    store.add(PRESS, bundle("p0", "p1", "p2"))
    assert work_off(claims) == ["p0", "c0", "p1", "a1", "p2", "b1", "c1"]


def test_whoever_comes_back_has_one_turn_before_the_others_not_all(store: JobStore, claims: Claims) -> None:
    store.add(PRESS, bundle("p0"))
    work_off(claims)
    job_of(store, *(f"a{number}" for number in range(4)))
    for _ in range(2):
        assert claims.claim("w")
    store.add(PRESS, bundle("p1", "p2"))
    assert work_off(claims) == ["p1", "a2", "p2", "a3"]
    claims.clean(-1)
    assert work_off(claims) == []


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
