from __future__ import annotations

from decimal import Decimal

import pytest

from alignment.figures import FigureReader


def values(text: str) -> list[set[Decimal]]:
    return [set(figure.values) for figure in FigureReader().figures(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 2011", [{2011}]),
        ("1,5", [{Decimal("1.5")}]),
        ("1.5 million", [{1_500_000}]),
        ("1,5 millones", [{1_500_000}]),
        ("1,5 млн", [{1_500_000}]),
        ("1 500 000", [{1_500_000}]),
        ("1\u00a0500\u202f000 people", [{1_500_000}]),
        ("1,500,000.25", [{Decimal("1500000.25")}]),
        ("1.500.000", [{1_500_000}]),
        ("1.500", [{Decimal("1.5"), 1500}]),
        ("on 25.12.2011", [{25}, {12}, {2011}]),
        ("at 17:30", [{17}, {30}]),
        ("3-4 years", [{3}, {4}]),
        ("12 тысяч", [{12_000}]),
        ("17 mil", [{17_000}]),
        ("2 billion", [{Decimal("2e9"), Decimal("2e12")}]),
        ("no numbers", []),
        ("a 2.", [{2}]),
    ],
)
def test_figures_are_read_as_every_value_they_may_have(text: str, expected: list[set[Decimal]]) -> None:
    assert values(text) == expected


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("thirty-nine", 39),
        ("treinta y nueve", 39),
        ("тридцать девять", 39),
        ("полтора миллиона", "1.5"),
        ("пятнадцати", 15),
        ("dos tercios", 2),
    ],
)
def test_numbers_in_words_are_understood(text: str, value: object) -> None:
    assert Decimal(str(value)) in FigureReader().spelled(text)


def test_figures_agree_when_one_reading_does() -> None:
    reader = FigureReader()
    one, other, third = (reader.figures(text)[0] for text in ("1.500", "1,5", "15"))
    assert one.agrees(other)
    assert not other.agrees(third)
