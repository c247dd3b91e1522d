from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.long_sentences import LONGEST, MOST, by_stretches, stretches


@given(st.text(st.sampled_from("ab "), max_size=3 * LONGEST))
def test_stretches_are_short_and_hold_all_words_in_order(text: str) -> None:
    found = stretches(text)
    assert found
    assert all(len(stretch) <= LONGEST for stretch in found)
    if len(text) > LONGEST:
        assert "".join("".join(found).split()) == "".join(text.split()) or found == [text[:LONGEST]]


def test_words_are_not_cut_where_they_need_not_be() -> None:
    assert {len(word) for stretch in stretches("seven77 " * 600) for word in stretch.split()} == {7}


def test_a_sentence_of_a_million_characters_is_represented_by_a_few_stretches() -> None:
    assert len(stretches("word " * 200_000)) == MOST
    assert len(stretches("x" * 1_000_000)) == MOST


def test_a_long_sentence_is_the_mean_of_its_stretches() -> None:
    seen: list[str] = []

    def encode(texts: list[str]) -> npt.NDArray[np.float32]:
        seen.extend(texts)
        return np.array([[1, 0] if "a" in text else [0, 2] for text in texts], np.float32)

    vectors = by_stretches(["a", "a" * LONGEST + "b" * LONGEST], encode)
    assert vectors[0] == pytest.approx([1, 0])
    assert vectors[1] == pytest.approx([2**-0.5, 2**-0.5], abs=1e-6)
    assert max(map(len, seen)) <= LONGEST
