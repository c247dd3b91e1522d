"""What a Word document consists of: its parts that hold text, their relations, and their paragraphs."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from lxml import etree

from service.errors import ArticleError
from service.formats.package import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.formats.package import Package

MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_TEXT_PARTS = ("footnotes", "endnotes", "header", "footer")


def text_parts(package: Package, name: str) -> list[str]:
    """Return the names of the parts that hold text, the body first."""
    main = next(
        (
            target.lstrip("/")
            for kind, target in relations(package, "").values()
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
        for kind, target in relations(package, main).values()
        if kind.rsplit("/", 1)[-1] in _TEXT_PARTS
    ]
    return [main, *(part for _, part in sorted(set(found)) if part in package)]


def styles_part(main: str) -> str:
    """Return the name of the part that holds the styles, beside that of the body."""
    return posixpath.join(posixpath.dirname(main), "styles.xml")


def relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Return a part's relations by id: kind and target."""
    folder, name = posixpath.split(part)
    place = posixpath.join(folder, "_rels", f"{name}.rels")
    if place not in package:
        return {}
    return {
        str(item.get("Id")): (str(item.get("Type")), str(item.get("Target"))) for item in package.xml(place)
    }


def paragraphs(node: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs that stand in no other paragraph, in order."""
    for child in node:
        if local(child) == "p" and etree.QName(child).namespace in (MAIN, _STRICT):
            yield child
        else:
            yield from paragraphs(child)


def attribute(node: etree._Element, name: str) -> str:
    """Return an attribute by its name without its namespace, "" where there is none."""
    return next((str(value) for key, value in node.attrib.items() if etree.QName(key).localname == name), "")
