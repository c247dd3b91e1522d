"""A translator that looks at what it gives out: flags on every result, and a second try against loops."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.attention import Attentive
from models.guards import flags_of, has_words, repair_numbers, repeats_itself
from models.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.attention import Attention
    from models.translation import Translator


class GuardedTranslator:
    """Wraps any translator.

    Sentences without a letter (numbers, rules, emoji, addresses) come back as they are, without a call.
    `again`, the same checkpoint with settings that hold against loops, is asked once for the sentences whose
    translation repeats itself; the better of the two is kept: fewer flags first, then the higher score.
    Garbled digits are put right where it is plain how; what remains is flagged (see `models.guards`).
    """

    def __init__(self, translator: Translator, again: Translator | None = None) -> None:
        self._translator = translator
        self._again = again

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
        """The signature of the translator inside, and that it is guarded."""
        return f"{self._translator.signature}|guarded:{'twice' if self._again else 'once'}"

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order; raise UnsupportedTargetError."""
        asked = [index for index, sentence in enumerate(sentences) if has_words(sentence)]
        found = self._translator.translate([sentences[index] for index in asked], target=target)
        results = [Translation(sentence, 0.0) for sentence in sentences]
        for index, translation in zip(asked, found, strict=True):
            results[index] = _checked(sentences[index], translation)
        if self._again is not None:
            loops = [index for index in asked if repeats_itself(sentences[index], results[index].text)]
            others = (
                self._again.translate([sentences[index] for index in loops], target=target) if loops else []
            )
            for index, other in zip(loops, others, strict=True):
                results[index] = max(results[index], _checked(sentences[index], other), key=_merit)
        return results

    def attention(self, pairs: Sequence[tuple[str, str]], *, target: str) -> list[Attention | None]:
        """Return what the translator inside tells of its attention, None throughout if it tells nothing."""
        if isinstance(self._translator, Attentive):
            return self._translator.attention(pairs, target=target)
        return [None] * len(pairs)


def _checked(source: str, translation: Translation) -> Translation:
    text = repair_numbers(source, translation.text)
    flags = sorted({*translation.flags, *flags_of(source, text)})
    return replace(translation, text=text, flags=tuple(flags))


def _merit(translation: Translation) -> tuple[int, float]:
    return -len(translation.flags), translation.score
