from __future__ import annotations

import pytest

from alignment import Code, Finding, Row, Severity, TooFewVersionsError, audit
from alignment.findings import REASONS

LONG = "The council voted on the plan after a long debate."


def found(one: str, other: str, score: float = 0.9) -> list[Finding]:
    """Audit one row with these texts between two rows that are fine."""
    rows = [Row({"en": (i,), "es": (i,)}, 0.9 if i != 1 else score) for i in range(3)]
    return audit(rows, {"en": [LONG, one, LONG], "es": [LONG, other, LONG]})


def test_faithful_versions_have_no_findings() -> None:
    assert found(LONG, LONG) == []


def test_content_missing_from_a_version_is_found() -> None:
    rows = [Row({"en": (0,), "es": (0,), "ru": ()}, 0.9), Row({"en": (), "es": (1,), "ru": (0,)}, 0.9)]
    versions = {"en": [LONG], "es": [LONG, LONG], "ru": ["By A. B."]}
    assert audit(rows, versions) == [
        Finding.of(Code.MISSING, "ru", Severity.WARNING, row=0, original="en"),
        Finding.of(Code.ADDED, "es", Severity.WARNING, row=1, original="en"),
        Finding.of(Code.ADDED, "ru", Severity.NOTE, row=1, original="en"),
    ]


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("It cost 25 euros.", "Costó 52 euros.", "en has 25 where es has 52"),
        ("It cost 1.5 million.", "Costó 2,5 millones.", "en has 1.5 where es has 2,5"),
        ("From 2004 to 2011.", "De 2004 a 2012.", "en has 2011 where es has 2012"),
        ("In 1973 it opened.", "Entonces se abrió.", "en has 1973, es has not"),
        ("It opened then.", "Se abrió en 1973.", "es has 1973, en has not"),
    ],
)
def test_numbers_that_differ_are_found(one: str, other: str, reason: str) -> None:
    [finding] = found(one, other)
    assert (finding.row, finding.language, finding.kind) == (1, "es", "number")
    assert (finding.severity, finding.reason) == (Severity.WARNING, reason)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5 percent", "1,5 por ciento"),
        ("1,500 people", "1.500 personas"),
        ("1,500 people", "1 500 personas"),
        ("1.5 million people", "1 500 000 personas"),
        ("6 thousand million", "6.000 millones"),
        ("at 5:30 p.m.", "a las 17.30"),
        ("at 17:30", "a las 17.30"),
        ("12/25/2011", "25.12.2011"),
        ("in the 1960s", "en los años 60"),
        ("three years", "3 años"),
        ("a thirty-nine year old star", "la estrella de 39 años"),
        ("He scored 2 goals", "Marcó un doblete"),
        ("5 or 6, then 5 again", "5 o 6"),
    ],
)
def test_numbers_written_otherwise_are_no_finding(one: str, other: str) -> None:
    assert found(one, other) == []


def test_a_number_that_stands_one_row_further_on_is_no_finding() -> None:
    rows = [Row({"en": (i,), "es": (i,)}, 0.9) for i in range(2)]
    assert audit(rows, {"en": ["In 1973", "it opened."], "es": ["Entonces", "se abrió en 1973."]}) == []


def test_a_doubtful_match_is_a_note() -> None:
    assert [(finding.kind, finding.severity) for finding in found(LONG, LONG, 0.1)] == [
        ("weak", Severity.NOTE)
    ]


def test_a_version_of_something_else_is_said_once() -> None:
    rows = [Row({"en": (i,), "es": ()}, 0.0) for i in range(9)] + [Row({"en": (), "es": (0,)}, 0.0)]
    findings = audit(rows, {"en": [LONG] * 9, "es": [LONG]})
    assert [(finding.row, finding.kind) for finding in findings] == [(0, "unrelated")]
    assert "is it the same article?" in findings[0].reason


def test_an_audit_needs_two_versions() -> None:
    with pytest.raises(TooFewVersionsError):
        audit([], {"en": []})


def test_a_finding_says_by_code_and_values_what_its_sentence_says() -> None:
    [differs] = found("It cost 25 euros.", "Costó 52 euros.")
    assert differs.code == "number-differs"
    assert differs.values == {"language": "es", "original": "en", "ours": "25", "theirs": "52"}
    [missing] = found("In 1973 it opened.", "Entonces se abrió.")
    assert missing.code == "number-missing"
    assert missing.values == {"language": "es", "original": "en", "ours": "1973"}
    [added] = found("It opened then.", "Se abrió en 1973.")
    assert (added.code, added.values["theirs"]) == ("number-added", "1973")


def test_every_code_has_a_sentence_and_a_kind() -> None:
    kinds = {"missing", "added", "weak", "number", "date", "name", "unrelated", "order", "language"}
    names = ("original", "spoken", "ours", "theirs", "both", "either")
    assert set(REASONS) == set(Code)
    for code in Code:
        finding = Finding.of(code, "es", Severity.NOTE, **{name: f"<{name}>" for name in names})
        assert finding.kind in kinds
        assert "es" in finding.reason
        assert "{" not in finding.reason
