"""A shard's manifest: what is in it, how it was made, and the size and SHA-256 of every file.

It is JSON with its keys in the order of the fields, without a time in it, so the same shard has the same
manifest.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from bulk import storage
from bulk.errors import ManifestError
from service.errors import FileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bulk.record import Record

_PIECE: Final = 2**20


@dataclass(slots=True)
class Counts:
    """What has been written: documents, beads, and sentences by language."""

    documents: int = 0
    beads: int = 0
    sentences: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record) -> None:
        """Count a document."""
        self.documents += 1
        self.beads += len(record.rows)
        self.sentences.update({language: len(held) for language, held in record.sentences.items()})


@dataclass(frozen=True, slots=True)
class ShardFile:
    """A file: its path from the output folder with "/" between its parts, its bytes, their SHA-256 in hex."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class ShardManifest:
    """What is known of a shard; `signatures` are all that its documents have, in order of appearance."""

    stem: str
    documents: int
    beads: int
    sentences: Mapping[str, int]
    files: tuple[ShardFile, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    signatures: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        stem: str,
        counts: Counts,
        files: Iterable[ShardFile],
        options: Mapping[str, Any],
        signatures: Iterable[str],
    ) -> ShardManifest:
        """Make the manifest of a shard that has been written; sentences are told in order of language."""
        sentences = {language: counts.sentences[language] for language in sorted(counts.sentences)}
        return cls(
            stem,
            counts.documents,
            counts.beads,
            sentences,
            tuple(files),
            dict(options),
            tuple(dict.fromkeys(signatures)),
        )

    @classmethod
    def from_bytes(cls, content: bytes) -> ShardManifest:
        """Read a manifest; raise ManifestError."""
        try:
            facts = json.loads(content)
            return cls(
                str(facts["stem"]),
                int(facts["documents"]),
                int(facts["beads"]),
                {str(language): int(count) for language, count in facts["sentences"].items()},
                tuple(
                    ShardFile(str(file["name"]), int(file["bytes"]), str(file["sha256"]))
                    for file in facts["files"]
                ),
                dict(facts["options"]),
                tuple(map(str, facts["signatures"])),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ManifestError(f"This is no manifest of a shard: {error!r}.") from error

    def to_bytes(self) -> bytes:
        """Return the manifest as indented UTF-8 JSON."""
        facts = {
            "stem": self.stem,
            "documents": self.documents,
            "beads": self.beads,
            "sentences": dict(self.sentences),
            "files": [{"name": file.name, "bytes": file.bytes, "sha256": file.sha256} for file in self.files],
            "options": dict(self.options),
            "signatures": list(self.signatures),
        }
        return json.dumps(facts, ensure_ascii=False, indent=2).encode() + b"\n"


def shard_file(folder: str, name: str) -> ShardFile:
    """Return the facts of a file that lies in the output folder; raise FileError."""
    digest, size = sha256(), 0
    with storage.raw_reading(storage.joined(folder, name)) as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
    return ShardFile(name, size, digest.hexdigest())


def verify(folder: str, manifest: ShardManifest) -> list[str]:
    """Return what is wrong with a shard's files, a sentence each; nothing where all is as it was written."""
    problems = []
    for file in manifest.files:
        try:
            found = shard_file(folder, file.name)
        except FileError as error:
            problems.append(str(error))
            continue
        if found.bytes != file.bytes:
            problems.append(f"{file.name} has {found.bytes:,} bytes, its manifest says {file.bytes:,}.")
        elif found.sha256 != file.sha256:
            problems.append(f"{file.name} is not what was written: its SHA-256 differs.")
    return problems
