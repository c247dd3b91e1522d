"""What can go wrong in the service.

Messages are one line: what was found, the limit, and what to do. `kind` is the stable last part of a
problem's type over HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ServiceError(Exception):
    """Base of every error this package raises."""

    kind: ClassVar[str] = "error"


class ArticleError(ServiceError):
    """A document that cannot be read as an article."""

    kind = "unreadable-article"


class EmptyArticleError(ArticleError):
    """An article without at least two words to translate or align."""

    kind = "empty-article"

    def __init__(self, language: str, found: str) -> None:
        self.language = language
        self.found = found
        what = f"only one word ({found!r})" if found else "no text"
        super().__init__(f"The {language} article has {what}; give at least one sentence of two words.")


class LimitError(ServiceError):
    """More than this service takes at once; `found` is None where counting stopped at the limit."""

    kind = "too-large"

    def __init__(
        self, what: str, unit: str, found: int | None, limit: int, setting: str | None = None
    ) -> None:
        self.what = what
        self.unit = unit
        self.found = found
        self.limit = limit
        amount = f"{found:,} {unit}" if found is not None else f"more than {limit:,} {unit}"
        super().__init__(
            f"{what} has {amount}, the limit is {limit:,}; split it, or raise "
            f"TRIPTYCH_{setting or f'MAX_{unit.upper()}'}."
        )


class LanguageError(ServiceError):
    """A language that nothing here covers."""

    kind = "unknown-language"

    def __init__(self, language: str, known: Iterable[str], purpose: str) -> None:
        self.language = language
        self.known = tuple(known)
        super().__init__(
            f'The language "{language}" is unknown for {purpose}; there are {", ".join(self.known)}.'
        )


class VersionsError(ServiceError):
    """Versions that cannot be put side by side: too few, or one language twice."""

    kind = "versions"


class FormatError(ServiceError):
    """A file extension, form or media type that is not among those there are."""

    kind = "unknown-format"

    def __init__(self, what: str, found: str, known: Iterable[str]) -> None:
        self.found = found
        self.known = tuple(known)
        super().__init__(f'The {what} "{found}" is unknown; there are {", ".join(self.known)}.')


class FileFormatError(FormatError):
    """A file that is sent or named, of a format that is not read."""

    kind = "unknown-file-format"


class FileError(ServiceError):
    """A file that cannot be read or written."""

    kind = "file"


class DatabaseError(ServiceError):
    """The database cannot be opened, or does not answer."""

    kind = "database"


class OverloadedError(ServiceError):
    """More work waits than can be done soon; trying again later helps."""

    kind = "overloaded"
