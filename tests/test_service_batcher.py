from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import TYPE_CHECKING

import pytest
from service_fakes import FakeTranslator

from models.errors import UnsupportedTargetError
from models.translation import Translation
from service.batcher import Batcher
from service.errors import CancelledError, DeadlineError, OverloadedError, StoppingError
from service.observer import Unobserved
from service.turns import Turns
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Gate(FakeTranslator):
    """Translates batch by batch, each when it is let through; remembers the batches."""

    def __init__(self, *, shut: bool = False) -> None:
        super().__init__()
        self.batches: list[list[str]] = []
        self.entered = Event()
        self.open = Event()
        if not shut:
            self.open.set()

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        self.batches.append(list(sentences))
        self.entered.set()
        assert self.open.wait(60)
        if "poison" in sentences:
            raise RuntimeError("poisoned")
        return [Translation(f"{target}:{sentence}", -0.5) for sentence in sentences]


class Counting(Unobserved):
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.depth: list[int] = []
        self.lost = 0
        self.twice = 0
        self.denied = 0
        self.waits: list[float] = []

    def queued(self, checkpoint_id: str, sentences: int) -> None:
        self.depth.append(sentences)

    def dropped(self, checkpoint_id: str, sentences: int) -> None:
        self.lost += sentences

    def shared(self, checkpoint_id: str, sentences: int) -> None:
        self.twice += sentences

    def refused(self, checkpoint_id: str, sentences: int) -> None:
        self.denied += sentences

    def started(self, checkpoint_id: str, waits: list[float]) -> None:
        self.waits += waits


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(32) as pool:
        yield pool


def waiting(batcher: Batcher, sentences: int) -> None:
    """Return when so many sentences wait."""
    with batcher._changed:
        assert batcher._changed.wait_for(lambda: batcher._rotation.waiting >= sentences, 60)


def texts(found: list[Translation]) -> list[str]:
    return [translation.text for translation in found]


def test_many_threads_get_their_own_sentences_in_order(threads: ThreadPoolExecutor) -> None:
    batcher = Batcher(Gate(), Turns(), sentences=7, share=2)

    def ask(number: int) -> bool:
        target = ("es", "ru")[number % 2]
        sentences = [f"{number} says {index % 5}" for index in range(number + 1)]
        found = batcher.bound(Work()).translate(sentences, target=target)
        return texts(found) == [f"{target}:{sentence}" for sentence in sentences]

    assert all(threads.map(ask, range(60)))
    batcher.close()


def test_what_waits_together_is_translated_together(threads: ThreadPoolExecutor) -> None:
    gate = Gate(shut=True)
    batcher = Batcher(gate, Turns())
    first = threads.submit(batcher.translate, ["first"], "es", Work())
    assert gate.entered.wait(60)
    others = [threads.submit(batcher.translate, [f"other {n}"], "es", Work()) for n in range(10)]
    waiting(batcher, 10)
    gate.open.set()
    assert texts(first.result()) == ["es:first"]
    assert [texts(other.result()) for other in others] == [[f"es:other {n}"] for n in range(10)]
    assert [len(batch) for batch in gate.batches] == [1, 10]


def test_a_short_request_is_in_the_batch_after_the_one_that_runs(threads: ThreadPoolExecutor) -> None:
    gate = Gate(shut=True)
    batcher = Batcher(gate, Turns(), sentences=64)
    book = threads.submit(batcher.translate, [f"sentence {n}" for n in range(5_000)], "es", Work())
    assert gate.entered.wait(60)
    short = threads.submit(batcher.translate, ["one", "two", "three"], "es", Work())
    waiting(batcher, 5_000 - 64 + 3)
    gate.open.set()
    short.result()
    assert {"one", "two", "three"} <= set(gate.batches[1])
    assert len(book.result()) == 5_000


def test_a_sentence_in_flight_is_not_translated_twice(threads: ThreadPoolExecutor) -> None:
    gate, seen = Gate(shut=True), Counting()
    batcher = Batcher(gate, Turns(), observer=seen)
    one = threads.submit(batcher.translate, ["same", "same"], "es", Work())
    assert gate.entered.wait(60)
    other = threads.submit(batcher.translate, ["same", "new"], "es", Work())
    waiting(batcher, 1)
    gate.open.set()
    assert texts(one.result()) == ["es:same", "es:same"]
    assert texts(other.result()) == ["es:same", "es:new"]
    assert gate.batches == [["same"], ["new"]]
    assert seen.twice == 1
    assert max(seen.depth) == 1
    assert len(seen.waits) == 2


def test_cancelled_and_late_work_never_reaches_the_engine(threads: ThreadPoolExecutor) -> None:
    gate, seen, now = Gate(shut=True), Counting(), [0.0]
    batcher = Batcher(gate, Turns(), clock=lambda: now[0], observer=seen)
    running = threads.submit(batcher.translate, ["running"], "es", Work())
    assert gate.entered.wait(60)
    gone = Work()
    cancelled = threads.submit(batcher.translate, ["cancelled"], "es", gone)
    late = threads.submit(batcher.translate, ["late"], "es", Work(deadline=5.0))
    waiting(batcher, 2)
    gone.cancel()
    now[0] = 6.0
    gate.open.set()
    running.result()
    with pytest.raises(CancelledError):
        cancelled.result()
    with pytest.raises(DeadlineError):
        late.result()
    assert gate.batches == [["running"]]
    assert seen.lost == 2
    with pytest.raises(CancelledError):
        batcher.translate(["again"], "es", gone)


def test_a_full_queue_refuses_new_work_but_not_what_was_admitted(threads: ThreadPoolExecutor) -> None:
    gate, seen = Gate(shut=True), Counting()
    batcher = Batcher(gate, Turns(), capacity=4, observer=seen)
    mine = Work()
    first = threads.submit(batcher.translate, ["a"], "es", mine)
    assert gate.entered.wait(60)
    # An empty queue takes any request; there is no other way to translate a long article.
    second = threads.submit(batcher.translate, list("bcdef"), "es", Work())
    waiting(batcher, 5)
    with pytest.raises(OverloadedError, match=r"5 sentences are waiting already, the limit is 4; try"):
        batcher.translate(["g"], "es", Work())
    assert seen.denied == 1
    more = threads.submit(batcher.translate, ["second half"], "es", mine)
    waiting(batcher, 6)
    gate.open.set()
    assert [len(found.result()) for found in (first, second, more)] == [1, 5, 1]


def test_one_sentence_that_fails_fails_only_those_who_asked_for_it(threads: ThreadPoolExecutor) -> None:
    gate = Gate(shut=True)
    batcher = Batcher(gate, Turns())
    first = threads.submit(batcher.translate, ["first"], "es", Work())
    assert gate.entered.wait(60)
    guilty = threads.submit(batcher.translate, ["good", "poison"], "es", Work())
    innocent = threads.submit(batcher.translate, ["fine"], "es", Work())
    waiting(batcher, 3)
    gate.open.set()
    first.result()
    with pytest.raises(RuntimeError, match="poisoned"):
        guilty.result()
    assert texts(innocent.result()) == ["es:fine"]
    assert texts(batcher.translate(["later"], "es", Work())) == ["es:later"]


def test_closing_finishes_what_was_taken_and_takes_no_more(threads: ThreadPoolExecutor) -> None:
    gate = Gate(shut=True)
    batcher = Batcher(gate, Turns(), sentences=1)
    taken = threads.submit(batcher.translate, ["a", "b", "c"], "es", Work())
    assert gate.entered.wait(60)
    closing = threads.submit(batcher.close)
    with batcher._changed:
        assert batcher._changed.wait_for(lambda: batcher._closed, 60)
    with pytest.raises(StoppingError):
        batcher.translate(["d"], "es", Work())
    gate.open.set()
    closing.result()
    assert texts(taken.result()) == ["es:a", "es:b", "es:c"]


def test_no_more_engines_run_at_once_than_there_are_turns(threads: ThreadPoolExecutor) -> None:
    running, most = [0], [0]

    class Counted(FakeTranslator):
        def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
            running[0] += 1
            most[0] = max(most[0], running[0])
            Event().wait(0.001)
            running[0] -= 1
            return super().translate(sentences, target=target)

    turns = Turns(1)
    batchers = [Batcher(Counted(), turns, sentences=1) for _ in range(4)]
    asked = [
        threads.submit(batcher.translate, [f"{n}" for n in range(10)], "es", Work()) for batcher in batchers
    ]
    assert all(len(found.result()) == 10 for found in asked)
    assert most == [1]


def test_with_two_lanes_the_next_batch_is_begun_while_one_is_in_work(threads: ThreadPoolExecutor) -> None:
    gate = Gate(shut=True)
    batcher = Batcher(gate, Turns(1), sentences=2, lanes=2)
    asked = [threads.submit(batcher.translate, [f"{n}", f"{n}!"], "es", Work()) for n in range(3)]
    while len(gate.batches) < 2:
        Event().wait(0.001)
    waiting(batcher, 2)  # for a third there is no lane
    assert len(gate.batches) == 2
    gate.open.set()
    assert [texts(found.result()) for found in asked] == [[f"es:{n}", f"es:{n}!"] for n in range(3)]
    batcher.close()
    assert not any(thread.is_alive() for thread in batcher._threads)


def test_a_lane_without_work_sleeps(threads: ThreadPoolExecutor) -> None:
    gate = Gate(shut=True)
    batcher = Batcher(gate, Turns(1), lanes=2)
    asked = threads.submit(batcher.translate, ["one"], "es", Work())
    assert gate.entered.wait(60)
    looked = []
    batcher._rotation.take = lambda *_: looked.append(1) or []  # type: ignore[method-assign,func-returns-value]
    Event().wait(0.05)
    gate.open.set()
    assert texts(asked.result()) == ["es:one"]
    assert len(looked) <= 1  # it may have been on its way when the other took the sentence
    batcher.close()


def test_those_who_come_for_the_same_share_a_place_but_do_not_overtake() -> None:
    turns, entered = Turns(1), []

    def take(who: str, leave: Event) -> None:
        with turns.turn(who):
            entered.append(who)
            assert leave.wait(60)

    leaving = {who: Event() for who in "ab"}
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(take, who, leaving[who]) for who in "aa"]
        while len(entered) < 2:
            Event().wait(0.001)
        for waits, who in enumerate("ba", start=1):
            done.append(pool.submit(take, who, leaving[who]))
            while len(turns._waiting) < waits:
                Event().wait(0.001)
        assert entered == ["a", "a"]  # the third "a" stands behind "b"
        leaving["a"].set()
        while len(entered) < 3:
            Event().wait(0.001)
        assert entered == ["a", "a", "b"]
        leaving["b"].set()
        for each in done:
            each.result()
    assert entered == ["a", "a", "b", "a"]
    assert turns._free == 1


def test_turns_are_taken_in_the_order_of_asking(threads: ThreadPoolExecutor) -> None:
    turns, order = Turns(1), []

    def take(name: int) -> None:
        with turns.turn():
            order.append(name)

    with turns.turn():
        asked = []
        for name in range(5):
            asked.append(threads.submit(take, name))
            while len(turns._waiting) <= name:
                Event().wait(0.001)
    for found in asked:
        found.result()
    assert order == [0, 1, 2, 3, 4]


def test_an_unknown_target_is_refused_at_once() -> None:
    with pytest.raises(UnsupportedTargetError):
        Batcher(FakeTranslator(), Turns()).translate(["a"], "de", Work())


def test_what_a_work_sees_is_the_translator_itself() -> None:
    batcher = Batcher(FakeTranslator(), Turns())
    view = batcher.bound(Work())
    assert (view.checkpoint_id, view.targets, view.signature) == ("starter", ("es", "ru"), "starter|fake")
    assert view.translate([], target="es") == []
