"""What an editor should look at in aligned versions.

Method: rows that lack a version, numbers in digits that have no equal on the other side, and rows whose
score is low. Made to be right when it speaks: whatever has an innocent explanation (a number in words,
another clock, a date in another order, the number one row further on) is passed over.

Left out: differences in wording, names, units and number words that both sides spell out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from alignment.errors import TooFewVersionsError
from alignment.figures import Figure, FigureReader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alignment.beads import Row

_WEAK = 0.2  # a row's score below which its match is doubtful
_SHORT = 25  # characters; what is missing below it (a by-line, a label) is worth a note only
_UNRELATED = 0.2  # a version that shares fewer of the rows is not the same article
_ENOUGH = 5  # rows to say so


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


def audit(rows: Sequence[Row], versions: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Compare every version with the first one, which counts as the original.

    `rows` are those of `align_versions` for the same versions. Returns findings by row, then by language in
    the versions' order: "missing" (the version lacks what the original has), "added" (the other way round),
    "number" (numbers that differ) and "weak" (a doubtful match; also, once, a version that is not the same
    article at all). Raises TooFewVersionsError.
    """
    languages = list(versions)
    if len(languages) < 2:
        raise TooFewVersionsError(languages)
    original, *others = languages
    findings: list[Finding] = []
    for language in others:
        findings += _Comparison(rows, versions, original, language).findings()
    place = {language: index for index, language in enumerate(languages)}
    return sorted(findings, key=lambda finding: (finding.row, place[finding.language], finding.kind))


class _Comparison:
    """One version held against the original."""

    def __init__(
        self, rows: Sequence[Row], versions: Mapping[str, Sequence[str]], original: str, language: str
    ) -> None:
        self._original = original
        self._language = language
        self._rows = rows
        self._texts = [
            tuple(" ".join(versions[name][i] for i in row.sentences[name]) for name in (original, language))
            for row in rows
        ]

    def findings(self) -> Iterator[Finding]:
        both = sum(1 for one, other in self._texts if one and other)
        either = sum(1 for one, other in self._texts if one or other)
        if either >= _ENOUGH and both < _UNRELATED * either:
            yield self._finding(
                0,
                "weak",
                Severity.WARNING,
                f"{self._language} hardly matches {self._original}: {both} of {either} rows have both; "
                "is it the same article?",
            )
            return
        differences = self._differences()
        for index, (row, (one, other)) in enumerate(zip(self._rows, self._texts, strict=True)):
            if one and not other:
                yield self._finding(index, "missing", _severity(one), f"{self._language} lacks this content")
            elif other and not one:
                reason = f"{self._language} has content that {self._original} lacks"
                yield self._finding(index, "added", _severity(other), reason)
            elif one and other:
                if row.score < _WEAK:
                    reason = f"{self._language} may not say the same as {self._original} here"
                    yield self._finding(index, "weak", Severity.NOTE, reason)
                if differences[index]:
                    yield self._finding(index, "number", Severity.WARNING, differences[index])

    def _finding(self, row: int, kind: str, severity: Severity, reason: str) -> Finding:
        return Finding(row, self._language, kind, severity, reason)

    def _differences(self) -> list[str]:
        """Return for each row what differs in its numbers, "" where nothing does."""
        reader = FigureReader()
        odd = [_unmatched(reader, one, other) for one, other in self._texts]
        reasons = []
        for index, (ours, theirs) in enumerate(odd):
            near = [
                figure for beside in odd[max(index - 1, 0) : index + 2] for side in beside for figure in side
            ]
            # A number that turns up on the other side of the next row was cut off there.
            ours = [figure for figure in ours if _agreeing(figure, near) < 2]
            theirs = [figure for figure in theirs if _agreeing(figure, near) < 2]
            reasons.append(self._reason(ours, theirs))
        return reasons

    def _reason(self, ours: Sequence[Figure], theirs: Sequence[Figure]) -> str:
        if _same_digits(ours, theirs):
            return ""
        if ours and theirs:
            one, other = (", ".join(figure.text for figure in side) for side in (ours, theirs))
            return f"{self._original} has {one} where {self._language} has {other}"
        for side, has, lacks in (
            (ours, self._original, self._language),
            (theirs, self._language, self._original),
        ):
            telling = [figure.text for figure in side if _telling(figure)]
            if telling:
                return f"{has} has {', '.join(telling)}, {lacks} has not"
        return ""


def _severity(text: str) -> Severity:
    return Severity.NOTE if len(text) < _SHORT else Severity.WARNING


def _unmatched(reader: FigureReader, one: str, other: str) -> tuple[list[Figure], list[Figure]]:
    """Return the figures of each text that nothing in the other explains."""
    if not one or not other:
        return [], []
    ours, theirs = reader.figures(one), reader.figures(other)
    scaled = reader.scaled(one) or reader.scaled(other)
    for alike in (Figure.agrees, _half_a_day_apart, _same_decade) + ((_scaled,) if scaled else ()):
        for figure in list(ours):
            match = next((candidate for candidate in theirs if alike(figure, candidate)), None)
            if match is not None:
                ours.remove(figure)
                theirs.remove(match)
    spelled, spelled_there = reader.spelled(one), reader.spelled(other)
    # A number that one side merely repeats is no difference.
    texts, texts_there = ({figure.text for figure in reader.figures(text)} for text in (one, other))
    return (
        [figure for figure in ours if not figure.values & spelled_there and figure.text not in texts_there],
        [figure for figure in theirs if not figure.values & spelled and figure.text not in texts],
    )


def _half_a_day_apart(one: Figure, other: Figure) -> bool:
    return any(
        value + 12 in other.values or value - 12 in other.values for value in one.values if value in range(25)
    )


def _same_decade(one: Figure, other: Figure) -> bool:
    """Tell whether one is the other without its century: 1930 and 30."""
    return len(one.text) != len(other.text) and any(
        long // 100 in (18, 19, 20) and long % 100 == short and short % 10 == 0
        for a in one.values
        for b in other.values
        for long, short in ((a, b), (b, a))
    )


def _scaled(one: Figure, other: Figure) -> bool:
    """Tell whether the two differ by a power of a thousand, as 6 thousand million and 6.000 millones do."""
    return any(
        max(a, b) == min(a, b).scaleb(power) for a in one.values for b in other.values for power in (3, 6, 9)
    )


def _agreeing(figure: Figure, others: Sequence[Figure]) -> int:
    return sum(1 for other in others if figure.agrees(other))


def _same_digits(ours: Sequence[Figure], theirs: Sequence[Figure]) -> bool:
    """Tell whether both sides' digits read the same, as in 17.30 and 17:30 and 5:30."""
    one, other = (re.sub(r"\D", "", "".join(figure.text for figure in side)) for side in (ours, theirs))
    if 3 <= len(one) <= 4 and 3 <= len(other) <= 4:  # hours and minutes
        return one[-2:] == other[-2:] and int(one[:-2]) % 12 == int(other[:-2]) % 12
    return one == other


def _telling(figure: Figure) -> bool:
    """Tell whether a number is one that a translation is not free to write out or leave to the context."""
    return all(value > 31 and value % 10 != 0 for value in figure.values) or any(
        value != value.to_integral_value() for value in figure.values
    )
