from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.guards import flags_of, has_words, repair_numbers

SOUND = [
    ("The council approved the budget on Monday.", "El ayuntamiento aprobó el presupuesto el lunes."),
    ("The council approved the budget on Monday.", "В понедельник совет утвердил бюджет."),
    ("It rained very, very, very hard.", "Llovió muy, muy, muy fuerte."),
    ("It cost $1,234.50 in 2019.", "Costó 1.234,50 dólares en 2019."),
    ("It cost 1,234 euros.", "Это стоило 1 234 евро."),
    ("Hotel Madrid", "Hotel Madrid"),
    ("Maria Lopez, Santander", "Maria Lopez, Santander"),
    ("See https://example.org/the/long/road/home for more.", "Más en https://example.org/the/long/road/home"),
    ("No.", "No."),
    ("Ha ha ha ha ha!", "¡Ja ja ja ja ja!"),
    ("Wait......", "Espera......"),
    ("Three of 12 stayed.", "3 de 12 se quedaron."),
    ("Ships leave at 1 p.m., 2 a.m. and 4 a.m.", "Los barcos salen a la 1 p.m., 2 a.m. y 4 a.m."),
]


@pytest.mark.parametrize(("source", "translation"), SOUND)
def test_a_sound_translation_has_no_flags(source: str, translation: str) -> None:
    assert flags_of(source, translation) == ()


@pytest.mark.parametrize(
    ("source", "translation", "flags"),
    [
        ("The red fox.", "El zorro zorro zorro zorro rojo.", ("repetition",)),
        ("The red fox sleeps.", "el zorro y el zorro y el zorro y el zorro", ("repetition",)),
        ("The red fox sleeps.", "El zorro zorro zorro duerme.", ("repetition",)),
        ("The red fox sleeps.", "El zorro rojo, el zorro rojo duerme.", ("repetition",)),
        ("The fox that sleeps here is red and old.", "El zorro rojo es.", ("length",)),
        ("A long word indeed.", "Una palabra lalalalalalalalala.", ("repetition",)),
        ("The old man walked slowly home.", "The old man walked slowly home.", ("copy",)),
        ("The old man walked slowly home.", "El the old man walked slowly casa.", ("copy",)),
        ("STOCKS FALL SHARPLY", "STOCKS FALL SHARPLY", ("copy",)),
        ("Turn left.", "Si es así, gire a la izquierda, después siga recto y vuelva a girar.", ("length",)),
        ("The council approved the budget on Monday after a long debate.", "El.", ("length",)),
        ("Yes.", "", ("length",)),
        ("In 1987 it had 12 rooms.", "En 1987 tenía habitaciones.", ("numbers",)),
        ("It cost 1,234 euros.", "Costó 1.243 euros.", ("numbers",)),
    ],
)
def test_each_guard_sees_its_fault(source: str, translation: str, flags: tuple[str, ...]) -> None:
    assert flags_of(source, translation) == flags


@pytest.mark.parametrize(
    ("source", "translation", "languages", "flags"),
    [
        ("We won 🎉 the cup!", "¡Ganamos la copa!", ("en", "es"), ("symbols",)),
        ("We won 🎉 the cup!", "¡Ganamos 🎉 la copa!", ("en", "es"), ()),
        ("She wrote 東京 on it.", "Escribió Tokio en ella.", ("en", "es"), ("symbols",)),
        ("«Мир» means peace.", "«Мир» significa paz.", ("en", "es"), ()),
        ("«Мир» means peace.", "«Мира» — это слово.", ("en", "ru"), ()),  # it may be declined
        ("It means peace.", "Это значит paz.", ("en", "ru"), ("script",)),
        ("It is by Apple.", "Это Apple.", ("en", "ru"), ()),
        ("It rained again.", "Снова 雨.", ("en", "ja"), ()),  # nothing is known of its scripts
    ],
)
def test_scripts_and_symbols_are_watched(
    source: str, translation: str, languages: tuple[str, str], flags: tuple[str, ...]
) -> None:
    assert flags_of(source, translation, languages) == flags


@pytest.mark.parametrize(
    "text", ["", "  ", "***", "12,5 %", "🎉🎉", "…", "https://example.org/a", "a@example.org"]
)
def test_there_is_nothing_to_translate_in_symbols_numbers_and_addresses(text: str) -> None:
    assert not has_words(text)


@pytest.mark.parametrize("text", ["a", "Ж", "12 km", "see https://example.org"])
def test_a_letter_is_something_to_translate(text: str) -> None:
    assert has_words(text)


@pytest.mark.parametrize(
    ("source", "translation", "repaired"),
    [
        ("In 1987 it had 12 rooms.", "En 1978 tenía 12 habitaciones.", "En 1987 tenía 12 habitaciones."),
        ("It cost 1,234.50.", "Costó 1.243,50.", "Costó 1.234,50."),
        ("It cost 1,234.", "Цена 1 243.", "Цена 1 234."),
    ],
)
def test_garbled_digits_are_put_right_and_separators_stay(
    source: str, translation: str, repaired: str
) -> None:
    assert repair_numbers(source, translation) == repaired


@pytest.mark.parametrize(
    ("source", "translation"),
    [
        ("12 of 30", "30 de 12"),  # moved
        ("from 10 to 20", "de 20 a 30"),  # one of them moved
        ("It cost 1.5 billion.", "Costó 1500 millones."),  # written another way
        ("At 10:30 pm.", "A las 22:30."),
        ("At 10 pm.", "A las 22."),
        ("12 and 13", "12"),
    ],
)
def test_digits_are_left_alone_where_it_is_not_plain(source: str, translation: str) -> None:
    assert repair_numbers(source, translation) == translation


@given(st.text(max_size=60), st.text(max_size=60))
def test_guards_take_any_text(source: str, translation: str) -> None:
    flags_of(source, translation)
    repair_numbers(source, translation)


@given(st.lists(st.integers(0, 99_999), max_size=5), st.text(alphabet="abc ,.", max_size=20))
def test_a_repair_changes_nothing_where_the_numbers_agree(numbers: list[int], filler: str) -> None:
    text = f" {filler} ".join(map(str, numbers))
    assert repair_numbers(text, text) == text
