"""Word documents (Office Open XML, ECMA-376), read with lxml part by part.

Paragraphs of the body, its tables, footnotes, headers and footers are blocks; styles, numbering, pictures
and page layout are frame. Word cuts a paragraph into runs that differ in nothing a reader sees: neighbours
of the same look are one here, and what most of a paragraph looks like is the look of the whole. A hyperlink,
and a run of another look, is a span.

Leaves out: text boxes, charts, comments and document properties are not translated; tracked changes are taken
as accepted in a translation.
"""

from __future__ import annotations

from lxml import etree

from service.article import Article, Content, Format, assemble
from service.formats.docx_paragraph import Paragraph
from service.formats.docx_parts import paragraphs, relations, styles_part, text_parts
from service.formats.docx_styles import Styles
from service.formats.package import PART_BREAK, Package, joined, local, part_bytes, punched, tidy


def read_docx(content: bytes, language: str, name: str) -> Article:
    """Read a Word document; raise ArticleError for one that is damaged, encrypted or unpacks to too much."""
    package = Package(content, name, "docx")
    names = text_parts(package, name)
    styles = Styles(package, styles_part(names[0]))
    contents: list[Content] = []
    frames: list[list[str]] = []
    sources: list[str] = []
    for part in names:
        root = package.xml(part)
        sources.append(etree.tostring(root, encoding="unicode"))
        links = {key: target for key, (_, target) in relations(package, part).items()}
        found = []
        for paragraph in paragraphs(root):
            read = Paragraph(paragraph, styles, links).content()
            if read is not None:
                found.append((paragraph, *read))
        contents += [content for _, content, _ in found]
        frames.append(punched(root, found))
    return assemble(language, Format.DOCX, PART_BREAK.join(sources), contents, joined(frames), content)


def pack_docx(article: Article, label: str = "") -> bytes:
    """Return a translated article as a Word document; `label` is a last paragraph where it is not empty."""
    package = Package(article.package, "the docx file", "docx")
    names = text_parts(package, "the docx file")
    parts = {}
    for part, source in zip(names, article.source.split(PART_BREAK), strict=True):
        root = tidy(source)
        if label and part == names[0]:
            _add_label(root, label)
        parts[part] = part_bytes(root)
    styles = styles_part(names[0])
    if styles in package:
        root = package.xml(styles)
        for default in root.iterfind("{*}docDefaults//{*}lang"):
            default.set(etree.QName(etree.QName(default).namespace, "val"), article.language)
        parts[styles] = part_bytes(root)
    return package.replaced(parts)


def _add_label(root: etree._Element, label: str) -> None:
    body = root[0]
    namespace = etree.QName(body).namespace
    paragraph = etree.Element(f"{{{namespace}}}p")
    run = etree.SubElement(paragraph, f"{{{namespace}}}r")
    etree.SubElement(run, f"{{{namespace}}}t").text = label
    last = len(body) - 1 if len(body) and local(body[-1]) == "sectPr" else len(body)
    body.insert(last, paragraph)
