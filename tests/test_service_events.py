from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.events import growing


def test_slices_begin_with_one_sentence_and_grow_to_a_full_batch() -> None:
    assert list(growing(100)) == [1, 2, 4, 8, 16, 32, 32, 5]
    assert list(growing(1)) == [1]
    assert list(growing(0)) == []


@given(st.integers(0, 10_000))
def test_slices_make_up_all_sentences(count: int) -> None:
    assert sum(growing(count)) == count
    assert all(size > 0 for size in growing(count))
