"""A translator that looks at what it is given and gives out.

What is not in its source language is left as it is, headlines in capitals are translated as sentences, every
result is flagged where it looks wrong, and against loops there is a second try.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.attention import attention_of
from models.guards import flags_of, has_words, repair_numbers, repeats_itself
from models.nbest import distinct, n_best_of
from models.translation import Translation
from models.writing import LANGUAGES, is_capitals, is_foreign, is_rather, without_capitals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.attention import Attention
    from models.translation import Translator


_UNFIT = frozenset({"copy", "cut", "repetition"})  # flags of what nobody would choose


class GuardedTranslator:
    """Wraps any translator.

    Sentences without a letter (numbers, rules, emoji, addresses) come back as they are, without a call; so do
    sentences that are in the target language already (flag "same-language") or in a script that the source
    language, `source`, is not written in, or in a third language (flag "copy"). A headline in capitals is
    translated as a sentence, and put in capitals.
    `again`, the same checkpoint with settings that hold against loops, is asked once for the sentences whose
    translation repeats itself; the better of the two is kept: fewer flags first, then the higher score.
    Garbled digits are put right where it is plain how; what remains is flagged (see `models.guards`).
    """

    def __init__(
        self, translator: Translator, again: Translator | None = None, *, source: str = "en"
    ) -> None:
        self._translator = translator
        self._again = again
        self._source = source

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
        results = [Translation(sentence, 0.0, self._why_not(sentence, target)) for sentence in sentences]
        asked = [
            index
            for index, sentence in enumerate(sentences)
            if has_words(sentence) and not results[index].flags
        ]
        found = self._translator.translate([_spoken(sentences[index]) for index in asked], target=target)
        for index, translation in zip(asked, found, strict=True):
            results[index] = self._checked(sentences[index], translation, target)
        if self._again is not None:
            loops = [index for index in asked if repeats_itself(sentences[index], results[index].text)]
            others = (
                self._again.translate([_spoken(sentences[index]) for index in loops], target=target)
                if loops
                else []
            )
            for index, other in zip(loops, others, strict=True):
                results[index] = max(
                    results[index], self._checked(sentences[index], other, target), key=_merit
                )
        return results

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return for each sentence up to `most` translations of different texts, best first.

        None of them is empty, a copy, cut or goes round in circles. There are none for a sentence that
        `translate` leaves as it is. Raises UnsupportedTargetError.
        """
        found: list[list[Translation]] = [[] for _ in sentences]
        asked = [
            index
            for index, sentence in enumerate(sentences)
            if has_words(sentence) and not self._why_not(sentence, target)
        ]
        spoken = [_spoken(sentences[index]) for index in asked]
        ranked = n_best_of(self._translator, spoken, target=target, most=most)
        for index, translations in zip(asked, ranked, strict=True):
            checked = [self._checked(sentences[index], each, target) for each in translations]
            found[index] = distinct(
                [each for each in checked if each.text.strip() and not _UNFIT.intersection(each.flags)]
            )
        return found

    def attention(self, pairs: Sequence[tuple[str, str]], *, target: str) -> list[Attention | None]:
        """Return what the translator inside tells of its attention, None throughout if it tells nothing."""
        spoken = [
            (without_capitals(sentence), without_capitals(translation))
            if is_capitals(sentence)
            else (sentence, translation)
            for sentence, translation in pairs
        ]
        return attention_of(self._translator, spoken, target=target)

    def _why_not(self, sentence: str, target: str) -> tuple[str, ...]:
        """Return the flag of a sentence that is not to be translated, () for all others."""
        if is_rather(sentence, target, self._source):
            return ("same-language",)
        if is_foreign(sentence, self._source):
            return ("copy",) if is_foreign(sentence, target) else ("same-language",)
        others = [language for language in LANGUAGES if language not in (self._source, target)]
        return ("copy",) if any(is_rather(sentence, other, self._source) for other in others) else ()

    def _checked(self, source: str, translation: Translation, target: str) -> Translation:
        text = repair_numbers(source, translation.text)
        if is_capitals(source):
            text = text.upper()
        flags = sorted({*translation.flags, *flags_of(source, text, (self._source, target))})
        return replace(translation, text=text, flags=tuple(flags))


def _spoken(sentence: str) -> str:
    """Return what is asked for a sentence: a headline in capitals as a sentence, all else as it is."""
    return without_capitals(sentence) if is_capitals(sentence) else sentence


def _merit(translation: Translation) -> tuple[int, float]:
    return -len(translation.flags), translation.score
