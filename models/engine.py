"""What runs a checkpoint: token ids in, token ids out. Text is the translator's business, not an engine's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.decoding import DecodingSettings


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An output that a search found: its ids without `</s>`, its mean token log-probability with it.

    `finished` is False where the search ended without `</s>`: the output was cut.
    """

    ids: tuple[int, ...]
    score: float
    finished: bool


class Engine(Protocol):
    """Runs one checkpoint's network."""

    @property
    def name(self) -> str:
        """Engine and number format, e.g. "torch-float32"; part of every signature."""

    @property
    def positions(self) -> int:
        """The longest source or output in tokens that the network has positions for."""

    def generate(self, sources: Sequence[Sequence[int]], settings: DecodingSettings) -> list[Hypothesis]:
        """Search for the best output of each source, in order, in batches of the engine's own choice.

        Sources are ids with tag and `</s>`, at most `positions` long. An output keeps to the settings' limit
        for its source, and depends on that source only.
        """

    def n_best(
        self, sources: Sequence[Sequence[int]], settings: DecodingSettings, count: int
    ) -> list[list[Hypothesis]]:
        """Search as `generate` does, and return the `count` best outputs of each source, best first.

        There are at least as many beams; the first output is the one that `generate` gives.
        """

    def attend(
        self, sources: Sequence[Sequence[int]], outputs: Sequence[Sequence[int]]
    ) -> list[Sequence[Sequence[float]]]:
        """Return how outputs look at their sources: for each a row for each of its ids, over the source's.

        Sources are ids with tag and `</s>`, outputs ids without `</s>`, not empty; both shorter than
        `positions`. Which attention it is, `models.attention` says.
        """
