from __future__ import annotations

from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from alignment_fixture import TableScores, made_up
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.decode import most_right
from alignment.posterior import Posteriors, posteriors
from alignment.search import Corridor

if TYPE_CHECKING:
    from collections.abc import Iterator

Step = tuple[int, int]


def paths(n: int, m: int, groups: int, last: Step = (1, 1)) -> Iterator[list[Step]]:
    """Yield every alignment of n and m sentences; no source sentence alone comes after a target one alone."""
    if n == m == 0:
        yield []
    steps = [(1, 0)] * (last != (0, 1)) + [(0, 1)] + list(product(range(1, groups + 1), repeat=2))
    for a, b in steps:
        if a <= n and b <= m:
            for rest in paths(n - a, m - b, groups, (a, b)):
                yield [(a, b), *rest]


def by_hand(scores: TableScores, n: int, m: int) -> tuple[float, dict[tuple[int, int, int, int], float]]:
    """Return the log of the sum over all paths, and the probability of each bead."""
    total = 0.0
    sums: dict[tuple[int, int, int, int], float] = {}
    for path in paths(n, m, scores.groups):
        i = j = 0
        worth, beads = 0.0, []
        for a, b in path:
            if a and b:
                worth += float(scores.table[a - 1, b - 1, i + a, j + b])
                beads.append((i, j, a, b))
            else:
                worth += float(scores.null_source[i : i + a].sum() + scores.null_target[j : j + b].sum())
            i, j = i + a, j + b
        total += np.exp(worth)
        for bead in beads:
            sums[bead] = sums.get(bead, 0.0) + np.exp(worth)
    return float(np.log(total)), {bead: value / total for bead, value in sums.items()}


@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_probabilities_are_those_of_all_paths_written_out(seed: int, n: int, m: int, groups: int) -> None:
    scores = made_up(seed, n, m, groups)
    likely = posteriors(scores, Corridor.full(n, m), least=1e-12)
    log_sum, expected = by_hand(scores, n, m)
    assert likely.log_sum == pytest.approx(log_sum, abs=1e-6)
    found = {
        (*begin, *size): probability
        for begin, size, probability in zip(
            likely.begins.tolist(), likely.sizes.tolist(), likely.probabilities.tolist(), strict=True
        )
    }
    for bead, probability in expected.items():
        assert found.get(bead, 0.0) == pytest.approx(probability, abs=1e-6)


@given(st.integers(0, 10_000), st.integers(1, 80), st.integers(1, 80), st.integers(1, 6))
@settings(max_examples=30, deadline=None)
def test_no_sentence_is_in_beads_more_probable_than_certain(seed: int, n: int, m: int, width: int) -> None:
    scores = made_up(seed, n, m, 3)
    straight = np.array([[0, 0], [n, m]])
    likely = posteriors(scores, Corridor.around(straight, max(n, m) + width), least=1e-6)
    for side, count in ((0, n), (1, m)):
        covered = np.zeros(count)
        for begin, size, probability in zip(
            likely.begins[:, side], likely.sizes[:, side], likely.probabilities, strict=True
        ):
            covered[begin : begin + size] += probability
        assert covered.max() < 1 + 1e-6


@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 60))
@settings(max_examples=30, deadline=None)
def test_a_way_leads_through_the_nodes_that_matter(seed: int, n: int, m: int) -> None:
    likely = posteriors(made_up(seed, n, m, 2), Corridor.full(n, m))
    corridor = likely.corridor
    assert corridor.low[0] == 0
    assert corridor.high[-1] == m + 1
    assert (np.diff(corridor.low) >= 0).all()
    assert (np.diff(corridor.high) >= 0).all()
    assert (corridor.low[1:] < corridor.high[:-1]).all()


def likely_beads(beads: dict[tuple[int, int, int, int], float], n: int, m: int) -> Posteriors:
    table = np.array(list(beads))
    return Posteriors(table[:, :2], table[:, 2:], np.array(list(beads.values())), 0.0, Corridor.full(n, m))


def test_groups_are_likely_when_their_beads_together_are() -> None:
    likely = likely_beads(
        {(0, 0, 2, 1): 0.03, (0, 1, 2, 1): 0.03, (2, 1, 1, 2): 0.9, (3, 3, 1, 1): 0.9}, 4, 4
    )
    assert {size: ends.tolist() for size, ends in likely.of_groups(0, 0.05).items()} == {2: [2]}
    assert {size: ends.tolist() for size, ends in likely.of_groups(1, 0.05).items()} == {2: [3]}


def test_the_path_takes_probable_beads_and_leaves_improbable_ones() -> None:
    likely = likely_beads({(0, 0, 1, 1): 0.9, (1, 1, 2, 1): 0.2, (1, 1, 1, 1): 0.7, (3, 2, 1, 1): 0.1}, 4, 3)
    path = most_right(likely, 4, 3).tolist()
    assert path[:3] == [[0, 0], [1, 1], [2, 2]]
    assert [4, 3] not in [node for before, node in pairwise(path) if before == [3, 2]]
    assert path[-1] == [4, 3]


def test_two_doubtful_beads_that_share_a_pair_are_better_than_none() -> None:
    likely = likely_beads({(0, 0, 1, 1): 0.44, (0, 0, 1, 2): 0.43}, 1, 2)
    assert [1, 0] not in most_right(likely, 1, 2).tolist()
