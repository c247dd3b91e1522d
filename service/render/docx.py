"""The side-by-side table as a Word document, made with python-docx: a table row for each row.

A column for each version, and one for what an editor should look at: findings, and what is said of a
translation. Findings and flags are in words, so that the table can be printed.
"""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Final

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt

from service.article import Kind
from service.render.text import xml_text
from service.render.view import page

if TYPE_CHECKING:
    from docx.table import _Cell, _Row

    from service.render.page import Cell, Line
    from service.result import Aligned

_REMARKS: Final = "To look at"


def render_docx(aligned: Aligned) -> bytes:
    """Return the table as a Word document; nothing in it depends on the clock."""
    shown = page(aligned)
    document = Document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    document.styles["Normal"].font.size = Pt(9)
    properties = document.core_properties
    properties.author, properties.comments = "Triptych", ""
    properties.title = xml_text(shown.title)[:255]
    document.add_heading(xml_text(shown.title), 1)
    table = document.add_table(1, len(shown.heads) + 2, style="Table Grid")
    made = ["#", *(_head(head.name, head.checkpoint) for head in shown.heads), _REMARKS]
    for cell, text in zip(table.rows[0].cells, made, strict=True):
        _write(cell, text, bold=True)
    _repeat(table.rows[0])
    for line in shown.lines:
        _add(table.add_row(), line)
    document.add_paragraph(xml_text(shown.signature)).runs[0].font.size = Pt(7)
    out = io.BytesIO()
    document.save(out)
    return _undated(out.getvalue())


def _head(name: str, checkpoint: str) -> str:
    return f"{name} (machine: {checkpoint})" if checkpoint else name


def _add(row: _Row, line: Line) -> None:
    cells = row.cells
    _write(cells[0], str(line.number) if line.number else "")
    for place, cell in zip(cells[1:], line.cells, strict=False):
        _write(place, _text(cell), bold=_is_heading(cell))
        if cell.head.direction == "rtl":
            properties = place.paragraphs[0]._p.get_or_add_pPr()
            properties.append(OxmlElement("w:bidi"))
    remarks = [f"{remark.where}: {remark.text}" if remark.where else remark.text for remark in line.remarks]
    _write(cells[-1], "\n".join(remarks))


def _text(cell: Cell) -> str:
    return "\n".join("".join(part.before + part.text for part in stretch.parts) for stretch in cell.stretches)


def _is_heading(cell: Cell) -> bool:
    return any(stretch.style == Kind.HEADING.value for stretch in cell.stretches)


def _write(cell: _Cell, text: str, *, bold: bool = False) -> None:
    run = cell.paragraphs[0].add_run(xml_text(text))
    run.bold = bold or None


def _undated(content: bytes) -> bytes:
    """Return an archive with the dates of its parts set to the earliest there is."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w") as archive:
        for name in made.namelist():
            archive.writestr(zipfile.ZipInfo(name), made.read(name), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _repeat(row: _Row) -> None:
    """Show a row at the head of every page."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
