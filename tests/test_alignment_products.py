from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment.products import GroupTable, group_cosines, shared_anchors
from alignment.side import GROUPS, Side


def made_side(random: np.random.Generator, count: int, *, encoded: bool) -> Side:
    """Make a version of which, if so wished, a few groups have vectors of their own."""

    def unit(rows: int) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        vectors = random.normal(size=(rows, 6)) + 0.3
        return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)

    lengths = random.integers(1, 200, count).astype(np.float32)
    side = Side(unit(count), lengths, anchors=random.random((count, 3)).astype(np.float32))
    if not encoded:
        return side
    groups = {}
    for size in range(2, min(GROUPS, count) + 1):
        ends = np.flatnonzero(random.random(count + 1) < 0.4)
        ends = ends[ends >= size]
        groups[size] = ends, unit(len(ends))
    return side.with_groups(groups)


def group_vector(side: Side, size: int, end: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The vector of a group as it is defined; zero where there is no such group."""
    if not size <= end <= len(side.lengths):
        return np.zeros(6)
    known, own = side.encoded.get(size, (np.zeros(0), side.vectors))
    if size > 1 and end in known:
        return own[known.tolist().index(end)].astype(np.float64)
    total = sum(side.vectors[i].astype(np.float64) * side.lengths[i] for i in range(end - size, end))
    return np.asarray(total / np.linalg.norm(total))


@given(st.integers(0, 10_000), st.integers(1, 9), st.booleans())
@settings(max_examples=40, deadline=None)
def test_vectors_of_groups_are_their_own_or_the_means_of_their_sentences(
    seed: int, n: int, encoded: bool
) -> None:
    side = made_side(np.random.default_rng(seed), n, encoded=encoded)
    groups = [(size, end) for end in range(1, n + 1) for size in range(1, min(GROUPS, end) + 1)]
    found = side.gathered(*np.array(groups).T)
    assert found == pytest.approx(np.array([group_vector(side, *group) for group in groups]), abs=1e-5)


@given(st.integers(0, 10_000), st.integers(1, 9), st.integers(1, 9), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_cosines_are_those_of_the_groups_vectors(seed: int, n: int, m: int, ours: bool, theirs: bool) -> None:
    random = np.random.default_rng(seed)
    source, target = made_side(random, n, encoded=ours), made_side(random, m, encoded=theirs)
    rows, columns = range(-1, n + 4), range(int(random.integers(0, m)), m + 3)
    one, other = (
        np.array([[group_vector(side, size, end) for end in ends] for size in range(1, GROUPS + 1)])
        for side, ends in ((source, rows), (target, columns))
    )
    tables = GroupTable(source), GroupTable(target)
    found = group_cosines(*tables, rows, columns)
    assert found == pytest.approx(np.einsum("ard,bcd->abrc", one, other), abs=1e-4)
    for table, side, ends in ((tables[0], source, rows), (tables[1], target, columns)):
        assert table.lengths(ends) == pytest.approx(
            np.array(
                [
                    [
                        side.lengths[end - size : end].sum() if size <= end <= len(side.lengths) else 1
                        for end in ends
                    ]
                    for size in range(1, GROUPS + 1)
                ]
            )
        )


def test_groups_share_the_anchors_that_all_their_sentences_share() -> None:
    random = np.random.default_rng(1)
    source, target = (made_side(random, count, encoded=False) for count in (7, 9))
    found = shared_anchors(source, target, range(4, 8), range(4, 10))
    for a, b, row, column in ((1, 1, 4, 4), (2, 3, 5, 9), (4, 4, 7, 6)):
        expected = source.anchors[row - a : row].sum(axis=0) @ target.anchors[column - b : column].sum(axis=0)
        assert found[a - 1, b - 1, row - 4, column - 4] == pytest.approx(expected, rel=1e-4)


def test_sentences_that_cancel_out_are_like_nothing() -> None:
    vector = np.array([[0.6, 0.8]], np.float32)
    side = Side(np.concatenate([vector, -vector]), np.full(2, 77, np.float32))
    found = group_cosines(GroupTable(side), GroupTable(Side(vector, np.ones(1, np.float32))), *[range(3)] * 2)
    assert found[0, 0, 1:, 1] == pytest.approx([1, -1])
    assert found[1, 0, 2, 1] == pytest.approx(0, abs=1e-3)
