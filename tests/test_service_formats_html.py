from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Kind
from service.build import build, partial_marks
from service.errors import ArticleError
from service.formats.html import read_html

PAGE = """<!DOCTYPE html>
<html lang="en"><head><title>Rain &amp; wind</title><style>p {color: red}</style></head>
<body>
 <h1>Rain <em>again</em></h1>
 <p>Take a <b>warm coat</b>. See the <a href="f?a=1&amp;b=2">forecast</a>.<br>Or <code>x &lt; y</code>.</p>
 <ul><li>one</li><li><p>two</p></li></ul>
 <pre>a
 b</pre><hr>
 <figure><img src="a.png"><figcaption>A cloud</figcaption></figure>
 <blockquote>Quoted</blockquote>
 <script>var a = "<p>not text</p>";</script>
 <p translate="no">Keep me</p>
</body></html>"""


def blocks(source: str) -> list[tuple[Kind, str]]:
    article = read_html(source, "en")
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def rebuilt(source: str) -> str:
    article = read_html(source, "en")
    places = {(mark.sentence, mark.number): (mark.start, mark.end) for mark in partial_marks(article)}
    return build(article, "es", [sentence.text for sentence in article.sentences], places).source


def test_a_page_is_taken_apart_into_blocks() -> None:
    assert blocks(PAGE) == [
        (Kind.HEADING, "Rain & wind"),
        (Kind.HEADING, "Rain again"),
        (Kind.PARAGRAPH, "Take a warm coat. See the forecast.\u2028Or x < y."),
        (Kind.LIST_ITEM, "one"),
        (Kind.LIST_ITEM, "two"),
        (Kind.CODE, "a\n b"),
        (Kind.RULE, "---"),
        (Kind.CAPTION, "A cloud"),
        (Kind.QUOTE, "Quoted"),
    ]


def test_a_version_keeps_the_page_and_names_its_own_language() -> None:
    assert rebuilt(PAGE) == PAGE.replace('lang="en"', 'lang="es"')


@pytest.mark.parametrize(
    "source",
    [
        "just text",
        "<p>one</p>\n<p>two</p>",
        "<!-- note --><p>x</p>",
        "<div>loose <i>text</i><p>para</p> tail</div>",
        '<a href="/"><div>block link</div></a>',
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<script>alert(1)</script>text",
        "<table><tbody><tr><td>cell</td></tr></tbody></table>",
        " ",
    ],
)
def test_fragments_survive_being_taken_apart(source: str) -> None:
    assert rebuilt(source) == source


def test_a_stray_end_tag_loses_no_text() -> None:
    assert "".join(text for _, text in blocks("a</div>b<p>c</div>d")).replace(" ", "") == "abcd"


def test_markup_in_a_translation_is_escaped() -> None:
    version = build(read_html("<p>Hello there</p>", "en"), "es", ["<script>x</script> & y"], {})
    assert version.source == "<p>&lt;script&gt;x&lt;/script&gt; &amp; y</p>"


def test_nesting_too_deep_is_refused_and_not_cut() -> None:
    with pytest.raises(ArticleError, match="200 elements deep"):
        read_html("<div>" * 300 + "text" + "</div>" * 300, "en")


@given(st.text(alphabet="ab<>/pi&; divbr=\"'!-\n", max_size=80))
def test_any_source_can_be_read_and_offsets_slice_back(source: str) -> None:
    article = read_html(source, "en")
    assert len(article.frame) == len(article.blocks) + 1
    assert all(article.text[s.start : s.end] == s.text for s in article.sentences)
