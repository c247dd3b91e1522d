from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.segment import HARD_BREAK, dateline_end, segment


def sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end] for start, end in segment(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "Rain fell. It stopped.", ["Rain fell.", "It stopped."]),
        ("en", "Mr. Hill left at 5 p.m. on Friday. Why?", ["Mr. Hill left at 5 p.m. on Friday.", "Why?"]),
        ("en", "It rose 3.5 percent. Then it fell.", ["It rose 3.5 percent.", "Then it fell."]),
        ("es", "¿Qué? El Sr. Gil no vino.", ["¿Qué?", "El Sr. Gil no vino."]),
        ("ru", "Он жил на ул. Мира. Потом уехал.", ["Он жил на ул. Мира.", "Потом уехал."]),
        ("en", "No stop at the end", ["No stop at the end"]),
        ("en", "One line,\nwrapped here. Two.", ["One line,\nwrapped here.", "Two."]),
        ("en", f"A heading{HARD_BREAK}under it", ["A heading", "under it"]),
        ("en", "   ", []),
    ],
)
def test_sentences_are_told_apart(language: str, text: str, expected: list[str]) -> None:
    assert sentences(text, language) == expected


@pytest.mark.parametrize(
    ("text", "dateline"),
    [
        ("SANDHAVEN, March 14 (Coast Wire) -- Ferries run.", "SANDHAVEN, March 14 (Coast Wire) --"),
        ("Sandhaven, March 14 (CW)-- Ferries run.", "Sandhaven, March 14 (CW)--"),
        ("PARIS — Rain fell.", "PARIS —"),
        ("САНДХЕЙВЕН, 14 марта (Берег) — Паромы идут.", "САНДХЕЙВЕН, 14 марта (Берег) —"),
        ("LONDON (Wire) - Rain fell.", "LONDON (Wire) -"),
        ("The plan — he said — works.", ""),
        ("He came (late) - not early.", ""),
        ("PARIS —", ""),
    ],
)
def test_a_dateline_is_set_apart(text: str, dateline: str) -> None:
    assert text[: dateline_end(text)] == dateline


@given(st.text(max_size=300), st.sampled_from(["en", "es", "ru"]))
def test_every_visible_character_is_in_exactly_one_sentence(text: str, language: str) -> None:
    spans = segment(text, language)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    covered = {offset for start, end in spans for offset in range(start, end)}
    assert all(offset in covered or character.isspace() for offset, character in enumerate(text))
