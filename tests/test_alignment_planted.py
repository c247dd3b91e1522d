"""The audit on an article without errors, on fifty with one each, and on the examples."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from planted_fixture import VERSIONS, planted

from alignment import align_versions, audit
from models.cached import CachedEncoder, MemoryVectors
from models.loading import load_encoder
from service.article import Format
from service.formats import read

EXAMPLES = Path(__file__).parents[1] / "examples"
# What may go unnoticed: precision comes first.
RECALL = {"number": 0.9, "date": 0.8, "name": 0.6, "missing": 0.9, "added": 0.9, "weak": 0.9}


@pytest.fixture(scope="module")
def encoder() -> CachedEncoder:
    return CachedEncoder(load_encoder(), MemoryVectors())


def test_a_clean_article_has_no_findings(encoder: CachedEncoder) -> None:
    rows = align_versions(VERSIONS, encoder)
    assert [dict(row.sentences) for row in rows] == [
        dict.fromkeys(VERSIONS, (index,)) for index in range(len(VERSIONS["en"]))
    ]
    assert audit(rows, VERSIONS) == []


def test_planted_errors_are_found_and_nothing_else(encoder: CachedEncoder) -> None:
    number, found = Counter[str](), Counter[str]()
    false_alarms = all_rows = 0
    for error in planted():
        versions = {"en": VERSIONS["en"], error.language: error.sentences}
        rows = align_versions(versions, encoder)
        guilty = {
            index
            for index, row in enumerate(rows)
            if error.row in [versions[name][i] for name in versions for i in row.sentences[name]]
        }
        findings = audit(rows, versions)
        right = {error.kind, "missing", "added"} if error.kind == "weak" else {error.kind}
        number[error.kind] += 1
        found[error.kind] += any(each.row in guilty and each.kind in right for each in findings)
        # Where a sentence has given way to another, that one stands in a row beside.
        near = {index + step for index in guilty for step in (-1, 0, 1)} if error.kind == "weak" else guilty
        false_alarms += len({each.row for each in findings} - near)
        all_rows += len(rows)
    assert sum(number.values()) == 50
    assert false_alarms <= 0.02 * all_rows
    for kind, least in RECALL.items():
        assert found[kind] >= least * number[kind], kind


def test_the_examples_have_no_false_alarm(encoder: CachedEncoder) -> None:
    texts = {
        language: [
            " ".join(sentence.text.split())
            for sentence in read(
                (EXAMPLES / f"harbour.{language}.md").read_text(encoding="utf-8"), Format.MARKDOWN, language
            ).sentences
        ]
        for language in ("en", "es", "ru")
    }
    rows = align_versions(texts, encoder)
    findings = audit(rows, texts)
    # The Spanish version lacks the petition; nothing else differs.
    assert [(each.language, each.kind) for each in findings] == [("es", "missing")]
    assert "petition" in texts["en"][rows[findings[0].row].sentences["en"][0]]
