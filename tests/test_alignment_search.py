from __future__ import annotations

from itertools import pairwise, product

import numpy as np
from alignment_fixture import TableScores, made_up
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.search import Corridor, best_path


def best_total(scores: TableScores, n: int, m: int) -> float:
    """Return the best sum, by the recursion written out."""
    best = {(0, 0): 0.0}
    for i, j in product(range(n + 1), range(m + 1)):
        ways = [best[0, 0]] if i == j == 0 else []
        if i:
            ways.append(best[i - 1, j] + scores.null_source[i - 1])
        if j:
            ways.append(best[i, j - 1] + scores.null_target[j - 1])
        for a, b in product(range(1, scores.groups + 1), repeat=2):
            if a <= i and b <= j:
                ways.append(best[i - a, j - b] + scores.table[a - 1, b - 1, i, j])
        best[i, j] = max(ways)
    return best[n, m]


def total(scores: TableScores, path: list[list[int]]) -> float:
    worth = 0.0
    for (i, j), (k, m) in pairwise(path):
        if k == i:
            worth += float(scores.null_target[j:m].sum())
        elif m == j:
            worth += float(scores.null_source[i:k].sum())
        else:
            worth += float(scores.table[k - i - 1, m - j - 1, k, m])
    return worth


@given(st.integers(0, 10_000), st.integers(1, 70), st.integers(1, 12), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_the_path_is_the_best_of_all(seed: int, n: int, m: int, groups: int) -> None:
    scores = made_up(seed, n, m, groups)
    path = best_path(scores, Corridor.full(n, m))
    assert total(scores, path.tolist()) == best_total(scores, n, m)


@given(st.integers(0, 10_000), st.integers(1, 90), st.integers(1, 90), st.integers(1, 8))
@settings(max_examples=30, deadline=None)
def test_the_path_stays_in_its_corridor(seed: int, n: int, m: int, width: int) -> None:
    scores = made_up(seed, n, m, 2)
    rough = best_path(made_up(seed + 1, n, m, 1), Corridor.full(n, m))
    corridor = Corridor.around(rough, width)
    assert (np.diff(corridor.low) >= 0).all()
    assert (np.diff(corridor.high) >= 0).all()
    path = best_path(scores, corridor)
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [n, m]
    assert (corridor.low[path[:, 0]] <= path[:, 1]).all()
    assert (path[:, 1] < corridor.high[path[:, 0]]).all()


def test_a_corridor_holds_the_path_it_is_around() -> None:
    path = np.array([[0, 0], [1, 0], [4, 3], [4, 9], [5, 9]])
    corridor = Corridor.around(path, 1)
    assert corridor.low.tolist() == [0, 0, 0, 0, 0, 2]
    assert corridor.high.tolist() == [2, 10, 10, 10, 10, 10]


def test_blocks_cover_every_row_once_and_all_its_columns() -> None:
    corridor = Corridor(np.arange(200), np.arange(200) + 5000)
    rows = []
    for first, last, low, high in corridor.blocks(1):
        rows += range(first, last)
        assert low <= corridor.low[first]
        assert high >= corridor.high[last - 1]
    assert rows == list(range(1, 200))


def test_ties_go_to_one_to_one() -> None:
    scores = TableScores(np.zeros((2, 2, 4, 4)), np.zeros(3), np.zeros(3))
    assert best_path(scores, Corridor.full(3, 3)).tolist() == [[0, 0], [1, 1], [2, 2], [3, 3]]
