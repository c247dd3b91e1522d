from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.article import Markup
from service.formats.inline import InlineBuilder, write_inline


def test_spans_and_atoms_keep_their_offsets_in_the_trimmed_text() -> None:
    builder = InlineBuilder()
    builder.text("  see ")
    builder.open("<b>")
    builder.text("this")
    builder.close("</b>")
    builder.atom("<br>", "|")
    assert builder.finish() == ("see this|", (Markup(4, 8, "<b>", "</b>"), Markup(8, 9, literal="<br>")))


def test_a_span_round_an_image_alone_is_an_atom() -> None:
    builder = InlineBuilder()
    builder.open("[")
    builder.atom("![x](y)")
    builder.close("](z)")
    builder.text(" text")
    assert builder.finish() == (" text", (Markup(0, 0, literal="[![x](y)](z)"),))


def test_spans_that_cross_are_cut_to_nest() -> None:
    marks = [Markup(0, 5, "<a>", "</a>"), Markup(3, 8, "<b>", "</b>")]
    assert write_inline("abcdefgh", marks, str) == "<a>abc<b>de</b></a>fgh"


@given(
    st.text(alphabet="abc ", min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=6),
)
def test_no_text_is_lost_however_spans_lie(text: str, spans: list[tuple[int, int]]) -> None:
    marks = [Markup(min(a, b, len(text)), min(max(a, b), len(text)), "{", "}") for a, b in spans]
    written = write_inline(text, marks, str)
    assert written.replace("{", "").replace("}", "") == text
    assert written.count("{") == written.count("}")
