"""Parquet: one file a shard, a row a bead. docs/bulk.md has the schema as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bulk.record import shape_name
from bulk.writers.shard import Shard
from bulk.writers.table import Table, arrow
from service.render.text import encodable, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alignment.findings import Finding
    from bulk.record import Record
    from service.render.column import Column


class ParquetWriter:
    """Writes STEM.parquet with a struct column for each language of the run."""

    name = "parquet"

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)
        self._shard = Shard()
        self._schema = schema(self._languages)

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard."""
        self._shard = Shard(folder)
        self._table = Table(self._shard, f"{stem}.parquet", self._schema)

    def write(self, record: Record) -> None:
        """Write a document's rows."""
        columns = {column.language: column for column in record.columns()}
        findings = record.findings_by_row()
        self._table.add(
            [
                {
                    "document": record.id,
                    "row": index,
                    "type": shape_name(record.shape(row, self._languages)),
                    "score": row.score,
                    **{
                        language: _side(columns[language], row.sentences.get(language, ()))
                        for language in self._languages
                        if language in columns
                    },
                    "findings": [_finding(each) for each in findings.get(index, ())],
                    "signature": record.signature,
                }
                for index, row in enumerate(record.rows)
            ]
        )

    def close(self) -> list[str]:
        """Finish the shard."""
        self._table.flush()
        return self._shard.close()


def schema(languages: Sequence[str]) -> Any:
    """Return the Arrow schema of the beads of these languages."""
    pa = arrow()
    string, number = pa.string(), pa.int32()
    side = pa.struct(
        [
            pa.field("text", string, nullable=False),
            pa.field("sentences", pa.list_(number), nullable=False),
            pa.field("texts", pa.list_(string), nullable=False),
            pa.field("starts", pa.list_(number), nullable=False),
            pa.field("ends", pa.list_(number), nullable=False),
            pa.field("origin", string, nullable=False),
            pa.field("translation_score", pa.float64()),
            pa.field("flags", pa.list_(string), nullable=False),
        ]
    )
    finding = pa.struct([(name, string) for name in ("language", "kind", "severity", "reason")])
    return pa.schema(
        [
            pa.field("document", string, nullable=False),
            pa.field("row", number, nullable=False),
            pa.field("type", string, nullable=False),
            pa.field("score", pa.float64(), nullable=False),
            *(pa.field(language, side) for language in languages),
            pa.field("findings", pa.list_(finding), nullable=False),
            pa.field("signature", string, nullable=False),
        ]
    )


def _side(column: Column, indices: Sequence[int]) -> dict[str, Any]:
    held = [column.sentences[index] for index in indices]
    score = column.score(indices)
    return {
        "text": encodable(column.text(indices)),
        "sentences": list(indices),
        "texts": [encodable(sentence.text) for sentence in held],
        "starts": [sentence.start for sentence in held],
        "ends": [sentence.end for sentence in held],
        "origin": column.origin,
        "translation_score": None if score is None else rounded(score),
        "flags": list(column.flags(indices)),
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "language": finding.language,
        "kind": finding.kind,
        "severity": finding.severity.value,
        "reason": finding.reason,
    }
