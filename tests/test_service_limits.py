from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.limits import Buckets


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_minutes_allowance_can_be_spent_at_once_and_runs_in_again() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    assert [buckets.take("a", 1, 3) for _ in range(3)] == [0, 0, 0]
    assert buckets.take("a", 1, 3) == 20.0  # a third of a minute
    clock.now += 19
    assert buckets.take("a", 1, 3) > 0
    clock.now += 1
    assert buckets.take("a", 1, 3) == 0


def test_callers_have_buckets_of_their_own() -> None:
    buckets = Buckets(Clock())
    assert buckets.take("a", 5, 5) == 0
    assert buckets.take("b", 5, 5) == 0
    assert buckets.take("a", 1, 5) > 0


def test_what_costs_more_than_a_whole_minute_waits_for_a_full_bucket_and_leaves_a_debt() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    assert buckets.take("a", 250, 100) == 0
    assert buckets.take("a", 1, 100) == (150 + 1) * 0.6
    clock.now += 150 * 0.6
    assert buckets.take("a", 250, 100) == 60.0


def test_no_allowance_is_no_limit() -> None:
    buckets = Buckets(Clock())
    assert all(buckets.take("a", 10**9, 0) == 0 for _ in range(100))
    assert len(buckets) == 0


def test_only_so_many_callers_are_remembered_and_the_longest_unseen_goes_first() -> None:
    buckets = Buckets(Clock(), most=2)
    for caller in ("a", "b", "a", "c"):
        buckets.take(caller, 1, 2)
    assert len(buckets) == 2
    assert buckets.take("a", 1, 2) > 0  # still known, and spent
    assert buckets.take("b", 2, 2) == 0  # forgotten, and so full again


@given(st.lists(st.tuples(st.floats(0, 90), st.integers(1, 40)), max_size=60), st.integers(1, 30))
def test_no_more_is_let_through_than_what_ran_in_and_one_debt(
    steps: list[tuple[float, int]], allowance: int
) -> None:
    clock = Clock()
    buckets = Buckets(clock)
    taken, largest, start = 0, 0, clock.now
    for pause, cost in steps:
        clock.now += pause
        wait = buckets.take("a", cost, allowance)
        if wait == 0:
            taken, largest = taken + cost, max(largest, cost)
        else:
            assert wait <= (min(cost, allowance) + largest) * 60 / allowance + 1e-6
    assert taken <= allowance + (clock.now - start) * allowance / 60 + largest + 1e-6


def test_what_is_given_back_can_be_taken_again_and_fills_no_bucket_over_its_brim() -> None:
    buckets = Buckets(lambda: 0.0)
    assert buckets.take("a", 80, 100) == 0.0
    assert buckets.take("a", 80, 100) > 0.0
    buckets.give("a", 80)
    buckets.give("a", 80)
    buckets.give("nobody", 80)
    assert buckets.take("a", 100, 100) == 0.0
    assert buckets.take("a", 1, 100) > 0.0
