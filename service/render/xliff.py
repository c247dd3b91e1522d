"""Bilingual documents for CAT tools: XLIFF 2.1 (OASIS standard, 2018), core and the metadata module.

The format holds one source and one target language, so each version but the source gives its own document.
A row is a unit of one segment. A row without a target is a segment still to be translated; one without a
source keeps an empty <source/>, so that no target sentence is lost; one with neither is left out, as are
code and rules. The text is plain: runs of white space are one space, and characters that XML 1.0 forbids
are U+FFFD.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from service.errors import ServiceError
from service.render.column import Column, columns
from service.render.text import decimal, xml_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from alignment.beads import Row
    from service.result import Aligned

_CORE: Final = "urn:oasis:names:tc:xliff:document:2.0"
_METADATA: Final = "urn:oasis:names:tc:xliff:metadata:2.0"
# lxml takes None for the default namespace; its stubs know string prefixes only, "" being an error to it.
_NAMESPACES: Final[Any] = {None: _CORE, "mda": _METADATA}
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


class NoSuchVersionError(ServiceError):
    """A form was asked for in a language that the aligned versions do not have."""

    def __init__(self, language: str, languages: tuple[str, ...]) -> None:
        self.language = language
        self.languages = languages
        super().__init__(f"no version in {language!r}; there are versions in {', '.join(languages)}")


def render_xliffs(aligned: Aligned) -> Mapping[str, bytes]:
    """Return a UTF-8 XLIFF document for each version but the first, which is the source."""
    return {
        version.language: render_xliff(aligned, target=version.language) for version in aligned.versions[1:]
    }


def render_xliff(aligned: Aligned, *, target: str, source: str | None = None) -> bytes:
    """Return the rows of two versions as a UTF-8 XLIFF document; `source` is the first unless named."""
    by_language = {column.language: column for column in columns(aligned.versions)}
    source = aligned.versions[0].language if source is None else source
    for language in (source, target):
        if language not in by_language:
            raise NoSuchVersionError(language, tuple(by_language))
    pair = by_language[source], by_language[target]
    root = etree.Element(
        _core("xliff"),
        {"version": "2.1", "srcLang": source, "trgLang": target},
        _NAMESPACES,
    )
    file = etree.SubElement(root, _core("file"), id="article")
    _metadata(
        file,
        {"signature": aligned.signature, "source-origin": pair[0].origin, "target-origin": pair[1].origin},
    )
    # The schema wants at least one unit, even of two versions that share nothing.
    units = [unit for index, row in enumerate(aligned.rows) if (unit := _unit(index, row, *pair)) is not None]
    for unit in units or [_empty_unit()]:
        file.append(unit)
    document: bytes = etree.tostring(root, encoding="UTF-8", xml_declaration=True, pretty_print=True)
    return document


def _unit(index: int, row: Row, source: Column, target: Column) -> etree._Element | None:
    """Return a row as a unit, None when neither version has a sentence in it."""
    from_, to = (row.sentences.get(column.language, ()) for column in (source, target))
    if not from_ and not to:
        return None
    unit = etree.Element(_core("unit"), id=f"row-{index + 1}")
    facts = {"score": decimal(row.score), "kind": _kind(source, from_) or _kind(target, to)}
    score = target.score(to)
    if score is not None:
        facts["translation-score"] = decimal(score)
    similarity = target.similarity(to)
    if similarity is not None:
        facts["similarity"] = decimal(similarity)
    if flags := target.flags(to):
        facts["flags"] = " ".join(flags)
    _metadata(unit, facts)
    segment = etree.SubElement(unit, _core("segment"), state="translated" if to else "initial")
    _text(segment, "source", source.text(from_))
    if to:
        segment.set("subState", f"triptych:{target.version.origin.value}")
        _text(segment, "target", target.text(to))
    return unit


def _empty_unit() -> etree._Element:
    unit = etree.Element(_core("unit"), id="row-0", translate="no")
    _text(etree.SubElement(unit, _core("segment")), "source", "")
    return unit


def _kind(column: Column, indices: tuple[int, ...]) -> str:
    return column.block(indices[0]).kind.value if indices else ""


def _text(segment: etree._Element, tag: str, text: str) -> None:
    etree.SubElement(segment, _core(tag), {_SPACE: "preserve"}).text = xml_text(text)


def _metadata(parent: etree._Element, facts: Mapping[str, str]) -> None:
    group = etree.SubElement(
        etree.SubElement(parent, f"{{{_METADATA}}}metadata"), f"{{{_METADATA}}}metaGroup", category="triptych"
    )
    for name, value in facts.items():
        etree.SubElement(group, f"{{{_METADATA}}}meta", type=name).text = xml_text(value)


def _core(tag: str) -> str:
    return f"{{{_CORE}}}{tag}"
