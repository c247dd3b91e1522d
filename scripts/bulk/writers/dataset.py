"""A folder that Hugging Face `datasets` loads: data/train-*.parquet and a README.md that describes them.

    datasets.load_dataset("OUTPUT/datasets")

A row is a bead: its id, the document and row, and a `translation` of the languages, which is the feature that
translation corpora have there. A language without a counterpart is "".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bulk import storage
from bulk.record import shape_name
from bulk.writers.shard import Shard
from bulk.writers.table import Table, arrow
from service.render.text import encodable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bulk.manifest import ShardManifest
    from bulk.record import Record


class DatasetWriter:
    """Writes data/train-STEM.parquet."""

    name = "datasets"

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = tuple(languages)
        self._shard = Shard()
        self._schema = _schema(self._languages)

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard."""
        self._shard = Shard(folder)
        self._table = Table(self._shard, f"data/train-{stem}.parquet", self._schema)

    def write(self, record: Record) -> None:
        """Write a document's rows."""
        columns = {column.language: column for column in record.columns()}
        findings = record.findings_by_row()
        origins = [record.origins.get(language, "") for language in self._languages]
        rows = []
        for index, row in enumerate(record.rows):
            translation = {
                language: encodable(columns[language].text(row.sentences.get(language, ())))
                if language in columns
                else ""
                for language in self._languages
            }
            rows.append(
                {
                    "id": f"{record.id}/row-{index + 1}",
                    "document": record.id,
                    "row": index,
                    "translation": translation,
                    "type": shape_name(record.shape(row, self._languages)),
                    "score": row.score,
                    "origins": origins,
                    "findings": [
                        f"{found.kind} {found.language}: {found.reason}" for found in findings.get(index, ())
                    ],
                    "signature": record.signature,
                }
            )
        self._table.add(rows)

    def close(self) -> list[str]:
        """Finish the shard."""
        self._table.flush()
        return self._shard.close()


def write_card(folder: str, languages: Sequence[str], shards: Iterable[ShardManifest]) -> list[str]:
    """Write README.md, whose head tells `datasets` the features and the files; return its name."""
    documents = beads = 0
    for shard in shards:
        documents += shard.documents
        beads += shard.beads
    with storage.writing(storage.joined(folder, "README.md")) as file:
        file.write(_card(languages, documents, beads).encode())
    return ["README.md"]


def _schema(languages: Sequence[str]) -> Any:
    pa = arrow()
    string = pa.string()
    return pa.schema(
        [
            ("id", string),
            ("document", string),
            ("row", pa.int32()),
            ("translation", pa.struct([(language, string) for language in languages])),
            ("type", string),
            ("score", pa.float64()),
            ("origins", pa.list_(string)),
            ("findings", pa.list_(string)),
            ("signature", string),
        ]
    )


def _card(languages: Sequence[str], documents: int, beads: int) -> str:
    listed = "\n".join(f'- "{language}"' for language in languages)
    nested = "\n".join(f'        - "{language}"' for language in languages)
    return f"""---
language:
{listed}
task_categories:
- translation
configs:
- config_name: default
  data_files:
  - split: train
    path: data/train-*.parquet
dataset_info:
  config_name: default
  features:
  - name: id
    dtype: string
  - name: document
    dtype: string
  - name: row
    dtype: int32
  - name: translation
    dtype:
      translation:
        languages:
{nested}
  - name: type
    dtype: string
  - name: score
    dtype: float64
  - name: origins
    list: string
  - name: findings
    list: string
  - name: signature
    dtype: string
---

# Aligned sentences: {", ".join(languages)}

{beads:,} beads of {documents:,} documents, aligned by Triptych.

- `translation`: what the versions say, "" where one has no counterpart
- `type`: how many sentences of each language are in the bead, in the order {", ".join(languages)}
- `score`: how sure the alignment is, 0 to 1; 0 where only one version has sentences
- `origins`: for each language "given", or "machine:" and the checkpoint that made the version; "" where there
  is none
- `findings`: what an editor should look at
- `signature`: release, checkpoints and encoder that the bead depends on
"""
