from __future__ import annotations

import pytest

from alignment.dates import DateReader, date_differences

EN, ES, RU = DateReader("en"), DateReader("es"), DateReader("ru")


@pytest.mark.parametrize(
    ("reader", "text", "reading"),
    [
        (EN, "on 3 May 2024", (3, 5, 2024)),
        (EN, "on May 3, 2024", (3, 5, 2024)),
        (EN, "on March 14th", (14, 3, 0)),
        (EN, "in June 1998", (0, 6, 1998)),
        (ES, "el 3 de mayo de 2024", (3, 5, 2024)),
        (RU, "3 мая 2024 г.", (3, 5, 2024)),
        (RU, "в июне 1998 года", None),  # CLDR has no prepositional case
        (EN, "2024-05-03", (3, 5, 2024)),
        (EN, "it may 3", (3, 5, 0)),
    ],
)
def test_dates_are_read(reader: DateReader, text: str, reading: tuple[int, int, int] | None) -> None:
    found = [date.readings for date in reader.dates(text)]
    assert found == ([] if reading is None else [frozenset({reading})])


def test_digits_alone_may_mean_two_dates() -> None:
    (date,) = EN.dates("on 03.05.2024")
    assert date.readings == {(3, 5, 2024), (5, 3, 2024)}
    assert not EN.dates("version 1.2.3.4, 17:30 and 1,500.75")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("on 3 May 2024", "el 3 de mayo de 2024"),
        ("on 3 May 2024", "el 03.05.2024"),
        ("on May 3", "el 3 de mayo de 2024"),
        ("from November 16 to 20", "del 16 al 20 de noviembre"),
        ("on 3 May", "ayer"),
    ],
)
def test_the_same_day_is_no_difference(one: str, other: str) -> None:
    assert date_differences(one, other, (EN, ES))[:2] == ([], [])


@pytest.mark.parametrize(
    ("one", "other", "ours", "theirs"),
    [
        ("on 3 May", "el 4 de mayo", "3 May", "4 de mayo"),
        ("on 3 May", "el 3 de junio", "3 May", "3 de junio"),
        ("in May 2024", "en mayo de 2023", "May 2024", "mayo de 2023"),
        ("on 3 May 2024", "el 03.06.2024", "3 May 2024", "03.06.2024"),
    ],
)
def test_another_day_is_one(one: str, other: str, ours: str, theirs: str) -> None:
    found, found_there, rest, rest_there = date_differences(one, other, (EN, ES))
    assert (found, found_there) == ([ours], [theirs])
    assert not any(map(str.isdigit, rest + rest_there))


def test_a_language_that_is_not_known_has_digits_only() -> None:
    assert len(DateReader("xx-none").dates("3 May 2024 or 2024-05-03")) == 1
