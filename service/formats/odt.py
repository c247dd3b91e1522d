"""OpenDocument texts (ISO/IEC 26300), read with lxml part by part.

Paragraphs and headings of the body, its tables and lists, and those of headers and footers are blocks; all
else is frame. Spans and links are markup; a span whose style shows nothing (an editor's revision number) is
none.

Leaves out: footnotes, comments, text boxes and document properties are not translated.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from lxml import etree

from service.article import Article, Content, Format, Kind, Markup, assemble
from service.errors import ArticleError
from service.formats.inline import InlineBuilder, write_inline
from service.formats.package import (
    PART_BREAK,
    Package,
    fragment,
    joined,
    local,
    part_bytes,
    punched,
    tags,
    tidy,
)
from service.render.text import xml_text
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_HREF = "{http://www.w3.org/1999/xlink}href"
_PARTS = ("content.xml", "styles.xml")
_SHOWN_FIELDS = frozenset(
    "page-number page-count date time author-name title subject chapter sequence bookmark-ref reference-ref "
    "sequence-ref file-name".split()
)
_SPACE = re.compile(r"[ \t\r\n]+")
_KINDS = {
    "Title": (Kind.HEADING, 1),
    "Subtitle": (Kind.HEADING, 2),
    "Quotations": (Kind.QUOTE, 0),
    "Caption": (Kind.CAPTION, 0),
    "Illustration": (Kind.CAPTION, 0),
    "Figure": (Kind.CAPTION, 0),
    "Table": (Kind.CAPTION, 0),
    "Preformatted_20_Text": (Kind.CODE, 0),
}


def read_odt(content: bytes, language: str, name: str) -> Article:
    """Read an OpenDocument text; raise ArticleError for a damaged, encrypted or too large one."""
    package = Package(content, name, "odt")
    if "META-INF/manifest.xml" in package:
        manifest = package.xml("META-INF/manifest.xml")
        if manifest.find(".//{*}encryption-data") is not None:
            raise ArticleError(f"{name} is encrypted; save it without a password.")
    contents: list[Content] = []
    frames: list[list[str]] = []
    sources: list[str] = []
    for part in _text_parts(package):
        root = package.xml(part)
        if part == _PARTS[0] and root.find("{*}body/{*}text") is None:
            raise ArticleError(f"{name} is no text document (odt).")
        sources.append(etree.tostring(root, encoding="unicode"))
        styles = _Styles(root)
        found = []
        for paragraph, outer in _paragraphs(root, Kind.PARAGRAPH):
            read = _content(paragraph, outer, styles)
            if read is not None:
                found.append((paragraph, read, 0))
        contents += [content for _, content, _ in found]
        frames.append(punched(root, found))
    return assemble(language, Format.ODT, PART_BREAK.join(sources), contents, joined(frames), content)


def pack_odt(article: Article, label: str = "") -> bytes:
    """Return a translated article as a document; `label` is a last paragraph where it is not empty."""
    package = Package(article.package, "the odt file", "odt")
    parts = {}
    for part, source in zip(_text_parts(package), article.source.split(PART_BREAK), strict=True):
        root = tidy(source)
        body = root.find("{*}body/{*}text")
        if label and body is not None:
            etree.SubElement(body, f"{{{_TEXT}}}p").text = label
        parts[part] = part_bytes(root)
    return package.replaced(parts)


class OdtWriter:
    """Writes blocks as the inside of a paragraph."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return a paragraph's content; white space that an editor would collapse is spelt out."""
        return write_inline(xml_text(text), markup, _escaped)


def _escaped(text: str) -> str:
    def spelt(spaces: re.Match[str]) -> str:
        return f' <text:s xmlns:text="{_TEXT}" text:c="{len(spaces.group()) - 1}"/>'

    return re.sub(r" {2,}", spelt, html.escape(text, quote=False))


def _text_parts(package: Package) -> list[str]:
    return [_PARTS[0], *(part for part in _PARTS[1:] if part in package)]


class _Styles:
    """The automatic styles of a part."""

    def __init__(self, root: etree._Element) -> None:
        self._styles = {
            _attribute(style, "name"): style for style in root.iterfind("{*}automatic-styles/{*}style")
        }

    def named(self, style: str) -> str:
        """Return the style of the editor's list that a paragraph has, directly or by an automatic one."""
        found = self._styles.get(style)
        return style if found is None else _attribute(found, "parent-style-name")

    def shows(self, style: str) -> bool:
        """Whether a span's style changes how its text looks."""
        found = self._styles.get(style)
        if found is None or _attribute(found, "parent-style-name"):
            return True
        properties = [
            etree.QName(key).localname for child in found for key in child.attrib if isinstance(key, str)
        ]
        return any(name not in ("rsid", "paragraph-rsid", "language", "country") for name in properties)

    def meaning(self, style: str) -> str:
        """Return "strong" or "emphasis" for a span of such a style."""
        if style in ("Strong_20_Emphasis", "Emphasis"):
            return "strong" if style.startswith("Strong") else "emphasis"
        found = self._styles.get(style)
        for child in () if found is None else found:
            if _attribute(child, "font-weight") == "bold":
                return "strong"
            if _attribute(child, "font-style") == "italic":
                return "emphasis"
        return ""


def _paragraphs(node: etree._Element, kind: Kind) -> Iterator[tuple[etree._Element, Kind]]:
    """Yield the paragraphs that stand in no other paragraph, and what they stand in."""
    for child in node:
        name = local(child)
        if name in ("tracked-changes", "annotation", "scripts", "forms"):
            continue
        if name in ("p", "h") and etree.QName(child).namespace == _TEXT:
            yield child, kind
        else:
            yield from _paragraphs(child, Kind.LIST_ITEM if name in ("list-item", "list-header") else kind)


def _content(paragraph: etree._Element, outer: Kind, styles: _Styles) -> Content | None:
    if local(paragraph) == "h":
        level = _attribute(paragraph, "outline-level")
        kind, depth = Kind.HEADING, min(int(level), 6) if level.isdigit() and int(level) else 1
    else:
        style = styles.named(_attribute(paragraph, "style-name"))
        kind, depth = _KINDS.get(style, (outer, 0))
    reader = _Inline(styles)
    reader.children(paragraph)
    text, markup = reader.builder.finish()
    if not text.strip():
        return None
    if kind is Kind.CODE:
        literal = html.escape(paragraph.text or "", quote=False)
        literal += "".join(
            fragment(child) + html.escape(child.tail or "", quote=False) for child in paragraph
        )
        return Content(kind, text, literal=literal)
    return Content(kind, text, depth, markup)


class _Inline:
    """Reads the inside of a paragraph."""

    def __init__(self, styles: _Styles) -> None:
        self.builder = InlineBuilder()
        self._styles = styles
        self._after_space = True

    def children(self, node: etree._Element) -> None:
        """Read what a node holds."""
        self._text(node.text)
        for child in node:
            self._node(child)
            self._text(child.tail)

    def _text(self, text: str | None) -> None:
        collapsed = _SPACE.sub(" ", text or "")
        if self._after_space:
            collapsed = collapsed.removeprefix(" ")
        if collapsed:
            self._after_space = collapsed.endswith(" ")
            self.builder.text(collapsed)

    def _node(self, node: etree._Element) -> None:
        name = local(node)
        if name == "s":
            count = _attribute(node, "c")
            self.builder.text(" " * (min(int(count), 100) if count.isdigit() else 1))
            self._after_space = False
        elif name == "line-break":
            self.builder.atom(fragment(node), HARD_BREAK)
            self._after_space = True
        elif name == "tab":
            self.builder.atom(fragment(node))
            self._text(" ")
        elif name == "soft-page-break":
            return
        elif name == "span" and not self._styles.shows(_attribute(node, "style-name")):
            self.children(node)
        elif name in ("span", "a", "meta"):
            opening, closing = tags(node)
            meaning = self._styles.meaning(_attribute(node, "style-name"))
            self.builder.open(opening, f"link:{node.get(_HREF, '')}" if name == "a" else meaning)
            self.children(node)
            self.builder.close(closing)
        else:
            shown = "".join(map(str, node.itertext())) if name in _SHOWN_FIELDS else ""
            self.builder.atom(fragment(node), shown)
            self._after_space = self._after_space and not shown


def _attribute(node: etree._Element, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if etree.QName(key).localname == name), "")
