from __future__ import annotations

import pytest

from service.detect import Guess, LangidDetector, choose, surely

DETECTOR = LangidDetector(("en", "es", "ru", "de", "fr", "it", "pt", "pl"))
ENGLISH = "The council voted on the plan after a long debate, and the mayor thanked everyone who had come. "
SPANISH = "El ayuntamiento votó el plan tras un largo debate, y la alcaldesa dio las gracias a los vecinos. "
RUSSIAN = "Совет проголосовал за план после долгих споров, и мэр поблагодарила всех, кто пришёл в тот вечер. "


def test_sentences_are_detected_and_what_has_no_letters_is_not() -> None:
    detector = LangidDetector(("en", "es", "ru", "xx"))
    for text, language in (
        ("The boats stayed in the harbour all night.", "en"),
        ("Los barcos no salieron del puerto.", "es"),
        ("Лодки остались в гавани.", "ru"),
    ):
        guesses = detector.guess(text)
        assert guesses[0].language == language
        assert guesses[0].probability > 0.8
        assert abs(sum(guess.probability for guess in guesses) - 1) < 0.01
    assert detector.guess("12, 30!") == []
    assert detector.guess("") == []


def test_where_nothing_is_likely_a_language_is_taken_that_can_be_translated_from() -> None:
    unsure = [Guess("it", 0.2), Guess("es", 0.18), Guess("en", 0.14)]
    assert choose(unsure, ("en",)) == Guess("en", 0.14)
    sure = [Guess("it", 0.9), Guess("en", 0.1)]
    assert choose(sure, ("en",)) == Guess("it", 0.9)
    assert choose([Guess("fr", 0.3)], ("en",)) == Guess("fr", 0.3)
    assert choose([], ("en", "es")) == Guess("en", 0.0)


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (SPANISH, "es"), (RUSSIAN, "ru")])
def test_a_text_is_of_its_language(text: str, language: str) -> None:
    assert surely(DETECTOR, text * 3) == language


@pytest.mark.parametrize("text", ["", "Rain fell.", "1 2 3 " * 100, "Ines Calder, Marta Quill, Orla"])
def test_of_little_text_nothing_is_said(text: str) -> None:
    assert surely(DETECTOR, text) is None


def test_a_mixed_text_is_not_surely_of_another_language() -> None:
    assert surely(DETECTOR, (ENGLISH + RUSSIAN) * 2) in (None, "en", "ru")
