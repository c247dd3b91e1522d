"""What a translation engine gives back, and what it must be able to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Translation:
    """One sentence's translation.

    `score` is the mean token log-probability (natural logarithm, at most 0; higher is surer).
    `flags` names what looks wrong with it, e.g. "repetition"; empty when nothing does. `similarity` is the
    cosine of its vector and the sentence's (-1 to 1), None where nobody compared them.
    """

    text: str
    score: float
    flags: tuple[str, ...] = ()
    similarity: float | None = None


class Translator(Protocol):
    """Runs one checkpoint."""

    @property
    def checkpoint_id(self) -> str:
        """The checkpoint's id in the catalog, e.g. "starter"."""

    @property
    def targets(self) -> tuple[str, ...]:
        """Language codes (ISO 639-1) it translates into."""

    @property
    def signature(self) -> str:
        """Checkpoint id, revision and decoding settings, in one line: what a result depends on."""

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order; raise UnsupportedTargetError."""
