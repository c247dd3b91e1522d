from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from service.render.text import decimal, encodable, one_line, rounded, squeezed, xml_text


@given(st.text(st.characters(codec=None)))
def test_every_text_becomes_xml_of_the_same_length(text: str) -> None:
    element = etree.Element("seg")
    element.text = xml_text(text)
    assert len(element.text) == len(text)


@given(st.text(st.characters(codec=None)))
def test_every_text_becomes_encodable_with_the_same_length(text: str) -> None:
    assert len(encodable(text).encode().decode()) == len(text)


def test_control_characters_and_lone_surrogates_are_replaced_and_nothing_else() -> None:
    assert xml_text("a\x00b\x1bc\ud800d\uffffe\tf\ng\U0001f600") == "a�b�c�d�e\tf\ng\U0001f600"


def test_a_line_break_is_a_space_but_a_no_break_space_stays() -> None:
    assert one_line(" 12\u00a0000\r\n\tрублей\u2028и 5\u202f% ") == "12\u00a0000 рублей и 5\u202f%"
    assert squeezed(" a \n b ") == " a b "


@pytest.mark.parametrize(
    ("score", "written", "number"),
    [(0.93114, "0.9311", 0.9311), (1.0, "1.0000", 1.0), (-0.0, "0.0000", 0.0), (-0.00001, "0.0000", 0.0)],
)
def test_scores_have_four_decimals_and_no_negative_zero(score: float, written: str, number: float) -> None:
    assert decimal(score) == written
    assert str(rounded(score)) == str(number)
