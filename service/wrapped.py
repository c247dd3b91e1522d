"""What every translator that stands round another one has in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.attention import attention_of
from models.nbest import n_best_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.attention import Attention
    from models.translation import Translation, Translator


class Wrapped:
    """A translator round another: everything but `translate` is the other's."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator

    @property
    def checkpoint_id(self) -> str:
        """The id of the checkpoint inside."""
        return self._translator.checkpoint_id

    @property
    def targets(self) -> tuple[str, ...]:
        """Language codes it translates into."""
        return self._translator.targets

    @property
    def signature(self) -> str:
        """What a result depends on."""
        return self._translator.signature

    def attention(self, pairs: Sequence[tuple[str, str]], *, target: str) -> list[Attention | None]:
        """Return what the translator inside tells of its attention, None throughout if it tells nothing."""
        return attention_of(self._translator, pairs, target=target)

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return what the translator inside gives, its only translation where it has no others."""
        return n_best_of(self._translator, sentences, target=target, most=most)
