"""The text of an EPUB (EPUB 3.3, W3C 2023; EPUB 2 alike): its chapters in reading order, as one HTML page.

Method: META-INF/container.xml names the package document, whose spine lists the chapters. A chapter is an
item of the spine in XHTML that has words, is part of the linear reading order and is not the table of
contents. Leaves out: pictures, notes outside the spine, encrypted books, and all that is not XHTML.

A book comes from strangers: entities of its own are not resolved, nothing is fetched, and no more is
unpacked than the caller allows.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from html.entities import html5
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from lxml import etree

from bulk import storage
from service.errors import ArticleError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTENSION: Final = ".epub"
_CONTAINER: Final = "META-INF/container.xml"
_XHTML: Final = "application/xhtml+xml"
_ENTITY: Final = re.compile(r"&(\w+;)")
_OF_XML: Final = frozenset({"amp;", "lt;", "gt;", "quot;", "apos;"})
_DECLARATION: Final = re.compile(r"^\s*<\?xml[^>]*\?>")
_MOST_CHAPTERS: Final = 10_000


def html(path: str, chapter: int | None, max_bytes: int) -> str:
    """Return a book, or its chapter of that number from 0, as an HTML page.

    Raises FileError, ArticleError for what is no EPUB or has no such chapter, LimitError where more than
    `max_bytes` would have to be unpacked.
    """
    parts = []
    for number, part in enumerate(chapters(path, max_bytes)):
        if chapter in (None, number):
            parts.append(part)
    if not parts:
        what = "no chapter with words" if chapter is None else f"no chapter {chapter + 1}"
        raise ArticleError(f"{path} has {what}; give a book with text in its spine.")
    return "<html><body>\n" + "\n".join(parts) + "\n</body></html>\n"


def chapters(path: str, max_bytes: int) -> Iterator[str]:
    """Yield the book's chapters as HTML fragments; raises as `html` does."""
    with storage.raw_reading(path) as file:
        try:
            with zipfile.ZipFile(file) as archive:
                yield from _Book(path, archive, max_bytes).chapters()
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise ArticleError(f"{path} is no EPUB that can be unpacked: {error}.") from error


class _Book:
    """An open archive, with what may still be unpacked of it."""

    def __init__(self, path: str, archive: zipfile.ZipFile, max_bytes: int) -> None:
        self._path = path
        self._archive = archive
        self._max_bytes = self._left = max_bytes

    def chapters(self) -> Iterator[str]:
        package = self._package()
        root = self._xml(package)
        items = {item.get("id"): item for item in root.iterfind(".//{*}manifest/{*}item")}
        spine = [entry for entry in root.iterfind(".//{*}spine/{*}itemref") if entry.get("linear") != "no"]
        if len(spine) > _MOST_CHAPTERS:
            raise LimitError(self._path, "chapters", len(spine), _MOST_CHAPTERS)
        for entry in spine:
            item = items.get(entry.get("idref"))
            if item is None or item.get("media-type") != _XHTML:
                continue
            if "nav" in (item.get("properties") or "").split():
                continue
            href = unquote((item.get("href") or "").partition("#")[0])
            fragment = self._fragment(posixpath.normpath(posixpath.join(posixpath.dirname(package), href)))
            if fragment:
                yield fragment

    def _package(self) -> str:
        found = self._xml(_CONTAINER).find(".//{*}rootfile")
        if found is None or not found.get("full-path"):
            raise ArticleError(f"{self._path} is no EPUB: its {_CONTAINER} names no package document.")
        return found.get("full-path") or ""

    def _fragment(self, name: str) -> str:
        """Return a chapter's body as a section of HTML, "" for one without words."""
        root = self._xml(name)
        body = root if etree.QName(root).localname == "body" else root.find(".//{*}body")
        if body is None or not any(map(str.isalpha, "".join(map(str, body.itertext())))):
            return ""
        for element in body.iter(etree.Element):
            element.tag = etree.QName(element).localname
        section = etree.Element("section")
        section.text = body.text
        section.extend(list(body))
        etree.cleanup_namespaces(section)
        return str(etree.tostring(section, encoding="unicode", method="html"))

    def _xml(self, name: str) -> etree._Element:
        text = _DECLARATION.sub("", self._text(name))
        text = _ENTITY.sub(_character, text)
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True)
        try:
            root = etree.fromstring(text.encode(), parser)
        except etree.XMLSyntaxError as error:
            raise ArticleError(f"{self._path}: {name} is not XML: {error}.") from error
        if root is None:
            raise ArticleError(f"{self._path}: {name} is not XML.")
        return root

    def _text(self, name: str) -> str:
        try:
            with self._archive.open(name) as file:
                content = file.read(self._left + 1)
        except KeyError:
            raise ArticleError(f"{self._path} lacks {name}, which it names; it is damaged.") from None
        self._left -= len(content)
        if self._left < 0:
            raise LimitError(self._path, "bytes", None, self._max_bytes)
        coding = "utf-16" if content[:2] in (b"\xfe\xff", b"\xff\xfe") else "utf-8-sig"
        try:
            return content.decode(coding)
        except UnicodeDecodeError as error:
            raise ArticleError(f"{self._path}: {name} is not {coding} at byte {error.start}.") from error


def _character(entity: re.Match[str]) -> str:
    """Return the character that HTML's name stands for; XML's own five stay."""
    name = entity.group(1)
    return entity.group() if name in _OF_XML else html5.get(name, entity.group())
