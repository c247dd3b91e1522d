"""Documents that are zip archives of XML parts (docx, odt): opened with care, and written again.

Only the parts that hold text are taken out; all others (pictures, styles, fonts) stay as they are.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from lxml import etree

from service.errors import ArticleError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from service.article import Content

_MOST_UNPACKED = 100_000_000  # bytes of all parts
_MOST_XML = 20_000_000  # bytes of one part that is read
_MOST_PARTS = 5_000
_OLE = b"\xd0\xcf\x11\xe0"  # an old Office file, or an encrypted new one
_HOLE = "<?triptych-block ?>"  # where a block's content was in a part; no reader keeps other instructions
PART_BREAK = "\0"


class Package:
    """An archive in memory, checked when it is opened.

    Raises ArticleError for what is no such archive, is encrypted, damaged, or unpacks to too much.
    """

    def __init__(self, content: bytes, name: str, kind: str) -> None:
        self._name = name
        if content.startswith(_OLE):
            raise ArticleError(
                f"{name} is encrypted, or an old Office file; save it as .{kind} without a password."
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise ArticleError(f"{name} is no {kind} file, or a damaged one: {error}.") from error
        parts = self._zip.infolist()
        if len(parts) > _MOST_PARTS:
            raise ArticleError(f"{name} has {len(parts):,} parts, the limit is {_MOST_PARTS:,}.")
        unpacked = sum(part.file_size for part in parts)
        if unpacked > _MOST_UNPACKED:
            raise ArticleError(
                f"{name} unpacks to {unpacked:,} bytes, the limit is {_MOST_UNPACKED:,}; "
                "take large pictures out."
            )
        if any(part.flag_bits & 1 for part in parts):
            raise ArticleError(f"{name} is encrypted; save it without a password.")

    def __contains__(self, part: str) -> bool:
        return part in self._zip.NameToInfo

    def xml(self, part: str) -> etree._Element:
        """Parse a part, without comments and processing instructions; raise ArticleError."""
        size = self._zip.NameToInfo[part].file_size if part in self else 0
        if size > _MOST_XML:
            raise ArticleError(f"{self._name}: {part} has {size:,} bytes, the limit is {_MOST_XML:,}.")
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(self.read(part), parser)
        except etree.XMLSyntaxError as error:
            raise ArticleError(f"{self._name} is damaged: {part} is no XML ({error.msg}).") from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise ArticleError(f"{self._name} is not read: {part} has a document type of its own.")
        return root

    def read(self, part: str) -> bytes:
        """Return a part's bytes; raise ArticleError when it is not there or damaged."""
        try:
            return self._zip.read(part)
        except KeyError as error:
            raise ArticleError(f"{self._name} is damaged: it has no part {part}.") from error
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError) as error:
            raise ArticleError(f"{self._name} is damaged: {part} cannot be unpacked ({error}).") from error

    def replaced(self, parts: Mapping[str, bytes]) -> bytes:
        """Return the archive with some parts' content replaced; order, dates and compression are kept."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for info in self._zip.infolist():
                content = parts.get(info.filename)
                archive.writestr(info, self.read(info.filename) if content is None else content)
        return out.getvalue()


def punched(root: etree._Element, found: Sequence[tuple[etree._Element, Content, int]]) -> list[str]:
    """Return a part as the strings between its blocks.

    `found` names for each block, in document order, the element that holds it and how many of its first
    children are no part of the block. The tree is changed.
    """
    for element, _, kept in found:
        del element[kept:]
        hole = etree.ProcessingInstruction("triptych-block")
        if not kept:
            element.text = None
        else:
            element[kept - 1].tail = None
        element.append(hole)
    return etree.tostring(root, encoding="unicode").split(_HOLE)


def joined(frames: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the strings of several parts as one frame, U+0000 between two parts."""
    pending = ""
    for number, strings in enumerate(frames):
        pending += PART_BREAK * bool(number) + strings[0]
        for string in strings[1:]:
            yield pending
            pending = string
    yield pending


def tidy(source: str) -> etree._Element:
    """Parse a built part and declare each namespace once, at its root."""
    root = etree.fromstring(source.encode(), etree.XMLParser(resolve_entities=False, huge_tree=True))
    namespaces = _namespaces(root)
    etree.cleanup_namespaces(
        root, top_nsmap=namespaces, keep_ns_prefixes=[name for name in namespaces if name]
    )
    return root


def part_bytes(root: etree._Element) -> bytes:
    """Return a part as it stands in the archive."""
    content: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
    return content


def fragment(node: etree._Element) -> str:
    """Return an element as XML that stands by itself, with the namespaces it uses."""
    copy = deepcopy(node)
    copy.tail = None
    etree.cleanup_namespaces(copy)
    return str(etree.tostring(copy, encoding="unicode"))


def tags(node: etree._Element) -> tuple[str, str]:
    """Return an element's opening and closing tags."""
    empty = etree.Element(node.tag, nsmap=_namespaces(node))
    for key, value in node.attrib.items():
        empty.set(key, value)
    etree.cleanup_namespaces(empty)
    source = str(etree.tostring(empty, encoding="unicode"))
    name = source[1:].split(" ", 1)[0].rstrip("/>")
    return source.removesuffix("/>") + ">", f"</{name}>"


def like(node: etree._Element) -> etree._Element:
    """Return an empty element of the same name that knows the same namespaces."""
    return etree.Element(node.tag, nsmap=_namespaces(node))


def _namespaces(node: etree._Element) -> Any:
    """Return the namespaces that an element knows; lxml's stubs have no None for the default one."""
    return node.nsmap


def local(node: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return etree.QName(node).localname
