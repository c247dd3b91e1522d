from __future__ import annotations

import numpy as np
from service_fakes import LetterEncoder

from models.translation import Translation
from service.similarity import RememberingEncoder, with_similarity


class Counting(LetterEncoder):
    """Remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences):  # type: ignore[no-untyped-def]
        self.asked += sentences
        return super().encode(sentences)


def test_a_translation_that_says_the_same_is_like_its_sentence() -> None:
    [result] = with_similarity(["Rain fell."], [Translation("RAIN FELL.", -0.5)], LetterEncoder())
    assert result.similarity is not None
    assert round(result.similarity, 4) == 1
    assert result.flags == ()


def test_one_that_says_something_else_is_flagged_beside_its_other_flags() -> None:
    [result] = with_similarity(
        ["Rain fell."], [Translation("boats stayed in", -0.5, ("numbers",))], LetterEncoder()
    )
    assert result.flags == ("numbers", "unlike")


def test_what_has_no_words_is_not_compared() -> None:
    translations = [Translation("12,5", 0.0), Translation("***", 0.0)]
    assert with_similarity(["12.5", "***"], translations, LetterEncoder()) == translations


def test_no_sentence_is_encoded_twice() -> None:
    encoder = Counting()
    remembering = RememberingEncoder(encoder)
    first = remembering.encode(["a b", "c", "a b"])
    again = remembering.encode(["c", "d", "a b"])
    assert encoder.asked == ["a b", "c", "d"]
    assert np.array_equal(first[0], again[2])
    assert np.array_equal(first[0], first[2])
    assert remembering.encode([]).shape == (0, 64)
    assert remembering.encoder_id == "letters"
