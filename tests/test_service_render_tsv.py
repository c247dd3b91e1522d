from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from render_fixture import SIGNATURE, demo, small

from service.render.tsv import render_tsv

if TYPE_CHECKING:
    from service.result import Aligned


def table(aligned: Aligned, *, guard: bool = True) -> list[list[str]]:
    lines = render_tsv(aligned, guard=guard).decode().splitlines(keepends=True)
    return list(csv.reader(lines, dialect="excel-tab", strict=True))


def test_a_header_names_the_columns() -> None:
    assert table(demo())[0] == [
        *("row", "score", "en", "es", "ru"),
        *("ru score", "ru similarity", "ru flags"),
        *("findings", "signature"),
    ]


def test_a_row_is_a_line_with_its_number_score_texts_and_signature() -> None:
    rows = table(demo())
    assert len(rows) == 1 + 25
    assert rows[1] == [
        "1",
        "0.9412",
        "The tide mill turns again in Port Brannoch",
        "El molino de mareas vuelve a girar en Port Brannoch",
        "Приливная мельница в Порт-Бранноке снова работает",
        "-0.4123",
        "0.8123",
        "",
        "",
        SIGNATURE,
    ]


def test_a_version_without_a_counterpart_has_an_empty_cell_and_its_finding() -> None:
    row = table(demo())[10]
    assert row[3] == ""
    assert row[8] == "missing es: es lacks this content"


def test_flags_stand_beside_score_and_similarity() -> None:
    assert table(demo())[7][5:8] == ["-1.8765", "0.8123", "repetition"]


def test_an_open_quotation_does_not_swallow_the_rows_below() -> None:
    assert [row[2] for row in table(small('"We go on.', 'And on."', "End."))[1:]] == [
        '"We go on.',
        'And on."',
        "End.",
    ]


def test_tabs_and_line_breaks_are_spaces() -> None:
    assert table(small("a\tb\r\nc\u2028d"))[1][2] == "a b c d"


@pytest.mark.parametrize("text", ['=HYPERLINK("http://x")', "+1", "-1 °C", "@here", "＝1"])
def test_text_that_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert table(small(text))[1][2] == "'" + text
    assert table(small(text), guard=False)[1][2] == text


def test_a_dash_that_opens_direct_speech_is_left_alone() -> None:
    assert table(small("— Да, — сказал он."))[1][2] == "— Да, — сказал он."


@given_any(st.lists(st.text(st.characters(codec=None), min_size=1), min_size=1, max_size=4))
def test_any_text_keeps_the_shape_of_the_table(texts: list[str]) -> None:
    document = render_tsv(small(*texts)).decode()
    assert document.count("\n") == len(document.splitlines()) == 1 + len(texts)
    assert {len(row) for row in table(small(*texts))} == {6}
