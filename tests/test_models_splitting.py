from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.splitting import halve, split_sentence

texts = st.text(alphabet=st.one_of(st.characters(), st.sampled_from(" ,;.a\u0301👩\u200d🚀🇪🇸")), max_size=120)


def test_a_sentence_that_fits_is_left_alone() -> None:
    assert split_sentence("Short, and sweet.", lambda text: True) == ("Short, and sweet.",)


def test_it_is_split_at_the_clause_boundary_nearest_its_middle() -> None:
    sentence = "In May, when the river rose, the town moved its market to the hill, as ever."
    assert halve(sentence) == (
        "In May, when the river rose, ",
        "the town moved its market to the hill, as ever.",
    )


def test_without_a_clause_boundary_it_is_split_at_a_space() -> None:
    assert halve("one two three four") == ("one two ", "three four")


def test_without_a_space_it_is_split_between_characters() -> None:
    assert halve("abcdef") == ("abc", "def")


@pytest.mark.parametrize("text", ["", " ", "a", " a ", "e\u0301", "👩\u200d🚀", "🇪🇸", "👍🏽", "❤\ufe0f"])
def test_what_is_seen_as_one_character_is_never_split(text: str) -> None:
    assert halve(text) is None


def test_flags_are_split_between_pairs_only() -> None:
    assert halve("🇪🇸🇷🇺🇬🇧🇫🇷") == ("🇪🇸🇷🇺", "🇬🇧🇫🇷")


def test_a_number_is_not_split_at_its_comma() -> None:
    halves = halve("about 1,234,567,890 euros")
    assert halves is not None
    assert "1,234,567,890" in halves[0] + "|" + halves[1]


def test_a_comma_at_the_edge_is_passed_over_for_a_space_near_the_middle() -> None:
    assert halve("Well, the old bridge was closed again today") == (
        "Well, the old bridge ",
        "was closed again today",
    )


@given(texts, st.integers(1, 40))
def test_parts_concatenate_to_the_sentence(text: str, limit: int) -> None:
    assert "".join(split_sentence(text, lambda part: len(part) <= limit)) == text


@given(texts, st.integers(1, 40))
def test_parts_fit_or_are_a_single_character(text: str, limit: int) -> None:
    for part in split_sentence(text, lambda part: len(part) <= limit):
        assert len(part) <= limit or halve(part) is None


@given(texts)
def test_no_part_begins_with_a_combining_mark(text: str) -> None:
    for part in split_sentence(text, lambda part: len(part) <= 3)[1:]:
        assert unicodedata.category(part[0]) not in ("Mn", "Mc", "Me")
        assert part[0] != "\u200d"


@given(texts)
def test_both_halves_hold_something_to_see(text: str) -> None:
    halves = halve(text)
    assert halves is None or all(half.strip() for half in halves)
