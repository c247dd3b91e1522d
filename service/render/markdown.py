"""An article of any format as Markdown, for an editor: headings, lists, quotations, emphasis and links.

Leaves out: tables are a paragraph a cell; pictures and footnotes are not shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.article import Kind, Markup
from service.formats.markdown import MarkdownWriter
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from service.article import Article, Block

_MARKS = {"strong": "**", "emphasis": "*"}


def render_markdown(article: Article) -> str:
    """Return the article's blocks as Markdown, an empty line between two."""
    writer = MarkdownWriter()
    out: list[str] = []
    before: Kind | None = None
    for block in article.blocks:
        tight = before is block.kind is Kind.LIST_ITEM
        out += [("\n" if tight else "\n\n") if out else "", _source(article, block, writer)]
        before = block.kind
    return "".join(out) + "\n" * bool(out)


def _source(article: Article, block: Block, writer: MarkdownWriter) -> str:
    text = article.text[block.start : block.end]
    if block.kind is Kind.CODE:
        return "\n".join(f"    {line}" for line in text.split("\n"))
    if block.kind is Kind.RULE:
        return "---"
    source = writer.block(text, [mark for old in block.markup if (mark := _mark(old, block, text))])
    if block.kind is Kind.HEADING:
        return f"{'#' * max(block.level, 1)} {source}"
    return {Kind.LIST_ITEM: "- ", Kind.QUOTE: "> "}.get(block.kind, "") + source


def _mark(mark: Markup, block: Block, text: str) -> Markup | None:
    """Return the Markdown of a span or a line break; None for what Markdown has no word for."""
    start, end = mark.start - block.start, mark.end - block.start
    if mark.literal is not None:
        return Markup(start, end, literal="\\\n") if text[start:end] == HARD_BREAK else None
    covered = text[start:end]  # a mark does not stand beside a space
    start, end = start + len(covered) - len(covered.lstrip()), end - len(covered) + len(covered.rstrip())
    if start >= end:
        return None
    if sign := _MARKS.get(mark.meaning):
        return Markup(start, end, sign, sign)
    address = mark.meaning.removeprefix("link:")
    if address == mark.meaning or not address or any(letter in address for letter in " \n<>()"):
        return None
    return Markup(start, end, "[", f"]({address})")
