"""Word documents (Office Open XML, ECMA-376), read with lxml part by part.

Paragraphs of the body, its tables, footnotes, headers and footers are blocks; styles, numbering, pictures
and page layout are frame. Word cuts a paragraph into runs that differ in nothing a reader sees: neighbours
of the same look are one here, and what most of a paragraph looks like is the look of the whole. A hyperlink,
and a run of another look, is a span.

Leaves out: text boxes, charts, comments and document properties are not translated; tracked changes are taken
as accepted in a translation.
"""

from __future__ import annotations

import html
import posixpath
import re
from collections import Counter
from copy import deepcopy
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
    like,
    local,
    part_bytes,
    punched,
    tags,
    tidy,
)
from service.render.text import xml_text
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_X = "urn:triptych:run"  # a run of another look, nested as the writer needs it; flattened again below
_DROPPED = frozenset("proofErr lastRenderedPageBreak del moveFrom softHyphen".split())
_UNWRAPPED = frozenset("ins moveTo smartTag sdt sdtContent bdo dir customXml".split())
_NOT_LOOK = frozenset("lang noProof rPrChange".split())
_TEXT_PARTS = ("footnotes", "endnotes", "header", "footer")
_MOST_PROPERTIES = 50  # Word knows about forty; each atom of a run gets a copy of them
_CODE = frozenset({"code", "source code", "html preformatted", "macro text", "preformatted text"})


def read_docx(content: bytes, language: str, name: str) -> Article:
    """Read a Word document; raise ArticleError for one that is damaged, encrypted or unpacks to too much."""
    package = Package(content, name, "docx")
    names = _text_parts(package, name)
    styles = _Styles(package, posixpath.join(posixpath.dirname(names[0]), "styles.xml"))
    contents: list[Content] = []
    frames: list[list[str]] = []
    sources: list[str] = []
    for part in names:
        root = package.xml(part)
        sources.append(etree.tostring(root, encoding="unicode"))
        links = {key: target for key, (_, target) in _relations(package, part).items()}
        found = []
        for paragraph in _paragraphs(root):
            read = _Paragraph(paragraph, styles, links).content()
            if read is not None:
                found.append((paragraph, *read))
        contents += [content for _, content, _ in found]
        frames.append(punched(root, found))
    return assemble(language, Format.DOCX, PART_BREAK.join(sources), contents, joined(frames), content)


def pack_docx(article: Article, label: str = "") -> bytes:
    """Return a translated article as a Word document; `label` is a last paragraph where it is not empty."""
    package = Package(article.package, "the docx file", "docx")
    names = _text_parts(package, "the docx file")
    parts = {}
    for part, source in zip(names, article.source.split(PART_BREAK), strict=True):
        root = tidy(source)
        if label and part == names[0]:
            _add_label(root, label)
        parts[part] = part_bytes(root)
    styles = posixpath.join(posixpath.dirname(names[0]), "styles.xml")
    if styles in package:
        root = package.xml(styles)
        for default in root.iterfind("{*}docDefaults//{*}lang"):
            default.set(etree.QName(etree.QName(default).namespace, "val"), article.language)
        parts[styles] = part_bytes(root)
    return package.replaced(parts)


class DocxWriter:
    """Writes blocks as runs."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the runs of a paragraph."""
        nested = write_inline(xml_text(text), markup, lambda plain: html.escape(plain, quote=False))
        root = etree.fromstring(f'<x:block xmlns:x="{_X}">{nested}</x:block>'.encode())
        return "".join(_runs(root, None))


def _runs(node: etree._Element, look: etree._Element | None) -> Iterator[str]:
    """Yield the runs of nested markup one after the other."""
    yield from _run(node.text, look)
    for child in node:
        if etree.QName(child).namespace == _X:
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
    namespace = _W if look is None else str(etree.QName(look).namespace)
    run = etree.Element(f"{{{namespace}}}r", nsmap={"w": namespace})
    if look is not None:
        run.append(deepcopy(look))
    held = etree.SubElement(
        run, f"{{{namespace}}}t", {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
    )
    held.text = text
    yield fragment(run)


class _Paragraph:
    """One paragraph: its runs as text and markup."""

    def __init__(self, paragraph: etree._Element, styles: _Styles, links: Mapping[str, str]) -> None:
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
        shown = "".join(_shown(node) for node in nodes)
        if not shown.strip():
            return None
        if kind is Kind.CODE:
            return Content(kind, shown, literal="".join(map(fragment, nodes))), kept
        self._base = self._look = _most(nodes)
        if self._base:
            self._builder.open(_open_run(self._base))
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
        if name in _DROPPED:
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
            self._atom(fragment(node), _shown(node))
        else:
            self._builder.atom(fragment(node))

    def _run(self, run: etree._Element) -> None:
        look = _look(run)
        for child in run:
            name = local(child)
            if name == "t":
                self._text(child.text or "", look)
            elif name == "noBreakHyphen":
                self._text("\u2011", look)
            elif name == "rPr" or name in _DROPPED:
                continue
            elif name in ("br", "cr") and not any(
                str(value) in ("page", "column") for value in child.attrib.values()
            ):
                self._atom(_alone(run, child), HARD_BREAK)
                self._ends_in_space = True
            elif name == "tab":
                self._builder.atom(_alone(run, child))
                self._text(" ", look)
            else:
                self._builder.atom(_alone(run, child))

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
            self._builder.open(_open_run(look), _meaning(look, self._base))
        self._look = look

    def _field(self, nodes: Sequence[etree._Element]) -> None:
        """Take a field: a hyperlink is a span, any other is copied with what it shows."""
        code = "".join(text.text or "" for node in nodes for text in node.iterfind(".//{*}instrText"))
        link = re.match(r'\s*HYPERLINK\s+"([^"]*)"', code)
        split = next((n for n, node in enumerate(nodes) if _field_mark(node, "separate")), None)
        if link is None or split is None:
            shown = "" if split is None else "".join(_shown(node) for node in nodes[split + 1 :])
            self._atom("".join(map(fragment, nodes)), shown)
            return
        self._switch(self._base)
        self._builder.open("".join(map(fragment, nodes[: split + 1])), f"link:{link[1]}")
        self._nodes(nodes[split + 1 : -1])
        self._switch(self._base)
        self._builder.close(fragment(nodes[-1]))


class _Styles:
    """What the named paragraph styles make of a paragraph."""

    def __init__(self, package: Package, part: str) -> None:
        self._styles: dict[str, etree._Element] = {}
        if part in package:
            self._styles = {
                _value(style, "styleId"): style for style in package.xml(part).iterfind("{*}style")
            }

    def kind(self, properties: etree._Element | None) -> tuple[Kind, int]:
        """Return a paragraph's kind, and its level where it is a heading."""
        name, outline, listed = "", "", False
        seen: set[str] = set()
        while properties is not None:
            listed = listed or properties.find("{*}numPr") is not None
            level = properties.find("{*}outlineLvl")
            outline = outline or (_value(level, "val") if level is not None else "")
            reference = properties.find("{*}basedOn" if seen else "{*}pStyle")
            identifier = _value(reference, "val") if reference is not None else ""
            style = self._styles.get(identifier)
            if style is None or identifier in seen:
                break
            seen.add(identifier)
            title = style.find("{*}name")
            own = _value(title, "val").lower() if title is not None else ""
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


def _paragraphs(node: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs that stand in no other paragraph, in order."""
    for child in node:
        if local(child) == "p" and etree.QName(child).namespace in (_W, _STRICT):
            yield child
        else:
            yield from _paragraphs(child)


def _text_parts(package: Package, name: str) -> list[str]:
    """Return the names of the parts that hold text, the body first."""
    main = next(
        (
            target.lstrip("/")
            for kind, target in _relations(package, "").values()
            if kind.endswith("/officeDocument")
        ),
        "",
    )
    if main not in package:
        raise ArticleError(f"{name} is no docx file: it has no main document.")
    folder = posixpath.dirname(main)
    found = [
        (
            _TEXT_PARTS.index(kind.rsplit("/", 1)[1]),
            posixpath.normpath(posixpath.join("/", folder, target))[1:],
        )
        for kind, target in _relations(package, main).values()
        if kind.rsplit("/", 1)[-1] in _TEXT_PARTS
    ]
    return [main, *(part for _, part in sorted(set(found)) if part in package)]


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return a part's relations by id: kind and target."""
    folder, name = posixpath.split(part)
    relations = posixpath.join(folder, "_rels", f"{name}.rels")
    if relations not in package:
        return {}
    return {
        str(item.get("Id")): (str(item.get("Type")), str(item.get("Target")))
        for item in package.xml(relations)
    }


def _field_mark(node: etree._Element, kind: str) -> bool:
    return local(node) == "r" and any(
        _value(mark, "fldCharType") == kind for mark in node.iterfind("{*}fldChar")
    )


def _field_ends(nodes: Sequence[etree._Element]) -> dict[int, int]:
    """Return where the fields begin and end that lie among these nodes whole, inner ones included."""
    ends: dict[int, int] = {}
    begun: list[int] = []
    for position, node in enumerate(nodes):
        if _field_mark(node, "begin"):
            begun.append(position)
        if _field_mark(node, "end") and begun:
            ends[begun.pop()] = position
    return ends


def _shown(node: etree._Element) -> str:
    """Return the text that a node shows."""
    if local(node) in _DROPPED:
        return ""
    if local(node) == "t":
        return node.text or ""
    if local(node) in ("drawing", "pict", "object", "AlternateContent"):
        return ""
    return "".join(_shown(child) for child in node)


def _most(nodes: Sequence[etree._Element]) -> str:
    """Return the look that most of a paragraph's text has."""
    looks: Counter[str] = Counter()
    for node in nodes:
        for run in node.iter("{*}r"):
            looks[_look(run)] += len(_shown(run))
    return looks.most_common(1)[0][0] if looks else ""


def _look(run: etree._Element) -> str:
    """Return a run's properties as XML, without those that show nothing; "" for none."""
    properties = run.find("{*}rPr")
    if properties is None:
        return ""
    look = deepcopy(properties)
    for child in list(look):
        if local(child) in _NOT_LOOK:
            look.remove(child)
    return fragment(look) if len(look) else ""


def _open_run(look: str) -> str:
    return f'<x:run xmlns:x="{_X}"><x:look>{look}</x:look>'


def _meaning(look: str, base: str) -> str:
    for pattern, meaning in ((r"<w:b(?: [^>]*)?/>", "strong"), (r"<w:i(?: [^>]*)?/>", "emphasis")):
        if re.search(pattern, look) and not re.search(pattern, base):
            return meaning
    return ""


def _alone(run: etree._Element, child: etree._Element) -> str:
    """Return a run with only one of its children."""
    copy = like(run)
    properties = run.find("{*}rPr")
    if properties is not None and len(properties) <= _MOST_PROPERTIES:
        copy.append(deepcopy(properties))
    copy.append(deepcopy(child))
    return fragment(copy)


def _add_label(root: etree._Element, label: str) -> None:
    body = root[0]
    namespace = etree.QName(body).namespace
    paragraph = etree.Element(f"{{{namespace}}}p")
    run = etree.SubElement(paragraph, f"{{{namespace}}}r")
    etree.SubElement(run, f"{{{namespace}}}t").text = label
    last = len(body) - 1 if len(body) and local(body[-1]) == "sectPr" else len(body)
    body.insert(last, paragraph)


def _value(node: etree._Element, name: str) -> str:
    return next((str(value) for key, value in node.attrib.items() if etree.QName(key).localname == name), "")
