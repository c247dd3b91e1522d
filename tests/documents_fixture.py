"""Documents of the formats that are archives or binary, small and made on the spot."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

if TYPE_CHECKING:
    from collections.abc import Sequence

_ODF = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("style", "style"),
        ("table", "table"),
        ("fo", "xsl-fo-compatible"),
    )
)

SUBTITLES = """\
1
00:00:01,000 --> 00:00:03,500
The storm came in
before anybody had tied

2
00:00:03,600 --> 00:00:05,000 X1:40 X2:600
the <i>boats</i> to the wall.

3
00:00:10,000 --> 00:00:12,000
- Was it bad?
- Worse than that.

"""


def word_document() -> bytes:
    """A Word document with a title, a list, a table, a link, bold and italic text and a running title."""
    document = docx.Document()
    document.add_heading("Rain on the harbour", 1)
    paragraph = document.add_paragraph("Rain fell ")
    paragraph.add_run("all").bold = True  # cut in two as Word does
    paragraph.add_run(" night").bold = True
    paragraph.add_run(". The boats stayed in.")
    document.add_paragraph("Tie the ropes.", style="List Bullet")
    table = document.add_table(1, 2)
    table.cell(0, 0).text = "High water"
    table.cell(0, 1).text = "Six & seven < eight"
    linked = document.add_paragraph("Read ")
    link = OxmlElement("w:hyperlink")
    relation = document.part.relate_to(
        "https://harbour.example/tides", docx.opc.constants.RELATIONSHIP_TYPE.HYPERLINK, is_external=True
    )
    link.set(qn("r:id"), relation)
    run = linked.add_run("the tides")
    link.append(run._r)
    linked._p.append(link)
    linked.add_run(" today.")
    broken = document.add_paragraph()
    broken.add_run("One line here.").italic = True
    broken.add_run().add_break()
    broken.add_run("Another line here.").italic = True
    document.sections[0].header.paragraphs[0].text = "Harbour news today"
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def open_document(body: str, *, manifest: str = "") -> bytes:
    """An OpenDocument text around the content of office:text."""
    content = (
        f'<office:document-content {_ODF} xmlns:xlink="http://www.w3.org/1999/xlink"><office:automatic-styles>'
        '<style:style style:name="T1" style:family="text">'
        '<style:text-properties fo:font-weight="bold"/></style:style>'
        '<style:style style:name="T2" style:family="text"><style:text-properties/></style:style>'
        f"</office:automatic-styles><office:body><office:text>{body}</office:text></office:body>"
        "</office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        kind = "application/vnd.oasis.opendocument.text"
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest or "<manifest/>")
        archive.writestr("Pictures/a.png", b"not looked at")
    return out.getvalue()


def pdf(pages: Sequence[Sequence[str]]) -> bytes:
    """A PDF file of pages of lines, set in Helvetica."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    objects.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    kids = []
    for lines in pages:
        shown = "\n".join(f"({line}) Tj T*" for line in lines)
        stream = f"BT /F1 11 Tf 14 TL 72 750 Td\n{shown}\nET".encode("cp1252")
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(kids))
    out = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    trailer = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(out))
    return out + head + table + trailer
