from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.writing import (
    cut_at_symbols,
    foreign_words,
    is_capitals,
    is_foreign,
    is_rather,
    symbols,
    without_capitals,
)


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("The word «мир» means peace.", "en", ("мир",)),
        ("Слово peace и 2024 год", "ru", ("peace",)),
        ("Ella vio 東京 y São Paulo.", "es", ("東京",)),
        ("Кuncil", "ru", ("Кuncil",)),
        ("任何 words", "ja", ()),
    ],
)
def test_foreign_words_are_those_in_another_script(text: str, language: str, words: tuple[str, ...]) -> None:
    assert foreign_words(text, language) == words


def test_a_text_is_foreign_when_all_its_words_are() -> None:
    assert is_foreign("В пятницу, 12 мая.", "en")
    assert not is_foreign("В пятницу Ada Hill.", "en")
    assert not is_foreign("12:30", "en")


@pytest.mark.parametrize(
    ("text", "language", "other", "rather"),
    [
        ("El alcalde abrió el puente el viernes.", "es", "en", True),
        ("The mayor opened the bridge on Friday.", "es", "en", False),
        ("The mayor of Puerto de la Cruz spoke.", "es", "en", False),
        ("La Casa de la Moneda", "es", "en", True),
        ("The mayor opened the bridge on Friday.", "en", "es", True),
        ("В пятницу мэр и она открыли мост.", "ru", "en", True),
        ("Hotel Madrid", "es", "en", False),
        ("Der Bürgermeister öffnete die Brücke.", "de", "en", False),
    ],
)
def test_a_language_is_told_by_its_commonest_words(
    text: str, language: str, other: str, rather: bool
) -> None:
    assert is_rather(text, language, other) is rather


def test_symbols_are_seen_as_a_reader_sees_them() -> None:
    text = "We won 🎉🎉, 👩\u200d🚀 🇪🇸🇷🇺 and ❤\ufe0f at 20 °C for 5 €™"
    assert symbols(text) == ["🎉", "🎉", "👩\u200d🚀", "🇪🇸", "🇷🇺", "❤\ufe0f"]


def test_a_text_is_cut_before_and_behind_its_symbols() -> None:
    assert cut_at_symbols("We won 🎉 🎉 the cup! 🏆") == ("We won", " 🎉 🎉 ", "the cup!", " 🏆")
    assert cut_at_symbols("No symbols.") == ("No symbols.",)
    assert cut_at_symbols("") == ("",)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from("🎉❤\ufe0f👩\u200d🚀 a.")), max_size=60))
def test_the_parts_join_to_the_text(text: str) -> None:
    assert "".join(cut_at_symbols(text)) == text


@pytest.mark.parametrize(
    ("text", "capitals"),
    [
        ("MAYOR OPENS BRIDGE", True),
        ("BREAKING", True),
        ("U.S. GDP RISES 3%", True),
        ("NATO", False),
        ("U.S. GDP rises", False),
        ("12:30", False),
    ],
)
def test_a_headline_in_capitals_is_no_acronym(text: str, capitals: bool) -> None:
    assert is_capitals(text) is capitals


def test_a_headline_is_written_as_a_sentence() -> None:
    assert without_capitals("«MAYOR» OPENS BRIDGE") == "«Mayor» opens bridge"


@given(st.text(max_size=40))
def test_writing_it_as_a_sentence_keeps_every_offset(text: str) -> None:
    assert len(without_capitals(text)) == len(text)
