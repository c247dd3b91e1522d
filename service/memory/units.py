"""What a translation memory holds."""

from __future__ import annotations

from dataclasses import dataclass

from service.errors import MemoryUnitError
from service.render.text import one_line, xml_text


@dataclass(frozen=True, slots=True)
class Approved:
    """A translation that a person stands for; it wins over every machine's.

    `source` is an English sentence, as `normal_source` writes it. `origin` says where it came from ("api", a
    file's name), `author` who approved it ("" if it is not known), `approved` when, in ISO 8601 and UTC.
    """

    source: str
    target: str
    text: str
    origin: str = ""
    author: str = ""
    approved: str = ""


def normal_source(sentence: str) -> str:
    """Return a sentence as approved units are found by: as TMX has it, in one line, runs of spaces one."""
    return xml_text(one_line(sentence))


def checked(unit: Approved) -> Approved:
    """Return a unit as it is kept, its texts in one line; raise MemoryUnitError."""
    source, text = normal_source(unit.source), one_line(unit.text)
    if not source or not text:
        raise MemoryUnitError(f"An approved unit has no {'source' if not source else 'text'}; give both.")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise MemoryUnitError("An approved text is no valid Unicode: half a surrogate pair.") from None
    return Approved(
        source, unit.target.lower(), text, xml_text(unit.origin), xml_text(unit.author), unit.approved
    )
