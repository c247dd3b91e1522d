from __future__ import annotations

from service_fakes import LetterEncoder

from models.translation import Translation
from service.similarity import with_similarity


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
