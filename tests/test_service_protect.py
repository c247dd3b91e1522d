from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.guards import has_words
from service.protect import fragments, missing, protected_spans


@pytest.mark.parametrize(
    ("text", "protected"),
    [
        ("See https://a.example/x?y=1, now.", ["https://a.example/x?y=1"]),
        ("(https://a.example/w/B_(c))", ["https://a.example/w/B_(c)"]),
        ("Write to ann@a.example.", ["ann@a.example"]),
        ("Hi {name}, you won %s and %(n)d.", ["{name}", "%s", "%(n)d"]),
        ('A <x id="1"/> tag', ['<x id="1"/>']),
        ("A note[^2] here", ["[^2]"]),
        ("By @ann about #rain", ["@ann", "#rain"]),
        ("Port Ellery, May 3 (Coast Wire) --", ["(Coast Wire) --"]),
        ("PARIS —", ["—"]),
        ("A 5% discount, no. 1", []),
        ("www.a.example is up", ["www.a.example"]),
    ],
)
def test_what_must_not_change_is_found(text: str, protected: list[str]) -> None:
    assert [text[start:end] for start, end in protected_spans(text)] == protected


def test_known_atoms_win_over_what_is_found_in_them() -> None:
    text = "Run get https://a.example now"
    assert protected_spans(text, [(4, 25)]) == [(4, 25)]


def test_a_protected_string_must_come_back_as_often_as_it_went_in() -> None:
    assert missing("una vez {n}", ["{n}", "{n}"])
    assert not missing("{n} y {n}", ["{n}", "{n}"])


def test_a_protected_string_that_goes_on_is_another_one() -> None:
    assert missing("(CW)--- Llueve", ["(CW)--"])
    assert missing("vea http://a.example/xy", ["http://a.example/x"])
    assert not missing("(CW)-- vea http://a.example/x.", ["(CW)--", "http://a.example/x"])


def test_fragments_keep_punctuation_away_from_the_model() -> None:
    text = "See (https://a.example), then go."
    assert fragments(text, protected_spans(text)) == [
        (True, "See"),
        (False, " ("),
        (False, "https://a.example"),
        (False, "), "),
        (True, "then go."),
    ]


@given(st.text(alphabet="ab .,(@:/{}#1<>", max_size=60))
def test_fragments_join_to_the_sentence(text: str) -> None:
    pieces = fragments(text, protected_spans(text))
    assert "".join(piece for _, piece in pieces) == text
    assert all(has_words(piece) for to_translate, piece in pieces if to_translate)
