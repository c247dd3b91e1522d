"""What the pipeline gives back: versions, their rows, and what an audit found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alignment.beads import Row
    from alignment.findings import Finding
    from models.translation import Translation
    from service.article import Article


class Origin(StrEnum):
    """Where a version came from."""

    GIVEN = "given"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Version:
    """The article in one language.

    `translations`, for a machine-made version, holds one Translation a sentence of `article`; else it is ().
    `checkpoint` is the id of the checkpoint that made it ("starter", ...), None for a given version, and
    `signature` what its translations depend on.
    """

    article: Article
    origin: Origin
    translations: tuple[Translation, ...] = ()
    checkpoint: str | None = None
    signature: str = ""

    @property
    def language(self) -> str:
        """ISO 639-1 code."""
        return self.article.language


@dataclass(frozen=True, slots=True)
class Aligned:
    """Versions with their rows; `rows[i].sentences[lang]` index that version's `article.sentences`."""

    versions: tuple[Version, ...]
    rows: tuple[Row, ...]
    signature: str
    findings: tuple[Finding, ...] = ()
