"""What an editor should look at in aligned versions.

Method: rows that lack a version; numbers, dates and names of one version that the other has not (`numbers`,
`dates`, `names`); rows whose score is low. Made to be right when it speaks: whatever has an innocent
explanation is passed over, and a version that is not the same article at all is said to be so once.

Left out: differences in wording and units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alignment.dates import date_differences, date_reader
from alignment.errors import TooFewVersionsError
from alignment.figures import FigureReader
from alignment.findings import Code, Finding, Severity
from alignment.names import NameFinder, Text
from alignment.numbers import number_differences

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alignment.beads import Row

_WEAK = 0.2  # a row's score below which its match is doubtful
_SHORT = 25  # characters; what is missing below it (a by-line, a label) is worth a note only
_UNRELATED = 0.2  # a version that shares fewer of the rows is not the same article
_ENOUGH = 5  # rows to say so


def audit(rows: Sequence[Row], versions: Mapping[str, Sequence[str]]) -> list[Finding]:
    """Compare every version with the first one, which counts as the original.

    `rows` are those of `align_versions` for the same versions. Returns findings by row, then by language in
    the versions' order: "missing" (the version lacks what the original has), "added" (the other way round),
    "number", "date" and "name" (those of one that the other has not), "weak" (a doubtful match), and, in
    place of all these, "unrelated" (not the same article). Raises TooFewVersionsError.
    """
    languages = list(versions)
    if len(languages) < 2:
        raise TooFewVersionsError(languages)
    original, *others = languages
    findings = unrelated_findings(rows, languages)
    unrelated = {finding.language for finding in findings}
    known = _Known({}, FigureReader())
    for language in others:
        if language not in unrelated:
            findings += _Comparison(rows, versions, original, language, known).findings()
    place = {language: index for index, language in enumerate(languages)}
    return sorted(findings, key=lambda finding: (finding.row, place[finding.language], finding.kind))


def matched(rows: Sequence[Row], original: str, language: str) -> tuple[int, int]:
    """Return how many rows have both versions, and how many either."""
    both = sum(1 for row in rows if row.sentences[original] and row.sentences[language])
    either = sum(1 for row in rows if row.sentences[original] or row.sentences[language])
    return both, either


def unrelated_findings(rows: Sequence[Row], languages: Sequence[str]) -> list[Finding]:
    """Return a finding of kind "unrelated" for each version that is not the first one's article."""
    original, *others = languages
    found = []
    for language in others:
        both, either = matched(rows, original, language)
        if either >= _ENOUGH and both < _UNRELATED * either:
            found.append(
                Finding.of(
                    Code.UNRELATED, language, Severity.WARNING, original=original, both=both, either=either
                )
            )
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """What is read for one comparison and serves for the next: all are held against the original."""

    texts: dict[str, Text]
    figures: FigureReader


class _Comparison:
    """One version held against the original."""

    def __init__(
        self,
        rows: Sequence[Row],
        versions: Mapping[str, Sequence[str]],
        original: str,
        language: str,
        known: _Known,
    ) -> None:
        def text(row: Row, name: str) -> str:
            return " ".join(versions[name][i] for i in row.sentences[name])

        self._original = original
        self._language = language
        self._rows = rows
        self._texts = [(text(row, original), text(row, language)) for row in rows]
        readers = date_reader(original), date_reader(language)
        dates = [date_differences(one, other, readers) for one, other in self._texts]
        self._dates = [(ours, theirs) for ours, theirs, _, _ in dates]
        self._numbers = number_differences([(one, other) for _, _, one, other in dates], known.figures)
        self._names = NameFinder(self._texts, known.texts)

    def findings(self) -> Iterator[Finding]:
        for index, (row, (one, other)) in enumerate(zip(self._rows, self._texts, strict=True)):
            if one and not other:
                yield self._finding(index, Code.MISSING, _severity(one))
            elif other and not one:
                yield self._finding(index, Code.ADDED, _severity(other))
            elif one and other:
                if row.score < _WEAK:
                    yield self._finding(index, Code.WEAK, Severity.NOTE)
                yield from self._differences(index)

    def _finding(self, row: int, code: Code, severity: Severity, **values: str) -> Finding:
        return Finding.of(code, self._language, severity, row=row, original=self._original, **values)

    def _differences(self, index: int) -> Iterator[Finding]:
        """Yield what differs between the two texts of a row."""
        for kind, differences in (("date", self._dates[index]), ("number", self._numbers[index])):
            if any(differences):
                yield self._difference(index, kind, Severity.WARNING, *differences)
        names = self._names.differences(index)
        if any(names):
            # A name that gives way to another is an error; one that is not there may be a pronoun.
            severity = Severity.WARNING if all(names) else Severity.NOTE
            yield self._difference(index, "name", severity, *names)

    def _difference(
        self, index: int, kind: str, severity: Severity, ours: Sequence[str], theirs: Sequence[str]
    ) -> Finding:
        how = "differs" if ours and theirs else "missing" if ours else "added"
        both = {"ours": ", ".join(ours), "theirs": ", ".join(theirs)}
        values = {name: text for name, text in both.items() if text}
        return self._finding(index, Code(f"{kind}-{how}"), severity, **values)


def _severity(text: str) -> Severity:
    return Severity.NOTE if len(text) < _SHORT else Severity.WARNING
