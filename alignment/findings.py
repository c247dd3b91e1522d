"""What an editor should look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How much a finding matters."""

    WARNING = "warning"
    NOTE = "note"


class Code(StrEnum):
    """What exactly was found. What stands before the first hyphen is the finding's kind."""

    MISSING = "missing"
    ADDED = "added"
    WEAK = "weak"
    NUMBER_DIFFERS = "number-differs"
    NUMBER_MISSING = "number-missing"
    NUMBER_ADDED = "number-added"
    DATE_DIFFERS = "date-differs"
    DATE_MISSING = "date-missing"
    DATE_ADDED = "date-added"
    NAME_DIFFERS = "name-differs"
    NAME_MISSING = "name-missing"
    NAME_ADDED = "name-added"
    UNRELATED = "unrelated"
    ORDER_REVERSED = "order-reversed"
    ORDER_CHANGED = "order-changed"
    LANGUAGE = "language"


_DIFFERS, _MISSING, _ADDED = (
    "{original} has {ours} where {language} has {theirs}",
    "{original} has {ours}, {language} has not",
    "{language} has {theirs}, {original} has not",
)
# The English sentence of each, with the values that it is told with.
REASONS: Final[Mapping[Code, str]] = MappingProxyType(
    {
        Code.MISSING: "{language} lacks this content",
        Code.ADDED: "{language} has content that {original} lacks",
        Code.WEAK: "{language} may not say the same as {original} here",
        Code.NUMBER_DIFFERS: _DIFFERS,
        Code.NUMBER_MISSING: _MISSING,
        Code.NUMBER_ADDED: _ADDED,
        Code.DATE_DIFFERS: _DIFFERS,
        Code.DATE_MISSING: _MISSING,
        Code.DATE_ADDED: _ADDED,
        Code.NAME_DIFFERS: _DIFFERS,
        Code.NAME_MISSING: _MISSING,
        Code.NAME_ADDED: _ADDED,
        Code.UNRELATED: "{language} hardly matches {original}: {both} of {either} rows have both; "
        "is it the same article?",
        Code.ORDER_REVERSED: "{language} has the content of {original} in reverse; "
        "put its parts in the original's order",
        Code.ORDER_CHANGED: "{language} has the content of {original} in another order; "
        "put its parts in the original's order",
        Code.LANGUAGE: "{language} reads like {spoken}; was the right file given?",
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: `row` is an index into the rows, `language` the version concerned.

    `kind` is "missing", "added", "number", "date", "name" or "weak" of a row; "unrelated", "order" or
    "language" of a whole version, with row 0. `reason` is one English sentence for people. `code` (a Code)
    and `values` are what the sentence is made of, so that it can be said in other languages: `language`, and
    as the code has them `original` (the first version), `spoken` (languages); `ours`, `theirs` (what the
    original and the version have, as it is written there); `both`, `either` (numbers of rows). A finding that
    was kept before there were codes has "" and none.
    """

    row: int
    language: str
    kind: str
    severity: Severity
    reason: str
    code: str = ""
    values: Mapping[str, str | int] = field(default_factory=dict, hash=False)

    @classmethod
    def of(
        cls, code: Code, language: str, severity: Severity, *, row: int = 0, **values: str | int
    ) -> Finding:
        """Return a finding with the sentence that its code has in English."""
        told = {"language": language, **values}
        kind = code.value.partition("-")[0]
        return cls(row, language, kind, severity, REASONS[code].format(**told), code.value, told)
