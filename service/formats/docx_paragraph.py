"""One paragraph of a Word document: its runs, hyperlinks and fields as text and markup."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from service.article import Content, Kind
from service.formats.docx_parts import attribute
from service.formats.docx_runs import DROPPED, alone, look_of, meaning, open_run, shown, usual_look
from service.formats.inline import InlineBuilder
from service.formats.package import fragment, local, tags
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lxml import etree

    from service.formats.docx_styles import Styles

_UNWRAPPED = frozenset("ins moveTo smartTag sdt sdtContent bdo dir customXml".split())


class Paragraph:
    """One paragraph: its runs as text and markup."""

    def __init__(self, paragraph: etree._Element, styles: Styles, links: Mapping[str, str]) -> None:
        self._node = paragraph
        self._styles = styles
        self._links = links
        self._builder = InlineBuilder()
        self._ends_in_space = True
        self._look = self._base = ""

    def content(self) -> tuple[Content, int] | None:
        """Return what it says and how many of its children are no part of that; None where it has no text."""
        kept = 1 if len(self._node) and local(self._node[0]) == "pPr" else 0
        nodes = list(self._node)[kept:]
        kind, level = self._styles.kind(self._node[0] if kept else None)
        text = "".join(map(shown, nodes))
        if not text.strip():
            return None
        if kind is Kind.CODE:
            return Content(kind, text, literal="".join(map(fragment, nodes))), kept
        self._base = self._look = usual_look(nodes)
        if self._base:
            self._builder.open(open_run(self._base))
        self._nodes(nodes)
        self._switch(self._base)
        if self._base:
            self._builder.close("</x:run>")
        text, markup = self._builder.finish()
        return (Content(kind, text, level, markup), kept) if text.strip() else None

    def _nodes(self, nodes: Sequence[etree._Element]) -> None:
        ends = _field_ends(nodes)
        position = 0
        while position < len(nodes):
            if position in ends:
                self._field(nodes[position : ends[position] + 1])
                position = ends[position]
            else:
                self._inline(nodes[position])
            position += 1

    def _inline(self, node: etree._Element) -> None:
        name = local(node)
        if name in DROPPED:
            return
        if name == "r":
            self._run(node)
        elif name in _UNWRAPPED:
            self._nodes([child for child in node if not local(child).endswith("Pr")])
        elif name == "hyperlink":
            self._switch(self._base)
            opening, closing = tags(node)
            address = next((value for key, value in node.attrib.items() if str(key).endswith("}id")), "")
            self._builder.open(opening, f"link:{self._links.get(str(address), '')}")
            self._nodes(list(node))
            self._switch(self._base)
            self._builder.close(closing)
        elif name == "fldSimple":
            self._atom(fragment(node), shown(node))
        else:
            self._builder.atom(fragment(node))

    def _run(self, run: etree._Element) -> None:
        look = look_of(run)
        for child in run:
            name = local(child)
            if name == "t":
                self._text(child.text or "", look)
            elif name == "noBreakHyphen":
                self._text("\u2011", look)
            elif name == "rPr" or name in DROPPED:
                continue
            elif name in ("br", "cr") and not any(
                str(value) in ("page", "column") for value in child.attrib.values()
            ):
                self._atom(alone(run, child), HARD_BREAK)
                self._ends_in_space = True
            elif name == "tab":
                self._builder.atom(alone(run, child))
                self._text(" ", look)
            else:
                self._builder.atom(alone(run, child))

    def _text(self, text: str, look: str) -> None:
        if self._ends_in_space and text.startswith(" ") and not text.strip():
            return
        if text.strip():
            self._switch(look)
        self._builder.text(text)
        self._ends_in_space = text.endswith(" ") if text else self._ends_in_space

    def _atom(self, literal: str, text: str) -> None:
        self._builder.atom(literal, text)
        self._ends_in_space = False

    def _switch(self, look: str) -> None:
        """Close the span of the look before, open that of the next."""
        if look == self._look:
            return
        if self._look != self._base:
            self._builder.close("</x:run>")
        if look != self._base:
            self._builder.open(open_run(look), meaning(look, self._base))
        self._look = look

    def _field(self, nodes: Sequence[etree._Element]) -> None:
        """Take a field: a hyperlink is a span, any other is copied with what it shows."""
        code = "".join(text.text or "" for node in nodes for text in node.iterfind(".//{*}instrText"))
        link = re.match(r'\s*HYPERLINK\s+"([^"]*)"', code)
        split = next((n for n, node in enumerate(nodes) if _is_field_mark(node, "separate")), None)
        if link is None or split is None:
            text = "" if split is None else "".join(map(shown, nodes[split + 1 :]))
            self._atom("".join(map(fragment, nodes)), text)
            return
        self._switch(self._base)
        self._builder.open("".join(map(fragment, nodes[: split + 1])), f"link:{link[1]}")
        self._nodes(nodes[split + 1 : -1])
        self._switch(self._base)
        self._builder.close(fragment(nodes[-1]))


def _is_field_mark(node: etree._Element, kind: str) -> bool:
    return local(node) == "r" and any(
        attribute(mark, "fldCharType") == kind for mark in node.iterfind("{*}fldChar")
    )


def _field_ends(nodes: Sequence[etree._Element]) -> dict[int, int]:
    """Return where the fields begin and end that lie among these nodes whole, inner ones included."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    for position, node in enumerate(nodes):
        if _is_field_mark(node, "begin"):
            begun.append(position)
        if _is_field_mark(node, "end") and begun:
            ends[begun.pop()] = position
    return ends
