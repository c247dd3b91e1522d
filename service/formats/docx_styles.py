"""What Word's named paragraph styles make of a paragraph: a heading, a list item, a quote, code."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from service.article import Kind
from service.formats.docx_parts import attribute

if TYPE_CHECKING:
    from service.formats.package import Package

_CODE = frozenset({"code", "source code", "html preformatted", "macro text", "preformatted text"})


class Styles:
    """What the named paragraph styles make of a paragraph."""

    def __init__(self, package: Package, part: str) -> None:
        self._styles: dict[str, etree._Element] = {}
        if part in package:
            self._styles = {
                attribute(style, "styleId"): style for style in package.xml(part).iterfind("{*}style")
            }

    def kind(self, properties: etree._Element | None) -> tuple[Kind, int]:
        """Return a paragraph's kind, and its level where it is a heading."""
        name, outline, listed = "", "", False
        seen: set[str] = set()
        while properties is not None:
            listed = listed or properties.find("{*}numPr") is not None
            level = properties.find("{*}outlineLvl")
            outline = outline or (attribute(level, "val") if level is not None else "")
            reference = properties.find("{*}basedOn" if seen else "{*}pStyle")
            identifier = attribute(reference, "val") if reference is not None else ""
            style = self._styles.get(identifier)
            if style is None or identifier in seen:
                break
            seen.add(identifier)
            title = style.find("{*}name")
            own = attribute(title, "val").lower() if title is not None else ""
            if own == "title":
                return Kind.HEADING, 1
            if own == "subtitle":
                return Kind.HEADING, 2
            if heading := re.fullmatch(r"heading ([1-9])", own):
                return Kind.HEADING, min(int(heading[1]), 6)
            name = name or own
            properties = _style_properties(style)
        if outline.isdigit() and int(outline) < 9:
            return Kind.HEADING, min(int(outline) + 1, 6)
        if listed or name.startswith("list"):
            return Kind.LIST_ITEM, 0
        if name in _CODE:
            return Kind.CODE, 0
        return {"caption": Kind.CAPTION, "quote": Kind.QUOTE, "intense quote": Kind.QUOTE}.get(
            name, Kind.PARAGRAPH
        ), 0


def _style_properties(style: etree._Element) -> etree._Element:
    """Return a style's paragraph properties with the style it is based on among them."""
    found = style.find("{*}pPr")
    properties = etree.Element("pPr") if found is None else deepcopy(found)
    based = style.find("{*}basedOn")
    if based is not None:
        properties.append(deepcopy(based))
    return properties
