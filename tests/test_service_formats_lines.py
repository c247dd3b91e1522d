from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.build import build
from service.formats.lines import Splitting, read_lines

TEXTS = st.text(st.sampled_from(list(" \t\r\n\u00a0\u2028-*1.)aB9!é\U0001f600")), max_size=60)


@pytest.mark.parametrize(
    ("source", "sentences"),
    [
        ("Hello", ["Hello"]),
        ("", []),
        (" \n ", []),
        ("One. Two!\nthree", ["One.", "Two!", "three"]),
        ("- milk\n  2. eggs\r\n", ["milk", "eggs"]),
        ("---", ["---"]),
    ],
)
def test_every_line_is_a_block_without_its_list_mark(source: str, sentences: list[str]) -> None:
    assert [sentence.text for sentence in read_lines(source, "en").sentences] == sentences


def test_sentences_can_run_over_lines_or_be_left_whole() -> None:
    source = "One and\ntwo. Three\n"
    texts = lambda splitting: [s.text for s in read_lines(source, "en", splitting).sentences]  # noqa: E731
    assert texts(Splitting.PUNCTUATION) == ["One and\ntwo.", "Three"]
    assert texts(Splitting.NONE) == ["One and\ntwo. Three"]


@given(TEXTS, st.sampled_from(list(Splitting)))
def test_what_is_not_translated_is_the_source_again(source: str, splitting: Splitting) -> None:
    article = read_lines(source, "en", splitting)
    assert article.text == source
    for sentence in article.sentences:
        assert source[sentence.start : sentence.end] == sentence.text
    built = build(article, "es", [sentence.text for sentence in article.sentences], {})
    assert built.source == source
