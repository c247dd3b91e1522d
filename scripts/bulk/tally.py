"""Counting what a run gave out: for the summary, the report, and each shard."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bulk.record import shape_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bulk.record import Record

BINS: Final = 20


@dataclass(slots=True)
class Tally:
    """Sums over records.

    `types` counts rows by their type in the languages of the document; `matched` are the rows that two or
    more versions have, `score` the sum of their scores and `histogram` their number by score, in BINS equal
    bins from 0 to 1; `unmatched` counts the sentences in the other rows.
    """

    documents: int = 0
    rows: int = 0
    matched: int = 0
    score: float = 0.0
    sentences: Counter[str] = field(default_factory=Counter)
    unmatched: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    histogram: list[int] = field(default_factory=lambda: [0] * BINS)

    def add(self, record: Record, dropped: Mapping[str, int]) -> None:
        """Count a document, and the rows that were left out of it."""
        self.documents += 1
        self.dropped.update(dropped)
        self.sentences.update({language: len(held) for language, held in record.sentences.items()})
        self.findings.update(found.kind for found in record.findings)
        for row in record.rows:
            self.rows += 1
            self.types[shape_name(record.shape(row))] += 1
            present = [language for language, held in row.sentences.items() if held]
            if len(present) > 1:
                self.matched += 1
                self.score += row.score
                self.histogram[min(int(row.score * BINS), BINS - 1)] += 1
            for language in present if len(present) == 1 else ():
                self.unmatched[language] += len(row.sentences[language])

    def merge(self, other: Tally) -> None:
        """Add another tally to this one."""
        self.documents += other.documents
        self.rows += other.rows
        self.matched += other.matched
        self.score += other.score
        self.sentences.update(other.sentences)
        self.unmatched.update(other.unmatched)
        self.types.update(other.types)
        self.findings.update(other.findings)
        self.dropped.update(other.dropped)
        self.histogram = [one + two for one, two in zip(self.histogram, other.histogram, strict=True)]

    @property
    def mean_score(self) -> float | None:
        """The mean score of the matched rows, None where there are none."""
        return self.score / self.matched if self.matched else None

    def unmatched_share(self, language: str) -> float:
        """Return the share of a language's sentences that no other version has, 0 to 1."""
        return self.unmatched[language] / self.sentences[language] if self.sentences[language] else 0.0

    def to_json(self) -> str:
        """Return the tally as JSON."""
        facts = {name: getattr(self, name) for name in self.__slots__}
        return json.dumps(facts, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Tally:
        """Read what `to_json` gave."""
        facts = json.loads(text)
        for name in ("sentences", "unmatched", "types", "findings", "dropped"):
            facts[name] = Counter(facts[name])
        return cls(**facts)


def document_score(record: Record) -> float | None:
    """Return the mean score of a document's matched rows, 0 where nothing matches, None without rows."""
    if not record.rows:
        return None
    scores = [row.score for row in record.rows if sum(map(bool, row.sentences.values())) > 1]
    return sum(scores) / len(scores) if scores else 0.0
