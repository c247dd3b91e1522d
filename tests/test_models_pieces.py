from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.pieces import MOST, PIECE, by_pieces, pieces


@given(st.text(st.sampled_from("ab "), max_size=3 * PIECE))
def test_pieces_are_short_and_hold_all_words_in_order(text: str) -> None:
    found = pieces(text)
    assert found
    assert all(len(piece) <= PIECE for piece in found)
    if len(text) > PIECE:
        assert "".join("".join(found).split()) == "".join(text.split()) or found == [text[:PIECE]]


def test_words_are_not_cut_where_they_need_not_be() -> None:
    assert {len(word) for piece in pieces("seven77 " * 600) for word in piece.split()} == {7}


def test_a_sentence_of_a_million_characters_is_represented_by_a_few_pieces() -> None:
    assert len(pieces("word " * 200_000)) == MOST
    assert len(pieces("x" * 1_000_000)) == MOST


def test_a_long_sentence_is_the_mean_of_its_pieces() -> None:
    seen: list[str] = []

    def encode(texts: list[str]) -> npt.NDArray[np.float32]:
        seen.extend(texts)
        return np.array([[1, 0] if "a" in text else [0, 2] for text in texts], np.float32)

    vectors = by_pieces(["a", "a" * PIECE + "b" * PIECE], encode)
    assert vectors[0] == pytest.approx([1, 0])
    assert vectors[1] == pytest.approx([2**-0.5, 2**-0.5], abs=1e-6)
    assert max(map(len, seen)) <= PIECE
