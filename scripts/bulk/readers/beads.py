"""Documents out of parallel sentences: neighbouring pairs with the same document id belong together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk import storage
from bulk.document import Document
from bulk.readers.source import lines_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class BrokenError(Exception):
    """What stops an input in the middle; the message is a sentence."""


def placed(name: str, documents: Iterable[Document]) -> Iterator[tuple[str, Document]]:
    """Yield documents with numbers; where reading stops in the middle, a problem stands for the rest."""
    number = 0
    try:
        for number, document in enumerate(documents, 1):
            yield f"document {number}", document
    except BrokenError as error:
        reason = str(error)
    except storage.damage() as error:
        reason = f"It is damaged: {' '.join(str(error).split())}"
    else:
        return
    place = f"document {number + 1}"
    yield place, Document(f"{name}, {place}", problem=f"{name} cannot be read from here on. {reason}")


def grouped(beads: Iterable[tuple[str, Mapping[str, str]]], max_bytes: int) -> Iterator[Document]:
    """Yield a document for each run of beads of one id; a bead holds its sentences by language.

    A document of which one version has more than `max_bytes`, or is not UTF-8, becomes a problem, and no more
    of it is held.
    """
    group: _Group | None = None
    for name, sentences in beads:
        if group is None or group.name != name:
            if group is not None:
                yield group.document()
            group = _Group(name, max_bytes)
        group.add(sentences)
    if group is not None:
        yield group.document()


class _Group:
    """The sentences of one document as they come."""

    def __init__(self, name: str, max_bytes: int) -> None:
        self.name = name
        self._max_bytes = max_bytes
        self._sentences: dict[str, list[str]] = {}
        self._sizes: dict[str, int] = {}
        self._problem = ""

    def add(self, sentences: Mapping[str, str]) -> None:
        for language, text in sentences.items():
            if text and not self._problem:
                self._add(language, text)

    def _add(self, language: str, text: str) -> None:
        try:
            size = self._sizes.get(language, 0) + len(text.encode()) + 1
        except UnicodeEncodeError:
            number = len(self._sentences.get(language, ())) + 1
            self._problem = f"Its {language} version is not UTF-8 in sentence {number}; save it as UTF-8."
            return
        if size > self._max_bytes:
            self._problem = (
                f"Its {language} version has more than {self._max_bytes:,} bytes; say where documents end, "
                "or raise TRIPTYCH_MAX_BYTES."
            )
            self._sentences.clear()
            return
        self._sizes[language] = size
        self._sentences.setdefault(language, []).append(text)

    def document(self) -> Document:
        return Document(self.name, {} if self._problem else lines_of(self._sentences), self._problem)
