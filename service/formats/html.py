"""HTML, read with lxml: a whole page or a fragment.

The tree is written out again tag by tag; the runs of text and inline elements in it become blocks, all else
frame. Scripts, styles and whatever else a browser does not show as text, and elements marked
translate="no", stay as they are.

Leaves out: attributes (alt, title) are not translated; lxml mends what is malformed, so the document that
is built may differ from the source in its tags, never in its text.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from lxml.html import HtmlElement, HTMLParser, document_fromstring, tostring

from service.article import Article, Content, Format, Kind, Markup, assemble
from service.errors import ArticleError
from service.formats.inline import InlineBuilder, write_inline
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from collections.abc import Sequence

_WHOLE_PAGE = re.compile(r"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html)\b", re.IGNORECASE | re.DOTALL)
_INLINE = frozenset(
    "a abbr acronym b bdi bdo big br cite code data del dfn em font i img ins kbd label mark q rp rt ruby s "
    "samp small span strike strong sub sup time tt u var wbr".split()
)
_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
_COPIED = frozenset(
    "script style noscript template textarea select svg math object iframe canvas audio video head".split()
)
_SHOWN_ATOMS = frozenset("code kbd samp var tt".split())
_ATOMS = _SHOWN_ATOMS | {"img", "wbr"}
_KINDS = {
    "li": Kind.LIST_ITEM,
    "blockquote": Kind.QUOTE,
    "figcaption": Kind.CAPTION,
    "caption": Kind.CAPTION,
    "td": Kind.PARAGRAPH,
    "th": Kind.PARAGRAPH,
}
_SPACE = re.compile(r"[ \t\r\n\f]+")
_DEEPEST = 200  # libxml2 itself stops at 256 levels and drops the rest


def read_html(source: str, language: str) -> Article:
    """Read an HTML page or fragment; raise ArticleError for one nested deeper than 200 levels."""
    reader = _Reader()
    parser = HTMLParser(encoding="utf-8", huge_tree=True)
    if _WHOLE_PAGE.match(source):
        root = document_fromstring(source.encode(), parser=parser)
        doctype = str(root.getroottree().docinfo.doctype)  # type: ignore[attr-defined]  # the stubs lack it
        reader.literal(f"{doctype}\n" if doctype else "")
        reader.element(root, Kind.PARAGRAPH, 0)
    elif source.strip():
        body = document_fromstring(f"<div>{source}</div>".encode(), parser=parser)[0]
        wrapper = body[0]
        nodes = list(wrapper) + list(body)[1:]
        text = wrapper.text or ""
        if nodes and len(wrapper):  # a stray </div> in the source closed ours: what follows is its tail
            wrapper[-1].tail = (wrapper[-1].tail or "") + (wrapper.tail or "")
        else:
            text += wrapper.tail or ""
        reader.children(text, nodes, Kind.PARAGRAPH, 0, 0)
    else:
        reader.literal(source)
    return assemble(language, Format.HTML, source, reader.contents, reader.frame)


class HtmlWriter:
    """Writes blocks as HTML."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the inline source of a block; a hard break is an atom of the markup, the rest is escaped."""
        return write_inline(text, markup, lambda plain: html.escape(plain, quote=False))


class _Reader:
    """Walks a tree in document order and writes it down as blocks and frame."""

    def __init__(self) -> None:
        self.contents: list[Content] = []
        self.frame: list[str] = [""]

    def literal(self, source: str) -> None:
        self.frame[-1] += source

    def block(self, content: Content) -> None:
        self.contents.append(content)
        self.frame.append("")

    def element(self, node: HtmlElement, kind: Kind, depth: int, level: int = 0) -> None:
        """Write an element that is no part of a run of text."""
        if depth > _DEEPEST:
            raise ArticleError(
                f"the HTML is nested more than {_DEEPEST} elements deep; send the article's own text"
            )
        tag = node.tag
        if tag == "pre":
            text = node.text_content().strip("\n")
            self.block(Content(Kind.CODE, text, literal=_source(node)))
        elif tag == "hr":
            self.block(Content(Kind.RULE, "---", literal=_source(node)))
        elif tag == "head":
            self.literal(_open_tag(node))
            self.literal(node.text or "")
            for child in node:
                if child.tag == "title":
                    self.element(child, Kind.HEADING, depth + 1, 1)
                else:
                    self.literal(_source(child))
                self.literal(child.tail or "")
            self.literal("</head>")
        elif _is_copied(node):
            self.literal(_source(node))
        else:
            own_kind, own_level = _kind(tag, kind, level)
            self.literal(_open_tag(node))
            self.children(node.text or "", list(node), own_kind, own_level, depth)
            if tag not in _VOID:
                self.literal(f"</{tag}>")

    def children(self, text: str, nodes: Sequence[HtmlElement], kind: Kind, level: int, depth: int) -> None:
        """Write the inside of an element: runs of inline nodes become blocks."""
        run = _Run()
        run.text(text)
        for node in nodes:
            if _is_inline(node):
                run.inline(node)
            else:
                self._flush(run, kind, level)
                run = _Run()
                self.element(node, kind, depth + 1, level)
            run.text(node.tail or "")
        self._flush(run, kind, level)

    def _flush(self, run: _Run, kind: Kind, level: int) -> None:
        text, markup = run.builder.finish()
        self.literal(run.leading)
        if text.strip():
            self.block(Content(kind, text, level, markup))
        else:
            self.literal(write_inline(text, markup, html.escape))
        self.literal(run.trailing if text or markup else "")


class _Run:
    """A run of text and inline elements, white space collapsed as a browser does."""

    def __init__(self) -> None:
        self.builder = InlineBuilder()
        self.leading = ""
        self.trailing = ""
        self._after_space = True

    def text(self, text: str) -> None:
        collapsed = _SPACE.sub(" ", text)
        if self._after_space:
            collapsed = collapsed.removeprefix(" ")
        if not collapsed:
            if self.builder.empty:
                self.leading += text
            else:
                self.trailing += text
            return
        if self.builder.empty:
            self.leading += text[: len(text) - len(text.lstrip(" \t\r\n\f"))]
        self.trailing = text[len(text.rstrip(" \t\r\n\f")) :]
        self._after_space = collapsed.endswith(" ")
        self.builder.text(collapsed)

    def inline(self, node: HtmlElement) -> None:
        self.trailing = ""
        if node.tag == "br":
            self.builder.atom("<br>", HARD_BREAK)
            self._after_space = True
        elif not isinstance(node.tag, str) or _is_copied(node) or node.tag in _ATOMS:
            shown = _SPACE.sub(" ", node.text_content()).strip() if node.tag in _SHOWN_ATOMS else ""
            self.builder.atom(_source(node), shown)
            self._after_space = self._after_space and not shown and node.tag != "img"
        else:
            self.builder.open(_open_tag(node))
            self.text(node.text or "")
            for child in node:
                self.inline(child)
                self.text(child.tail or "")
            self.builder.close(f"</{node.tag}>")


def _kind(tag: str, outer: Kind, level: int) -> tuple[Kind, int]:
    if re.fullmatch(r"h[1-6]", tag):
        return Kind.HEADING, int(tag[1])
    if tag in _KINDS:
        return _KINDS[tag], 0
    return outer, level


def _is_inline(node: HtmlElement) -> bool:
    """Whether a node is part of a run of text; a link round whole paragraphs is not."""
    if not isinstance(node.tag, str) or node.tag in _ATOMS:
        return True
    return node.tag in _INLINE and all(_is_inline(child) or _is_copied(child) for child in node)


def _is_copied(node: HtmlElement) -> bool:
    return not isinstance(node.tag, str) or node.tag in _COPIED or node.get("translate") == "no"


def _open_tag(node: HtmlElement) -> str:
    attributes = "".join(f' {name}="{html.escape(value)}"' for name, value in node.attrib.items())
    return f"<{node.tag}{attributes}>"


def _source(node: HtmlElement) -> str:
    return str(tostring(node, encoding="unicode", with_tail=False))
