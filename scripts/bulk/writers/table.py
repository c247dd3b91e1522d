"""Arrow tables of beads: rows gathered and written to Parquet in groups of a fixed size."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from bulk.errors import PackageMissingError

if TYPE_CHECKING:
    from bulk.writers.shard import Shard

_GROUP: Final = 5_000  # rows; the most that are in memory, but for the rest of a document


def arrow() -> Any:
    """Return pyarrow with its Parquet part; raise PackageMissingError."""
    try:
        import pyarrow.parquet
    except ImportError as error:
        raise PackageMissingError("pyarrow", "Parquet") from error
    return pyarrow


class Table:
    """A Parquet file that grows by rows; the same rows in the same portions give the same bytes."""

    def __init__(self, shard: Shard, name: str, schema: Any) -> None:
        self._schema = schema
        self._rows: list[dict[str, Any]] = []
        self._writer = arrow().parquet.ParquetWriter(
            shard.open(name), schema, compression="zstd", compression_level=6, version="2.6"
        )
        shard.enter(self._writer)

    def add(self, rows: list[dict[str, Any]]) -> None:
        """Add a document's rows."""
        self._rows += rows
        if len(self._rows) >= _GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what has been gathered; to be called once more before the shard is closed."""
        if self._rows:
            self._writer.write_table(arrow().Table.from_pylist(self._rows, schema=self._schema))
            self._rows = []
