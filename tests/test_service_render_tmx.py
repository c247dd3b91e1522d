from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from lxml import etree
from render_fixture import SIGNATURE, P, demo, given, made, row, small

from service.render.tmx import render_tmx
from service.result import Aligned

RULES = Path(__file__).with_name("tmx_rules.dtd")
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def parsed(aligned: Aligned) -> etree._Element:
    root = etree.fromstring(render_tmx(aligned))
    rules = etree.DTD(RULES)
    assert rules.validate(root), rules.error_log
    return root


def props(element: etree._Element) -> dict[str, str]:
    return {prop.get("type", ""): prop.text or "" for prop in element.findall("prop")}


def test_every_row_of_two_versions_or_more_is_a_unit() -> None:
    ids = [unit.get("tuid") for unit in parsed(demo()).iter("tu")]
    assert ids == [f"row-{number}" for number in range(1, 25)]  # row 25 is Spanish only


def test_a_unit_holds_a_variant_for_each_version_present() -> None:
    units = {unit.get("tuid"): unit for unit in parsed(demo()).iter("tu")}
    assert [variant.get(LANG) for variant in units["row-1"].findall("tuv")] == ["en", "es", "ru"]
    assert [variant.get(LANG) for variant in units["row-10"].findall("tuv")] == ["en", "ru"]


def test_sentences_of_one_row_are_one_segment_of_type_block() -> None:
    unit = next(unit for unit in parsed(demo()).iter("tu") if unit.get("tuid") == "row-4")
    assert unit.get("segtype") == "block"
    assert unit.findtext("tuv[2]/seg", "").endswith("molino. Una rueda de roble verde empezó a girar.")


def test_scores_origins_flags_and_the_signature_are_properties() -> None:
    root = parsed(demo())
    assert props(root.find("header")) == {"x-triptych-signature": SIGNATURE}
    unit = next(unit for unit in root.iter("tu") if unit.get("tuid") == "row-7")
    assert props(unit) == {"x-triptych-score": "0.6312"}
    english, _, russian = unit.findall("tuv")
    assert props(english) == {"x-origin": "given"}
    assert props(russian) == {
        "x-origin": "machine:starter",
        "x-triptych-translation-score": "-1.8765",
        "x-triptych-similarity": "0.8123",
        "x-triptych-flag": "repetition",
    }


def test_markup_in_a_sentence_stays_text() -> None:
    text = 'a <b> & "c" </seg> ]]> &amp;'
    assert parsed(small(text)).findtext("body/tu/tuv/seg") == text


def test_characters_that_xml_forbids_are_replaced() -> None:
    assert parsed(small("a\x00b\x0bc\ud800d")).findtext("body/tu/tuv/seg") == "a�b c�d"


def test_a_line_break_inside_a_sentence_is_a_space() -> None:
    assert parsed(small("over two\n  lines")).findtext("body/tu/tuv/seg") == "over two lines"


def test_the_same_input_gives_the_same_bytes_and_no_date() -> None:
    assert render_tmx(demo()) == render_tmx(demo())
    assert b"creationdate" not in render_tmx(demo())


def test_a_date_that_is_handed_in_is_written() -> None:
    assert b'creationdate="20260112T061000Z"' in render_tmx(
        demo(), created=datetime(2026, 1, 12, 6, 10, tzinfo=UTC)
    )


@pytest.mark.parametrize("rows", [(), (row(en="0"),)])
def test_versions_that_share_nothing_give_an_empty_body(rows: tuple[()]) -> None:
    aligned = Aligned((given("en", [(P, ["One."])]), made("es", [])), rows, SIGNATURE)
    assert len(parsed(aligned).find("body")) == 0
