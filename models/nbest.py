"""Several translations of a sentence: the hypotheses that a beam search ends with, best first.

They are found by one search with at least as many beams as hypotheses are wanted. A sentence that is
translated in parts has as its n-th translation the n-th of each part, or the last there is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.translation import Translation, Translator


@runtime_checkable
class Ranking(Protocol):
    """A translator that gives several translations of a sentence; not every one can."""

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return for each sentence up to `most` translations of different texts, best first.

        There may be fewer, or none. Raises UnsupportedTargetError.
        """


def n_best_of(
    translator: Translator, sentences: Sequence[str], *, target: str, most: int
) -> list[list[Translation]]:
    """Return a translator's n-best translations, its only one where it has no others; raise as it does."""
    if isinstance(translator, Ranking):
        return translator.n_best(sentences, target=target, most=most)
    return [[translation] for translation in translator.translate(sentences, target=target)]


def distinct(translations: Sequence[Translation]) -> list[Translation]:
    """Return translations without those whose text stands before them."""
    first: dict[str, Translation] = {}
    for translation in translations:
        first.setdefault(translation.text, translation)
    return list(first.values())
