"""XML of any length, an element at a time, from people nobody knows.

Nothing outside the file is fetched, no entity is expanded, and a file that declares one is refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from service.errors import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Set
    from pathlib import Path


def elements(path: Path, root_tag: str, tag: str) -> Iterator[tuple[etree._Element, etree._Element]]:
    """Yield the root and each element of a name, which is emptied after its turn; raise ExchangeError."""
    try:
        with path.open("rb") as file:
            reading = etree.iterparse(
                file,
                events=("start", "end"),
                resolve_entities=False,
                load_dtd=False,
                no_network=True,
                huge_tree=False,
            )
            try:
                yield from _elements(path, reading, root_tag, tag)
            except etree.XMLSyntaxError as error:
                found = next(iter(reading.error_log), None)
                problem = f"line {found.line}: {found.message}" if found else str(error)
                raise ExchangeError(path, problem) from error
    except OSError as error:
        raise ExchangeError(path, error.strerror or str(error)) from error


def text_of(path: Path, element: etree._Element, codes: Set[str]) -> str:
    """Return an element's text without that of the elements named in `codes`; raise ExchangeError."""
    return "".join(_pieces(path, element, codes))


def _elements(
    path: Path, reading: Iterable[tuple[str, etree._Element]], root_tag: str, tag: str
) -> Iterator[tuple[etree._Element, etree._Element]]:
    root = None
    for event, element in reading:
        if root is None:
            root = element
            _check(path, root, root_tag)
        if event == "end" and element.tag == tag:
            yield root, element
            element.clear()
            parent = element.getparent()
            while parent is not None and element.getprevious() is not None:
                del parent[0]


def _check(path: Path, root: etree._Element, root_tag: str) -> None:
    if root.tag != root_tag:
        raise ExchangeError(path, f"its root element is {root.tag}, not {root_tag}")
    declared: Any = root.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise ExchangeError(path, "it declares entities, which are not taken")


def _pieces(path: Path, element: etree._Element, codes: Set[str]) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        if not isinstance(child.tag, str):
            if child.tag is etree.Entity:
                raise ExchangeError(path, f"line {child.sourceline} has the entity {child.text}")
        elif child.tag not in codes:
            yield from _pieces(path, child, codes)
        yield child.tail or ""
