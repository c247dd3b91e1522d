"""XML of any length, an element at a time, from people nobody knows.

Nothing outside the file is fetched, no entity is expanded, and a file that declares one is refused.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

from lxml import etree

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set


class UnsoundXmlError(Exception):
    """XML that is refused, and why; whoever opened the file turns it into an error that names the file."""


def elements(file: IO[bytes], root_tag: str, tag: str) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Yield the root and each element of a name, which is emptied after its turn; raise UnsoundXmlError.

    What reading the file raises is raised as it is.
    """
    reading = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
    )
    try:
        yield from _elements(reading, root_tag, tag)
    except etree.XMLSyntaxError as error:
        found = next(iter(reading.error_log), None)
        raise UnsoundXmlError(f"line {found.line}: {found.message}" if found else str(error)) from error


def text_of(element: etree._Element, codes: Set[str]) -> str:
    """Return an element's text without that of the elements named in `codes`; raise UnsoundXmlError."""
    return "".join(_pieces(element, codes))


def _elements(
    reading: Iterable[tuple[str, etree._Element]], root_tag: str, tag: str
) -> Iterator[tuple[etree._Element, etree._Element]]:
    root = None
    for event, element in reading:
        if root is None:
            root = element
            _check(root, root_tag)
        if event == "end" and element.tag == tag:
            yield root, element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


def _check(root: etree._Element, root_tag: str) -> None:
    if root.tag != root_tag:
        raise UnsoundXmlError(f"its root element is {root.tag}, not {root_tag}")
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnsoundXmlError("it declares entities, which are not taken")


def _pieces(element: etree._Element, codes: Set[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not isinstance(child.tag, str):
            if child.tag is etree.Entity:
                raise UnsoundXmlError(f"line {child.sourceline} has the entity {child.text}")
        elif child.tag not in codes:
            yield from _pieces(child, codes)
        yield child.tail or ""
