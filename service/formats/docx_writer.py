"""Blocks as a Word document's runs."""

from __future__ import annotations

import html
from copy import deepcopy
from typing import TYPE_CHECKING

from lxml import etree

from service.formats.docx_parts import MAIN
from service.formats.docx_runs import RUN
from service.formats.inline import write_inline
from service.formats.package import fragment, local, tags
from service.render.text import xml_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from service.article import Markup


class DocxWriter:
    """Writes blocks as runs."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the runs of a paragraph."""
        nested = write_inline(xml_text(text), markup, lambda plain: html.escape(plain, quote=False))
        root = etree.fromstring(f'<x:block xmlns:x="{RUN}">{nested}</x:block>'.encode())
        return "".join(_runs(root, None))


def _runs(node: etree._Element, look: etree._Element | None) -> Iterator[str]:
    """Yield the runs of nested markup one after the other."""
    yield from _run(node.text, look)
    for child in node:
        if etree.QName(child).namespace == RUN:
            if local(child) == "run":
                properties = child[0]
                inner = properties[0] if len(properties) else None
                yield from _run(properties.tail, inner)
                child.remove(properties)
                yield from _runs(child, inner)
            else:
                yield from _runs(child, look)
        elif local(child) == "hyperlink":
            opening, closing = tags(child)
            yield opening
            yield from _runs(child, look)
            yield closing
        else:
            yield fragment(child)
        yield from _run(child.tail, look)


def _run(text: str | None, look: etree._Element | None) -> Iterator[str]:
    if not text:
        return
    namespace = MAIN if look is None else str(etree.QName(look).namespace)
    run = etree.Element(f"{{{namespace}}}r", nsmap={"w": namespace})
    if look is not None:
        run.append(deepcopy(look))
    held = etree.SubElement(
        run, f"{{{namespace}}}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
    )
    held.text = text
    yield fragment(run)
