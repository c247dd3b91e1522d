"""What an editor should look at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at: `row` is an index into the rows, `language` the version concerned.

    `kind` is "missing", "added", "number", "date", "name" or "weak" of a row; "unrelated", "order" or
    "language" of a whole version, with row 0. `reason` is one English sentence for people.
    """

    row: int
    language: str
    kind: str
    severity: Severity
    reason: str
