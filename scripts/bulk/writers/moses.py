"""Moses text pairs: for each pair of languages two files of the same number of lines, and one of their ids.

STEM.en-es.en and STEM.en-es.es hold what the two versions have in each row that has both; a line of
STEM.en-es.ids holds the document's id, the row's number from 1 and its score, with tabs between them.
"""

from __future__ import annotations

from itertools import combinations
from typing import IO, TYPE_CHECKING

from bulk.writers.shard import Shard
from service.render.text import decimal, encodable, one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk.record import Record


class MosesWriter:
    """Writes a shard's pairs; those of which it has none get no files."""

    name = "moses"

    def __init__(self, languages: Sequence[str], compression: str = "") -> None:
        self._pairs = tuple(combinations(languages, 2))
        self._compression = compression
        self._shard = Shard()

    def begin(self, folder: str, stem: str) -> None:
        """Begin a shard."""
        self._shard = Shard(folder)
        self._stem = stem
        self._files: dict[tuple[str, str], tuple[IO[bytes], ...]] = {}

    def write(self, record: Record) -> None:
        """Write a document's rows into the files of each pair that they have."""
        columns = {column.language: column for column in record.columns()}
        name = one_line(record.id)
        for number, row in enumerate(record.rows, 1):
            texts = {
                language: encodable(columns[language].text(indices))
                for language, indices in row.sentences.items()
                if indices
            }
            for pair in self._pairs:
                if pair[0] in texts and pair[1] in texts:
                    facts = f"{name}\t{number}\t{decimal(row.score)}"
                    for file, line in zip(self._of(pair), (*map(texts.get, pair), facts), strict=True):
                        file.write(f"{line}\n".encode())

    def close(self) -> list[str]:
        """Finish the shard."""
        return self._shard.close()

    def _of(self, pair: tuple[str, str]) -> tuple[IO[bytes], ...]:
        if pair not in self._files:
            stem = f"{self._stem}.{'-'.join(pair)}"
            self._files[pair] = tuple(
                self._shard.open(f"{stem}.{ending}{self._compression}") for ending in (*pair, "ids")
            )
        return self._files[pair]
