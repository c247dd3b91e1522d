"""What can go wrong in the service.

Messages are one line: what was found, the limit, and what to do. `kind` is the stable last part of a
problem's type over HTTP.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


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


class RouteError(ServiceError):
    """The catalog has checkpoints that lead from one language into another, but they are not here."""

    kind = "no-route"

    def __init__(self, source: str, target: str, missing: Iterable[str]) -> None:
        self.source = source
        self.target = target
        self.missing = tuple(missing)
        super().__init__(
            f'Nothing on this machine translates from "{source}" into "{target}"; '
            f"get it with: triptych models pull {' '.join(self.missing)}"
        )


class VersionsError(ServiceError):
    """Versions that cannot be put side by side: too few, or one language twice."""

    kind = "versions"


class EditError(ServiceError):
    """A person's translation of a sentence that cannot stand in a version."""

    kind = "edits"


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


class KeyNameError(ServiceError):
    """A name that no key can have, that one has already, or that none has."""

    kind = "key-name"


class AccessError(ServiceError):
    """A caller who is not let in, or not now."""

    kind = "access"


class KeyMissingError(AccessError):
    """A key is needed and none was sent."""

    kind = "key-missing"

    def __init__(self) -> None:
        super().__init__("An API key is needed; send it as Authorization: Bearer KEY, or as X-API-Key.")


class KeyRefusedError(AccessError):
    """The key that was sent is unknown or revoked."""

    kind = "key-refused"

    def __init__(self) -> None:
        super().__init__("The API key is unknown or was revoked; ask whoever runs the service for one.")


class RateError(AccessError):
    """More in a minute than is allowed; `retry_after` is in seconds."""

    kind = "rate-limit"

    def __init__(self, unit: str, limit: int, retry_after: float) -> None:
        self.unit = unit
        self.limit = limit
        self.retry_after = retry_after
        super().__init__(f"More than {limit:,} {unit} a minute; wait {retry_after:.0f} s and try again.")


class QuotaError(AccessError):
    """More characters in a month than a key has; `retry_after` is in seconds."""

    kind = "quota"

    def __init__(self, used: int, wanted: int, quota: int, retry_after: float) -> None:
        self.used = used
        self.quota = quota
        self.retry_after = retry_after
        super().__init__(
            f"The key has used {used:,} of its {quota:,} characters this month; {wanted:,} more are too many."
        )


class BusyError(ServiceError):
    """The service cannot do this now; `retry_after` is in seconds, None where it is no use to try again."""

    kind = "busy"
    retry_after: int | None = None


class OverloadedError(BusyError):
    """More is waiting than the queue takes."""

    kind = "overloaded"

    def __init__(self, what: str, waiting: int, limit: int, retry_after: int = 5) -> None:
        self.waiting = waiting
        self.limit = limit
        self.retry_after = retry_after
        super().__init__(
            f"{waiting:,} {what} are waiting already, the limit is {limit:,}; try again in {retry_after} s."
        )


class DeadlineError(BusyError):
    """The time that was given for a piece of work is over."""

    kind = "deadline"
    retry_after = 30

    def __init__(self) -> None:
        super().__init__("The time for this work is over before it was done; send less at once, or later.")


class CancelledError(BusyError):
    """Nobody waits for this work any more."""

    kind = "cancelled"

    def __init__(self) -> None:
        super().__init__("The work was cancelled before it was done.")


class StoppingError(BusyError):
    """The service is being shut down and takes no new work."""

    kind = "stopping"
    retry_after = 30

    def __init__(self) -> None:
        super().__init__("The service is being shut down; try again in a while.")


class MemoryFileError(ServiceError):
    """The translation memory's file cannot be used; it is left as it is."""

    kind = "memory"

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(
            f"The translation memory {path} cannot be used: {problem}. It is left as it is; move it aside or "
            "restore a copy, or set TRIPTYCH_MEMORY to another path or to off."
        )


class MemoryUnitError(ServiceError):
    """A unit that cannot be kept in the translation memory."""

    kind = "memory-unit"


class MemoryUnknownError(ServiceError):
    """The translation memory has no such unit, or there is no memory."""

    kind = "memory-unknown"


class ExchangeError(ServiceError):
    """A TMX or XLIFF file that cannot be read or written; nothing of it was taken."""

    kind = "exchange"

    def __init__(self, path: Path, problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{path} cannot be used: {problem}.")


class GlossaryError(ServiceError):
    """A glossary, or a term of one, that cannot be used; the message names the line."""

    kind = "glossary"
