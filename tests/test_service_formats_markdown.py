from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.article import Kind
from service.build import build, partial_marks
from service.formats.markdown import MarkdownWriter, read_markdown


def blocks(source: str) -> list[tuple[Kind, str]]:
    article = read_markdown(source, "en")
    return [(block.kind, article.text[block.start : block.end]) for block in article.blocks]


def rebuilt(source: str) -> str:
    article = read_markdown(source, "en")
    places = {(mark.sentence, mark.number): (mark.start, mark.end) for mark in partial_marks(article)}
    return build(article, "es", [sentence.text for sentence in article.sentences], places).source


DOCUMENT = """---
title: Rain
tags: [weather]
---

# *Rain* is coming

![A cloud](cloud.png)

*A cloud over the harbour*

Take a **warm coat**. See the [forecast](http://a.example/f "Today") or `run --rain`.
Wrapped line.

> A quote with *weight*.

1. First
2. Second

   - Inner

| Day | Rain |
|-----|------|
| Mon | 4 mm |

```python
print("rain")
```

---

<https://a.example/rain>

[ref]: http://a.example/ref
"""


def test_a_document_is_taken_apart_into_blocks() -> None:
    assert blocks(DOCUMENT) == [
        (Kind.HEADING, "Rain is coming"),
        (Kind.CAPTION, "A cloud over the harbour"),
        (Kind.PARAGRAPH, "Take a warm coat. See the forecast or run --rain. Wrapped line."),
        (Kind.QUOTE, "A quote with weight."),
        (Kind.LIST_ITEM, "First"),
        (Kind.LIST_ITEM, "Second"),
        (Kind.LIST_ITEM, "Inner"),
        (Kind.PARAGRAPH, "Day"),
        (Kind.PARAGRAPH, "Rain"),
        (Kind.PARAGRAPH, "Mon"),
        (Kind.PARAGRAPH, "4 mm"),
        (Kind.CODE, 'print("rain")'),
        (Kind.RULE, "---"),
        (Kind.PARAGRAPH, "https://a.example/rain"),
    ]


def test_a_version_with_the_same_sentences_is_the_same_document() -> None:
    assert rebuilt(DOCUMENT) == DOCUMENT.replace("`run --rain`.\nWrapped", "`run --rain`. Wrapped")


@pytest.mark.parametrize(
    "source",
    [
        "# Title #\n",
        "Title\n=====\n\ntext\n",
        "> - quoted *item*\n",
        "a\\\nb\n",
        "[![pic](a.png)](http://a.example) and more\n",
        "Line one\r\n\r\nLine two\r\n",
        "**bold *nested* bold**\n",
        "a ~~gone~~ b\n",
        "H<sub>2</sub>O and a<br>break\n",
        "<https://пример.рф/путь?x=1&y=2>\n",
        '[x](<a b.html> "a \\"title\\"")\n',
        "![pic](a.png)\n",
        "<div>\nraw\n</div>\n",
        "\ttabbed code\n",
        "",
        "\n\n",
    ],
)
def test_documents_survive_being_taken_apart(source: str) -> None:
    assert rebuilt(source) == source


@pytest.mark.parametrize(
    "text",
    [
        "2 * 3 * 4",
        "*not emphasis*",
        "1. not a list",
        "# not a heading",
        "- not an item",
        "a_b_c",
        "<b>not a tag</b>",
        "[not](a link)",
        "`not code`",
        "AT&amp;T",
        "\\ backslash",
        "a | b",
        "> no quote",
        "=== no rule",
    ],
)
def test_plain_text_never_turns_into_markup(text: str) -> None:
    source = MarkdownWriter().block(text, ())
    article = read_markdown(source + "\n", "en")
    assert [(block.kind, block.markup) for block in article.blocks] == [(Kind.PARAGRAPH, ())]
    assert article.text == text


@given(st.lists(st.text(alphabet="ab*_`[]()<>#>-+1.|~\\&! \n", max_size=40), max_size=4).map("\n\n".join))
def test_any_source_can_be_read_and_offsets_slice_back(source: str) -> None:
    article = read_markdown(source, "en")
    assert len(article.frame) == len(article.blocks) + 1
    assert all(article.text[s.start : s.end] == s.text for s in article.sentences)


@given(
    st.text(alphabet="ab*_`[]()<>#>-+1.|~\\&! ", min_size=1, max_size=40).filter(lambda text: text.strip())
)
def test_any_translation_reads_back_as_itself(text: str) -> None:
    words = " ".join(text.split())
    article = read_markdown("word\n", "en")
    version = build(article, "es", [words], {})
    assert " ".join(read_markdown(version.source, "es").text.split()) == words
