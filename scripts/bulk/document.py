"""A document before it is aligned: where the text of each of its versions is, or what is wrong with it.

Small and picklable, as it travels from the reader to a worker, perhaps on another machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bulk import epub, storage
from bulk.lines import article_of_lines
from service.article import Article, Format
from service.documents import EXTENSIONS, article_of, decoded, read_article
from service.errors import ArticleError, FormatError, VersionsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one version: inline (`text`), or in a file (`path`, local or an fsspec address).

    `format` is told by the file's extension where it is None, and is plain for an inline text. `lines` says
    that every line is a sentence already and is not to be segmented. `chapter`, from 0, is the one chapter of
    an EPUB that is meant; None is the whole book.
    """

    path: str | None = None
    text: str | None = None
    format: Format | None = None
    lines: bool = False
    chapter: int | None = None

    def article(self, language: str, max_bytes: int) -> Article:
        """Read the text; raise a ServiceError."""
        if self.path is None:
            return self._read(self.text or "", self.format or Format.TEXT, language)
        kind = storage.extension(self.path)
        if self.format is None and kind == epub.EXTENSION:
            return article_of(epub.html(self.path, self.chapter, max_bytes), Format.HTML, language)
        format = self.format or EXTENSIONS.get(kind)
        if format is None:
            raise FormatError(f"extension of {self.path},", kind, (*EXTENSIONS, epub.EXTENSION))
        packed = storage.without_compression(self.path) != self.path
        if storage.is_local(self.path) and not packed and not self.lines:
            return read_article(Path(self.path), language, max_bytes=max_bytes, format=format)
        return self._read(decoded(storage.content(self.path, max_bytes), self.path), format, language)

    def _read(self, source: str, format: Format, language: str) -> Article:
        return article_of_lines(source, language) if self.lines else article_of(source, format, language)


@dataclass(frozen=True, slots=True)
class Document:
    """A document: its id, the text of each version by language, or the problem that there is with it."""

    id: str
    versions: Mapping[str, Text] = field(default_factory=dict)
    problem: str = ""

    def present(self, languages: Sequence[str]) -> list[str]:
        """Return those of the languages that the document has a version in, in their order."""
        return [language for language in languages if language in self.versions]

    def articles(self, languages: Sequence[str], max_bytes: int, *, least: int = 2) -> list[Article]:
        """Read the versions in those of the languages that there are, in their order.

        Raises a ServiceError: for a document with a problem, one with fewer than `least` of the languages (1
        where a missing one is machine-translated), and for a version that cannot be read. `max_bytes` is the
        most that a version may have, uncompressed.
        """
        if self.problem:
            raise ArticleError(self.problem)
        found = self.present(languages)
        if len(found) < least:
            raise VersionsError(f"It has only {' and '.join(found) or 'none'} of {', '.join(languages)}.")
        return [self.versions[language].article(language, max_bytes) for language in found]
