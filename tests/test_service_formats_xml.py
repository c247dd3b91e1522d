from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_fakes import fake_pipeline

from service.errors import ArticleError
from service.formats.xml import Tags, read_xml


def shouted(source: str, tags: Tags | None = None) -> str:
    [version] = fake_pipeline().translate_texts([read_xml(source, "en", tags or Tags())], "es")
    return version.article.source


@pytest.mark.parametrize(
    ("source", "translated"),
    [
        ("", ""),
        (" one ", " ONE "),
        ("a &amp; b &lt; c", "A &amp; B &lt; C"),
        ('<p id="x>y">one</p>\n  <p >two</p >', '<p id="x>y">ONE</p>\n  <p >TWO</p >'),
        ("<d><t>one</t><!-- c --><?pi x?><t/></d>", "<d><t>ONE</t><!-- c --><?pi x?><t/></d>"),
        ("one <b>two</b> three", "ONE <b>TWO</b> THREE"),
        ("<n:a>one</n:a>", "<n:a>ONE</n:a>"),
        ("<a><![CDATA[one < two]]></a>", "<a>ONE &lt; TWO</a>"),
        ('<?xml version="1.0"?>\n<a>one</a>', '<?xml version="1.0"?>\n<a>ONE</a>'),
        ("<a>one &#233; &quot;</a>", '<a>ONE É "</a>'),
    ],
)
def test_text_is_translated_and_tags_stay_byte_for_byte(source: str, translated: str) -> None:
    assert shouted(source) == translated


def test_tags_can_be_structure_or_markup_or_be_left_alone() -> None:
    source = "One <s>two.</s> Three <k>four</k>."
    sentences = lambda tags: [s.text for s in read_xml(source, "en", tags).sentences]  # noqa: E731
    assert sentences(Tags()) == ["One two.", "Three four."]
    assert sentences(Tags(splitting=frozenset({"s"}))) == ["One", "two.", "Three four."]
    assert "<k>four</k>" in shouted(source, Tags(ignored=frozenset({"k"})))
    pair = "<b>One</b> <i>two</i>"
    assert [s.text for s in read_xml(pair, "en", Tags()).sentences] == ["One", "two"]
    for tags in (Tags(outline=False), Tags(inline=frozenset({"b", "i"}))):
        assert [s.text for s in read_xml(pair, "en", tags).sentences] == ["One two"]
    assert shouted("<d><k>one</k></d>", Tags(ignored=frozenset({"k"}))) == "<d><k>one</k></d>"


@pytest.mark.parametrize(
    "source",
    [
        "<a>",
        "</a>",
        "</x><x>",
        "a & b",
        "&nbsp;",
        "<a b=c/>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
        "<a>" * 300 + "</a>" * 300,
        "a\x00b",
    ],
)
def test_what_is_not_well_formed_is_refused(source: str) -> None:
    with pytest.raises(ArticleError, match="XML"):
        read_xml(source, "en", Tags())


PIECES = st.lists(
    st.sampled_from(
        ["one ", "Two. ", "\n", " ", "<br/>", "<!--c-->", "&amp;", "<b>x</b>", "<p> y</p>", "<k>z</k>"]
    ),
    max_size=12,
).map("".join)


@given(PIECES, st.booleans(), st.sets(st.sampled_from("bpk")), st.sets(st.sampled_from("bpk")))
def test_no_tag_and_no_letter_is_lost(source: str, outline: bool, some: set[str], others: set[str]) -> None:
    tags = Tags(outline, frozenset(some), frozenset(), frozenset(others))
    translated = shouted(f"<r>{source}</r>", tags)
    found = lambda text: sorted(re.findall(r"<[^>]*>", text))  # noqa: E731
    assert found(translated) == found(f"<r>{source}</r>")
    letters = lambda text: sorted(re.sub(r"<[^>]*>|&amp;|[\s.]", "", text).lower())  # noqa: E731
    assert letters(translated) == letters(source)
