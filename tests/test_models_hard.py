"""Inputs that derail models, with the shipped starter: nothing is lost, doubled or echoed unflagged."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from models import DecodingSettings, load_translator
from models.store import default_store
from models.writing import symbols

if TYPE_CHECKING:
    from models.translation import Translation, Translator

CAPITALS = [
    "MAYOR OPENS BRIDGE AFTER NINE YEARS",
    "PRESIDENT SAYS WAR MUST END",
    "COVID-19 IS BACK IN 12 CITIES",
]
EMOJI = [
    "We won 🎉🎉 the cup today!",
    "Stay safe 😷 and wash your hands 🙏",
    "❤\ufe0f to all 👩\u200d🚀",
    "🇪🇸 vs 🇷🇺: 3-2",
]
MIXED = ["The word «мир» means peace.", "She wrote 東京 on the wall.", "Москва is the capital of Russia."]
SPANISH = [
    "El alcalde abrió el puente el viernes.",
    "No se sabe qué es lo que dijo la ministra en la reunión.",
]
RUSSIAN = ["В пятницу мэр открыл мост.", "Никто не пострадал."]
NUMBERS = ["1,234", "12.5 % 2024", "10:30", "3-2", "€ 5,000.00", "***", "..."]
ELLIPSES = ["Well... I do not know…", "…and then nothing", "He waited… and waited... and left.", "Wait......"]
LONG = " and ".join(
    f"the mayor of town number {number} opened a bridge and paid {1000 + number} euros"
    for number in range(60)
)[:2000]
UNBROKEN = "bridgeoftheharbour" * 30


@pytest.fixture(scope="module")
def starter(tmp_path_factory: pytest.TempPathFactory) -> Translator:
    """The shipped starter, as it is used; greedy, to be quick."""
    store = default_store(tmp_path_factory.mktemp("store"))
    return load_translator(store=store, device="cpu", threads=1, settings=DecodingSettings(beams=1))


def translated(starter: Translator, sentences: list[str], target: str) -> list[tuple[str, Translation]]:
    return list(zip(sentences, starter.translate(sentences, target=target), strict=True))


def letters(text: str) -> int:
    return sum(map(str.isalnum, text))


def repeats(text: str) -> int:
    """How often the commonest run of four words comes."""
    words = re.findall(r"\w+", text.lower())
    return max(Counter(zip(words, words[1:], words[2:], words[3:], strict=False)).values(), default=0)


@pytest.mark.parametrize("target", ["es", "ru"])
def test_headlines_in_capitals_are_translated_and_stay_in_capitals(starter: Translator, target: str) -> None:
    for source, result in translated(starter, CAPITALS, target):
        assert result.text == result.text.upper()
        same = len(set(result.text.split()) & set(source.split())) / len(source.split())
        assert same < 0.5 or "copy" in result.flags


@pytest.mark.parametrize("target", ["es", "ru"])
def test_every_pictograph_comes_through_and_the_words_between_are_translated(
    starter: Translator, target: str
) -> None:
    for source, result in translated(starter, EMOJI, target):
        assert symbols(result.text) == symbols(source)
        assert "symbols" not in result.flags
        assert result.text != source or not letters(source) or source.startswith("🇪🇸")


@pytest.mark.parametrize("target", ["es", "ru"])
def test_words_in_another_script_are_there_or_their_loss_is_flagged(starter: Translator, target: str) -> None:
    for source, result in translated(starter, MIXED, target):
        for word in re.findall("[а-яё]+|[\u4e00-\u9fff]+", source, re.IGNORECASE):
            expected = target == "ru" and bool(re.match("[а-я]", word, re.IGNORECASE))  # it may be declined
            assert word in result.text or expected or "symbols" in result.flags


def test_what_is_in_the_target_language_already_is_left_as_it_is_and_flagged(starter: Translator) -> None:
    for sentences, target in ((SPANISH, "es"), (RUSSIAN, "ru")):
        for source, result in translated(starter, sentences, target):
            assert (result.text, result.flags) == (source, ("same-language",))


def test_what_is_in_a_third_language_is_left_as_it_is_and_flagged(starter: Translator) -> None:
    for sentences, target in ((SPANISH, "ru"), (RUSSIAN, "es"), (["東京は日本の首都です。"], "es")):
        for source, result in translated(starter, sentences, target):
            assert (result.text, result.flags) == (source, ("copy",))


@pytest.mark.parametrize("target", ["es", "ru"])
def test_lines_of_numbers_are_left_as_they_are_without_a_flag(starter: Translator, target: str) -> None:
    assert [(result.text, result.flags) for _, result in translated(starter, NUMBERS, target)] == [
        (source, ()) for source in NUMBERS
    ]


@pytest.mark.parametrize("target", ["es", "ru"])
def test_sentences_with_ellipses_keep_their_length_or_are_flagged(starter: Translator, target: str) -> None:
    for source, result in translated(starter, ELLIPSES, target):
        assert result.text != source or result.flags
        assert result.flags or 0.5 * letters(source) - 3 <= letters(result.text) <= 2.5 * letters(source) + 3
        assert re.search(r"\.\.\.|…", result.text)


@pytest.mark.parametrize("target", ["es", "ru"])
def test_two_thousand_characters_without_a_full_stop_lose_no_number(starter: Translator, target: str) -> None:
    [(source, result)] = translated(starter, [LONG], target)
    assert len(source) == 2000
    there = set(re.findall(r"\d+", result.text))
    lost = set(re.findall(r"\d+", source)) - there
    assert not lost or "numbers" in result.flags
    assert letters(result.text) > 0.55 * letters(source) or "length" in result.flags
    assert repeats(result.text) <= max(repeats(source), 3) or "repetition" in result.flags
    assert result.text != source


@pytest.mark.parametrize("target", ["es", "ru"])
def test_a_string_without_a_space_ends_and_is_flagged(starter: Translator, target: str) -> None:
    [(source, result)] = translated(starter, [UNBROKEN], target)
    assert result.flags
    assert len(result.text) < 6 * len(source)
