"""Parquet: manifests with a document a row, and the bead tables that the parquet and datasets forms write.

A manifest has `id` and either `versions` (a struct or map of languages, as in JSONL) or a column a language,
`en` with the text or `en_path` with its path; `format` if need be. A bead table has `document` and, for each
language, either a struct with `text` or an entry of the struct `translation`; neighbouring rows of one
document belong together, and each row's text is one sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bulk import storage
from bulk.document import Document
from bulk.errors import InputError, PackageMissingError
from bulk.readers.beads import BrokenError, grouped, placed
from bulk.readers.source import EntryError, document_of
from service.render.text import encodable, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BATCH: Final = 64  # rows held at a time; a row may hold whole articles


class ParquetSource:
    """A Parquet file."""

    def __init__(self, path: str, languages: Sequence[str], max_bytes: int) -> None:
        self._path = path
        self._languages = tuple(languages)
        self._max_bytes = max_bytes
        self.name = storage.file_name(path)

    def found(self) -> Iterator[tuple[str, Document]]:
        """Yield each row's document, or each run of rows with the same `document`."""
        columns = self._columns()
        if "document" in columns:
            yield from placed(self.name, grouped(self._beads(), self._max_bytes))
        elif "id" in columns:
            yield from self._entries()
        else:
            raise InputError(
                f"{self._path} has neither a column id (a manifest) nor document (a table of beads); "
                f"it has {', '.join(columns)}."
            )

    def count(self) -> int | None:
        """Return how many documents there are: of a manifest without reading it."""
        if "document" not in self._columns():
            with storage.raw_reading(self._path) as file:
                return int(self._open(file).metadata.num_rows)
        return sum(1 for _ in self.found())

    def _columns(self) -> list[str]:
        with storage.raw_reading(self._path) as file:
            return list(self._open(file).schema_arrow.names)

    def _open(self, file: Any) -> Any:
        try:
            from pyarrow import ArrowException, parquet
        except ImportError as error:
            raise PackageMissingError("pyarrow", "A .parquet file") from error
        try:
            return parquet.ParquetFile(file)
        except (ArrowException, OSError) as error:
            raise InputError(f"{self._path} is no Parquet file: {error}") from error

    def _rows(self) -> Iterator[tuple[str, Mapping[str, Any] | None]]:
        """Yield each row with its place; None where the file cannot be read on."""
        from pyarrow import ArrowException

        number = 0
        with storage.raw_reading(self._path) as file:
            try:
                for batch in self._open(file).iter_batches(batch_size=_BATCH):
                    for row in batch.to_pylist(maps_as_pydicts="lossy"):
                        number += 1
                        yield f"row {number}", row
            except (ArrowException, OSError, UnicodeDecodeError):
                yield f"row {number + 1}", None

    def _entries(self) -> Iterator[tuple[str, Document]]:
        folder = storage.parent(self._path)
        for place, row in self._rows():
            try:
                if row is None:
                    raise EntryError("the file is damaged from here on")
                document = document_of(self._entry(row), folder)
            except EntryError as error:
                document = Document(place, problem=f"{place.capitalize()} of {self.name} is wrong: {error}.")
            yield place, document

    def _entry(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row as a JSONL line would have it."""
        versions: dict[str, Any] = {}
        if "versions" in row:
            given = row["versions"]
            if isinstance(given, dict):
                versions = {language: _without_nulls(version) for language, version in given.items()}
        else:
            for language in self._languages:
                if row.get(language) is not None:
                    versions[language] = row[language]
                elif row.get(f"{language}_path") is not None:
                    versions[language] = {"path": row[f"{language}_path"]}
        return {"id": row["id"], "versions": versions, "format": row.get("format")}

    def _beads(self) -> Iterator[tuple[str, dict[str, str]]]:
        for place, row in self._rows():
            if row is None:
                raise BrokenError(f"It is damaged from {place} on.")
            together = row.get("translation")
            texts = {}
            for language in self._languages:
                side = together.get(language) if isinstance(together, dict) else row.get(language)
                text = side.get("text") if isinstance(side, dict) else side
                texts[language] = one_line(encodable(text)) if isinstance(text, str) else ""
            yield str(row["document"]), texts


def _without_nulls(version: Any) -> Any:
    """Return a struct without the fields that have no value: a column has every field in every row."""
    if isinstance(version, dict):
        return {key: value for key, value in version.items() if value is not None} or None
    return version
