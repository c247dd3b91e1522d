"""Translation memory: TMX 1.4b (LISA OSCAR, 2005), which every CAT tool reads.

A row with sentences in at least two versions is one translation unit with a variant for each of them. Rows
with one version only have nothing to remember and are left out, as are code and rules. The text is plain:
runs of white space are one space, and characters that XML 1.0 forbids are U+FFFD. Nothing in the file
depends on the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from lxml import etree

from service.render.column import Column, columns
from service.render.text import decimal, xml_text
from service.render.tool import TOOL, tool_version
from service.tmx import TIME, XML_LANG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alignment.beads import Row
    from service.result import Aligned

SIGNATURE: Final = "x-triptych-signature"  # the type of the property that holds it


def render_tmx(aligned: Aligned, *, created: datetime | None = None) -> bytes:
    """Return the rows as a UTF-8 TMX document; `created`, an aware time, is written only when handed in."""
    root = etree.Element("tmx", version="1.4")
    source = aligned.versions[0].language if aligned.versions else None
    root.append(tmx_header(source, aligned.signature, created=created))
    etree.SubElement(root, "body").extend(tmx_units(aligned))
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def tmx_header(source: str | None, signature: str, *, created: datetime | None = None) -> etree._Element:
    """Return a TMX header; `source` is the source language, None where every variant may be it."""
    header = etree.Element(
        "header",
        {
            "creationtool": TOOL,
            "creationtoolversion": xml_text(tool_version()),
            "segtype": "sentence",
            "o-tmf": TOOL,
            "adminlang": "en",
            "srclang": source or "*all*",
            "datatype": "plaintext",
        },
    )
    if created is not None:
        header.set("creationdate", created.astimezone(UTC).strftime(TIME))
    _prop(header, SIGNATURE, signature)
    return header


def tmx_units(aligned: Aligned, prefix: str = "") -> Iterator[etree._Element]:
    """Yield the rows as translation units; `prefix` tells the ids of several articles in one file apart."""
    read = columns(aligned.versions)
    for index, row in enumerate(aligned.rows):
        present = [column for column in read if row.sentences.get(column.language)]
        if len(present) > 1:
            yield _unit(f"{prefix}row-{index + 1}", row, present)


def _unit(name: str, row: Row, present: list[Column]) -> etree._Element:
    """Return a row as a translation unit; a variant of several sentences makes it a block, not a sentence."""
    unit = etree.Element("tu", tuid=xml_text(name))
    if any(len(row.sentences[column.language]) > 1 for column in present):
        unit.set("segtype", "block")
    _prop(unit, "x-triptych-score", decimal(row.score))
    for column in present:
        indices = row.sentences[column.language]
        variant = etree.SubElement(unit, "tuv", {XML_LANG: column.language})
        _prop(variant, "x-origin", column.origin)
        score = column.score(indices)
        if score is not None:
            _prop(variant, "x-triptych-translation-score", decimal(score))
        similarity = column.similarity(indices)
        if similarity is not None:
            _prop(variant, "x-triptych-similarity", decimal(similarity))
        for flag in column.flags(indices):
            _prop(variant, "x-triptych-flag", flag)
        etree.SubElement(variant, "seg").text = xml_text(column.text(indices))
    return unit


def _prop(parent: etree._Element, kind: str, value: str) -> None:
    etree.SubElement(parent, "prop", type=kind).text = xml_text(value)
