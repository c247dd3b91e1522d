from __future__ import annotations

import pytest
from lxml import etree
from render_fixture import SIGNATURE, P, demo, given, row, small

from service.render.xliff import NoSuchVersionError, render_xliff, render_xliffs
from service.result import Aligned

NAMES = {"x": "urn:oasis:names:tc:xliff:document:2.0", "mda": "urn:oasis:names:tc:xliff:metadata:2.0"}
CORE = f"{{{NAMES['x']}}}"


def parsed(document: bytes) -> etree._Element:
    """Parse a document, after checking what of XLIFF 2.1's structure it uses."""
    root = etree.fromstring(document)
    assert root.tag == CORE + "xliff"
    assert set(root.attrib) == {"version", "srcLang", "trgLang"}
    (file,) = root
    units = file.findall("x:unit", NAMES)
    assert units
    assert len({unit.get("id") for unit in units}) == len(units)
    for unit in units:
        assert [child.tag.rpartition("}")[2] for child in unit] in (["metadata", "segment"], ["segment"])
        (segment,) = unit.findall("x:segment", NAMES)
        assert [child.tag for child in segment] in ([CORE + "source"], [CORE + "source", CORE + "target"])
        assert segment.get("state", "initial") in {"initial", "translated", "reviewed", "final"}
        assert "state" in segment.attrib or "subState" not in segment.attrib
        assert ":" in segment.get("subState", ":")
    return root


def facts(element: etree._Element) -> dict[str, str]:
    return {
        meta.get("type", ""): meta.text or "" for meta in element.findall("mda:metadata//mda:meta", NAMES)
    }


def unit(root: etree._Element, number: int) -> etree._Element:
    return next(each for each in root.iter(CORE + "unit") if each.get("id") == f"row-{number}")


def test_every_version_but_the_first_gives_a_document() -> None:
    documents = render_xliffs(demo())
    assert list(documents) == ["es", "ru"]
    assert [parsed(each).get("trgLang") for each in documents.values()] == ["es", "ru"]


def test_a_row_is_a_unit_of_one_segment() -> None:
    segment = unit(parsed(render_xliff(demo(), target="es")), 6).find("x:segment", NAMES)
    assert segment.findtext("x:source", "", NAMES).startswith("The mill had been silent since 1943")
    assert segment.findtext("x:source", "", NAMES).endswith("Nobody expected it to work again.")
    assert segment.findtext("x:target", "", NAMES).endswith("nadie esperaba que volviera a funcionar.")


def test_a_sentence_without_a_counterpart_is_still_to_be_translated() -> None:
    segment = unit(parsed(render_xliff(demo(), target="es")), 10).find("x:segment", NAMES)
    assert segment.get("state") == "initial"
    assert segment.find("x:target", NAMES) is None


def test_a_target_sentence_without_a_source_is_kept() -> None:
    segment = unit(parsed(render_xliff(demo(), target="es")), 25).find("x:segment", NAMES)
    assert segment.findtext("x:source", None, NAMES) == ""
    assert segment.findtext("x:target", None, NAMES) == "Hay aparcamiento junto a la lonja."


def test_a_row_of_a_third_version_alone_is_left_out() -> None:
    ids = [each.get("id") for each in parsed(render_xliff(demo(), target="ru")).iter(CORE + "unit")]
    assert ids == [f"row-{number}" for number in range(1, 25)]


def test_facts_are_metadata() -> None:
    root = parsed(render_xliff(demo(), target="ru"))
    assert facts(root[0]) == {
        "signature": SIGNATURE,
        "source-origin": "given",
        "target-origin": "machine:starter",
    }
    assert facts(unit(root, 7)) == {
        "score": "0.6312",
        "kind": "paragraph",
        "translation-score": "-1.8765",
        "similarity": "0.8123",
        "flags": "repetition",
    }
    assert unit(root, 7).find("x:segment", NAMES).get("subState") == "triptych:machine"


def test_markup_and_forbidden_characters_stay_text() -> None:
    root = parsed(render_xliff(small("</source><b>&\x01"), target="es"))
    assert unit(root, 1).findtext("x:segment/x:source", None, NAMES) == "</source><b>&�"


def test_any_version_can_be_the_source() -> None:
    root = parsed(render_xliff(demo(), source="ru", target="es"))
    assert (root.get("srcLang"), root.get("trgLang")) == ("ru", "es")


def test_an_unknown_language_is_named_with_those_there_are() -> None:
    with pytest.raises(NoSuchVersionError, match=r"no version in 'de'; there are versions in en, es, ru"):
        render_xliff(demo(), target="de")


def test_versions_without_sentences_give_a_document_all_the_same() -> None:
    aligned = Aligned((given("en", []), given("es", [])), (), SIGNATURE)
    assert len(parsed(render_xliff(aligned, target="es"))[0].findall("x:unit", NAMES)) == 1


def test_one_version_gives_no_document() -> None:
    assert render_xliffs(Aligned((given("en", [(P, ["One."])]),), (row(en="0"),), SIGNATURE)) == {}


def test_the_same_input_gives_the_same_bytes() -> None:
    assert render_xliffs(demo()) == render_xliffs(demo())
