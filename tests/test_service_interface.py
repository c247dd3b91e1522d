from __future__ import annotations

import re
from pathlib import Path

import pytest

from alignment.findings import REASONS, Code
from service.flags import FAULTLESS, MISSED
from service.interface import COOKIE, LANGUAGES, chosen_language, in_language, read_messages
from service.render import view

SERVICE = Path(__file__).resolve().parent.parent / "service"
MESSAGES = read_messages()


@pytest.mark.parametrize(
    ("cookies", "accept", "language"),
    [
        ({}, None, "en"),
        ({}, "es-MX,es;q=0.9,en;q=0.5", "es"),
        ({}, "de,ru;q=0.4", "ru"),
        ({}, "de", "en"),
        ({}, "ru;q=0, es;q=0.1", "es"),
        ({COOKIE: "ru"}, "es", "ru"),
        ({COOKIE: "../x"}, "es", "es"),
    ],
)
def test_the_readers_choice_comes_before_the_browsers(
    cookies: dict[str, str], accept: str | None, language: str
) -> None:
    assert chosen_language(cookies, accept) == language


def test_every_message_is_there_in_every_language_with_the_same_gaps_and_forms() -> None:
    for key, texts in MESSAGES.items():
        assert tuple(texts) == LANGUAGES, key
        forms = {language: text.split(" | ") for language, text in texts.items()}
        several = len(forms["en"]) > 1
        assert [len(forms[language]) for language in LANGUAGES] == ([2, 2, 3] if several else [1, 1, 1]), key
        gaps = {frozenset(re.findall(r"\{(\w+)\}", form)) for each in forms.values() for form in each}
        assert len(gaps) == 1, key


def test_every_message_is_used_and_every_one_that_is_used_is_there() -> None:
    sources = [*SERVICE.glob("static/*.js"), SERVICE / "templates" / "page.html"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    composed = (
        "flag_",
        "finding_",
        "reason_",
        "error_",
        "download_",
        "format_",
    )  # put together where they are used
    unused = [key for key in MESSAGES if not re.search(rf"\b{key}\b", text) and not key.startswith(composed)]
    assert unused == []
    said = set(
        re.findall(
            r'\b(?:say|label|name|tell|warn|begin)\((?:[\w.("-]+\)?, )?(?:element\([^)]*\), )?"(\w+)"', text
        )
    )
    assert said - set(MESSAGES) - {"fresh"} == set()


def gaps(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_every_finding_has_its_sentence_filled_with_values_that_it_has() -> None:
    sentences = {key.removeprefix("reason_") for key in MESSAGES if key.startswith("reason_")}
    assert sentences == {code.value for code in Code}
    for code in Code:
        there = gaps(REASONS[code]) | {"language"} | ({"original"} if code is not Code.LANGUAGE else set())
        for text in MESSAGES[f"reason_{code.value}"].values():
            assert gaps(text) <= there, code
            if {"ours", "theirs"} & there:
                assert gaps(text) == gaps(REASONS[code]), code


def test_every_flag_has_words_on_both_pages() -> None:
    table = (SERVICE.parent / "docs" / "models.md").read_text(encoding="utf-8").partition("## Flags")[2]
    engines = set(re.findall(r"^\| `([\w-]+)` \|", table.partition("\n## ")[0], re.MULTILINE))
    assert len(engines) == 11
    faults = engines | {MISSED}
    on_the_page = {key.removeprefix("flag_") for key in MESSAGES if key.startswith("flag_")}
    assert on_the_page == faults | {"weak"}  # that one is of a row
    assert set(view._FLAGS) == faults
    assert not FAULTLESS & faults
    script = (SERVICE / "static" / "result.js").read_text(encoding="utf-8")
    assert all(f'"{flag}"' in script for flag in FAULTLESS)


def test_one_language_is_a_plain_table() -> None:
    assert in_language(MESSAGES, "ru")["translate"] == "Перевести"
