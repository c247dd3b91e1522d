from __future__ import annotations

import pytest

from alignment.names import NameFinder
from alignment.spelling import folded


@pytest.mark.parametrize(("one", "other"), [("Путин", "putin"), ("Quill", "kuil"), ("Philip", "filip")])
def test_words_are_folded_to_plain_letters(one: str, other: str) -> None:
    assert folded(one) == other


def rows(*texts: str) -> list[tuple[str, str]]:
    """Make rows of texts, the two sides parted by a bar, after two that vouch for Calder."""
    known = [("So did Calder win.", "Так Колдер победила."), ("Then Calder left.", "Потом Колдер ушла.")]
    apart = [("Rain fell.", "Шёл дождь.")] * 2  # a name in the row beside might have moved
    return [*known, *apart, *(tuple(text.split(" | ")) for text in texts), *apart]  # type: ignore[list-item]


@pytest.mark.parametrize(
    "text",
    [
        "We met Calder there. | Мы встретили там Колдер.",
        "It was Putin himself. | Это сказано о Путине.",
        "We saw the British flag. | Мы видели британский флаг.",
        "It was the Town Council. | Это был городской совет.",
        "We met Ines Calder. | Мы встретили Инес Колдер.",
        "It was Wolfgang Schäuble. | Это был Вольфганг Шойбле.",
    ],
)
def test_names_in_other_letters_and_words_that_are_translated_are_no_difference(text: str) -> None:
    assert NameFinder(rows(text)).differences(4) == ([], [])


def test_a_name_that_other_rows_have_on_both_sides_is_missed() -> None:
    assert NameFinder(rows("We met Calder there. | Мы встретили её там.")).differences(4) == (["Calder"], [])
    assert NameFinder(rows("We met her there. | Мы встретили там Колдер.")).differences(4) == ([], ["Колдер"])


def test_a_name_that_moved_to_the_next_row_is_not_missed() -> None:
    moved = rows("We met Calder there. | Мы встретились.", "It was late. | Было поздно, и Колдер ушла.")
    assert NameFinder(moved).differences(4) == ([], [])


def test_another_name_after_the_same_first_name_is_an_exchange() -> None:
    found = NameFinder([("We met Ines Calder.", "Vimos a Ines Moreno.")]).differences(0)
    assert found == (["Calder"], ["Moreno"])
