"""One part of an input, and how documents are made of what it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bulk import storage
from bulk.document import Document, Text
from service.article import Format

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_LONGEST_ID = 1_000


class Source(Protocol):
    """A folder, a manifest, a pair of files: whatever one reader reads."""

    @property
    def name(self) -> str:
        """What people call it: a file's name."""

    def found(self) -> Iterator[tuple[str, Document]]:
        """Yield where each document stands ("line 3") and the document."""

    def count(self) -> int | None:
        """Return how many documents it has, None where only reading tells."""


class EntryError(ValueError):
    """An entry of a manifest that is no document; the message says why."""


def document_of(entry: Any, folder: str) -> Document:
    """Read a manifest's entry; raise EntryError.

    `versions` holds for each language a text, {"text": ...} or {"path": ...} (relative to `folder`), each
    with a "format" of its own if need be; or, as the JSONL form is written, {"document": ..., "format": ...}.
    Versions of the latter that a machine made are left out: they are nobody's translation.
    """
    if not isinstance(entry, dict):
        raise EntryError("it is no object with an id and versions")
    name = _id(entry.get("id"))
    versions = entry.get("versions")
    if not isinstance(versions, dict):
        raise EntryError(f"its versions are {versions!r:.60}, not an object of languages")
    format = _format(entry.get("format"))
    texts = {
        str(language): _text(str(language), version, folder, format)
        for language, version in versions.items()
        if version is not None and not (isinstance(version, dict) and version.get("origin") == "machine")
    }
    return Document(name, texts)


def _id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise EntryError(f"its id is {value!r:.60}, not a text or a number")
    name = str(value)
    if not name.strip() or len(name) > _LONGEST_ID:
        raise EntryError(f"its id has {len(name):,} characters; give 1 to {_LONGEST_ID:,}, not all blank")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise EntryError("its id holds half a surrogate pair") from None
    return name


def _text(language: str, version: Any, folder: str, format: Format | None) -> Text:
    if isinstance(version, str):
        return Text(text=version, format=format)
    if isinstance(version, dict):
        own = _format(version.get("format")) or format
        for key in ("document", "text"):
            if isinstance(version.get(key), str):
                return Text(text=version[key], format=own)
        if isinstance(version.get("path"), str) and version["path"]:
            return Text(path=storage.joined(folder, version["path"]), format=own)
    raise EntryError(f"its {language} version is neither a text nor an object with a text or a path")


def _format(value: object) -> Format | None:
    if value is None:
        return None
    try:
        return Format(str(value))
    except ValueError:
        raise EntryError(f'the format "{value}" is unknown; there are {", ".join(Format)}') from None


def lines_of(sentences: Mapping[str, list[str]]) -> dict[str, Text]:
    """Return the versions of a document whose sentences are known."""
    return {
        language: Text(text="\n".join(texts) + "\n", format=Format.TEXT, lines=True)
        for language, texts in sentences.items()
        if texts
    }
