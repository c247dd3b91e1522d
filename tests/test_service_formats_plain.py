from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.article import Kind
from service.formats.plain import read_plain


def blocks(source: str) -> list[tuple[Kind, str]]:
    article = read_plain(source, "en")
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def test_empty_lines_part_paragraphs_and_the_first_short_line_is_the_title() -> None:
    assert blocks("Rain is coming\n\nIt will last.\n\n\nTake a coat.\n") == [
        (Kind.HEADING, "Rain is coming"),
        (Kind.PARAGRAPH, "It will last."),
        (Kind.PARAGRAPH, "Take a coat."),
    ]


def test_a_wrapped_paragraph_is_one_block() -> None:
    wrapped = "The rain that began on Monday will not\nend before the weekend, the office said\non Tuesday."
    assert blocks(wrapped) == [(Kind.PARAGRAPH, wrapped)]


def test_lines_that_were_not_wrapped_are_paragraphs_of_their_own() -> None:
    assert blocks("First one.\nSecond paragraph, which is longer.\nThird.") == [
        (Kind.PARAGRAPH, "First one."),
        (Kind.PARAGRAPH, "Second paragraph, which is longer."),
        (Kind.PARAGRAPH, "Third."),
    ]


def test_list_marks_and_rules_stay_outside_the_sentences() -> None:
    assert blocks("- bread\n2. milk\n\n* * *\n\nEnd here.") == [
        (Kind.LIST_ITEM, "bread"),
        (Kind.LIST_ITEM, "milk"),
        (Kind.RULE, "* * *"),
        (Kind.PARAGRAPH, "End here."),
    ]


@given(st.text(alphabet="ab. \n\t-*—1Я\r", max_size=120))
def test_blocks_and_frame_together_are_the_source(source: str) -> None:
    article = read_plain(source, "en")
    assert article.text == source
    middle = [article.text[block.start : block.end] for block in article.blocks]
    joined = "".join(a + b for a, b in zip(article.frame, [*middle, ""], strict=True))
    assert joined == source
    assert all(source[s.start : s.end] == s.text for s in article.sentences)
