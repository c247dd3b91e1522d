"""What an editor should look at in aligned versions."""

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

    `kind` is "missing", "added", "number" or "weak"; `reason` is one English sentence for people.
    """

    row: int
    language: str
    kind: str
    severity: Severity
    reason: str
