"""From one language into another by way of a third: two translators, one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.guards import flags_of
from models.nbest import n_best_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.translation import Translation, Translator


class PivotTranslator:
    """Translates into the pivot language with one translator, and on with another.

    A result's score is the sum of both, so that each must be sure; its flags are those of both, and what
    looks wrong between the sentence and the last translation. It does not tell its attention. `languages` are
    the source's and the pivot's.
    """

    def __init__(self, first: Translator, second: Translator, languages: tuple[str, str]) -> None:
        self._first = first
        self._second = second
        self._languages = languages

    @property
    def checkpoint_id(self) -> str:
        """The ids of both checkpoints, in order: "opus-mt-es-en+opus-mt-en-ru"."""
        return f"{self._first.checkpoint_id}+{self._second.checkpoint_id}"

    @property
    def targets(self) -> tuple[str, ...]:
        """Language codes the second one translates into."""
        return self._second.targets

    @property
    def signature(self) -> str:
        """The signatures of both, in order."""
        return f"{self._first.signature}+{self._second.signature}"

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order; raise UnsupportedTargetError."""
        middle = self._first.translate(sentences, target=self._languages[1])
        last = self._second.translate([translation.text for translation in middle], target=target)
        return [
            self._whole_way(sentence, before, after, target)
            for sentence, before, after in zip(sentences, middle, last, strict=True)
        ]

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return the n-best translations of what the first translator finds best; raises as `translate`."""
        middle = self._first.translate(sentences, target=self._languages[1])
        ranked = n_best_of(
            self._second, [translation.text for translation in middle], target=target, most=most
        )
        return [
            [self._whole_way(sentence, before, after, target) for after in last]
            for sentence, before, last in zip(sentences, middle, ranked, strict=True)
        ]

    def _whole_way(self, sentence: str, before: Translation, after: Translation, target: str) -> Translation:
        flags = flags_of(sentence, after.text, (self._languages[0], target))
        return replace(
            after,
            score=before.score + after.score,
            flags=tuple(sorted({*before.flags, *after.flags, *flags})),
        )
