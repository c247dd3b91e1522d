"""A translator that keeps to a glossary, and copies what is not to be translated.

Method, for a model that was not trained for terms: a sentence is translated whole. Where a term's translation
is not there, in that form or another, the words that stand for the term are found (`service.markup`, as for
the markup of a part of a sentence) and the term's translation is put in their place, as it is written in the
glossary. A term that is copied, and cannot be put in so, is kept by translating the sentence in fragments
round it, as addresses are.

Leaves out: the grammar round a replaced term (article, case, agreement). A form of a word in another language
is taken to begin as the word does.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from models.nbest import distinct, n_best_of
from models.translation import Translation
from service.build import PartialMark
from service.compose import joined
from service.flags import APPLIED, MISSED
from service.markup import place_marks
from service.protect import fragments, missing, occurrences, protected_spans
from service.terms import TermFinder, forms_in
from service.wrapped import Wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.encoder import Encoder
    from models.translation import Translator
    from service.glossary import Glossary
    from service.terms import Match


class GlossaryTranslator(Wrapped):
    """Keeps to a glossary's terms; a sentence that has none of them is translated as it would be without.

    Flags of a sentence that has: "glossary" when all its terms are in its translation, "glossary-missed" when
    one could not be put in. A term that is copied always is in it, byte for byte.
    """

    def __init__(self, translator: Translator, glossary: Glossary, encoder: Encoder) -> None:
        super().__init__(translator)
        self._signature = glossary.signature
        self._finder = TermFinder(glossary.terms)
        self._encoder = encoder

    @property
    def signature(self) -> str:
        """What a result depends on: the signature of the translator inside, and the terms."""
        return f"{self._translator.signature}|{self._signature}"

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order; raises what the translator inside does."""
        results = self._translator.translate(sentences, target=target)
        matches = [self._finder.find(sentence, protected_spans(sentence)) for sentence in sentences]
        again: list[int] = []
        for index, (sentence, found) in enumerate(zip(sentences, matches, strict=True)):
            if found:
                results[index] = self._kept_to(sentence, results[index], found)
                if not _copied(sentence, results[index].text, found):
                    again.append(index)
        for index, result in zip(again, self._in_fragments(sentences, matches, again, target), strict=True):
            results[index] = _flagged(sentences[index], result, matches[index])
        return results

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return the n-best translations that have all terms in them; raises as the translator inside."""
        ranked = n_best_of(self._translator, sentences, target=target, most=most)
        for index, sentence in enumerate(sentences):
            if matches := self._finder.find(sentence, protected_spans(sentence)):
                kept = [self._kept_to(sentence, each, matches) for each in ranked[index]]
                ranked[index] = distinct([each for each in kept if MISSED not in each.flags])
        return ranked

    def _kept_to(self, sentence: str, translation: Translation, matches: Sequence[Match]) -> Translation:
        """Put in the terms that are missing, where the words stand that stand for them."""
        text = translation.text
        taken = [span for match in matches for span in _places(sentence, match, text)]
        lacking = [match for match in matches if not _places(sentence, match, text)]
        if not lacking or not text.strip():
            return _flagged(sentence, translation, matches)
        marks = [PartialMark(0, number, m.start, m.end, None) for number, m in enumerate(lacking)]
        places = place_marks(sentence, text, marks, self._encoder)
        for number, (start, end) in sorted(places.items(), key=lambda place: place[1], reverse=True):
            if all(end <= other_start or start >= other_end for other_start, other_end in taken):
                taken.append((start, end))
                text = text[:start] + _written(sentence, lacking[number], text[start:end]) + text[end:]
        return _flagged(sentence, replace(translation, text=text), matches)

    def _in_fragments(
        self, sentences: Sequence[str], matches: Sequence[Sequence[Match]], again: Sequence[int], target: str
    ) -> list[Translation]:
        """Translate sentences round the terms that are copied."""
        split = []
        for index in again:
            copied = [(match.start, match.end) for match in matches[index] if match.term.text is None]
            split.append(fragments(sentences[index], protected_spans(sentences[index], copied)))
        texts = [text for parts in split for to_translate, text in parts if to_translate]
        pieces = iter(self._translator.translate(texts, target=target) if texts else [])
        results = []
        for parts in split:
            found = [next(pieces) if wanted else Translation(text, 0.0) for wanted, text in parts]
            results.append(joined(found, parts))
        return results


def _places(sentence: str, match: Match, text: str) -> list[tuple[int, int]]:
    """Return where a translation has what a term must be."""
    if match.term.text is not None:
        return forms_in(match.term.text, text)
    return occurrences(sentence[match.start : match.end], text)


def _copied(sentence: str, text: str, matches: Sequence[Match]) -> bool:
    """Whether all that is to be copied is in a translation, as often as in the sentence."""
    return not missing(text, [sentence[m.start : m.end] for m in matches if m.term.text is None])


def _written(sentence: str, match: Match, there: str) -> str:
    """Return a term as it is put in: in capitals, or with a capital, where what it replaces is."""
    text = match.term.text
    if text is None:
        return sentence[match.start : match.end]
    if sentence.isupper():
        return text.upper()
    return text[0].upper() + text[1:] if match.start == 0 and there[:1].isupper() else text


def _flagged(sentence: str, translation: Translation, matches: Sequence[Match]) -> Translation:
    """Say whether all terms are in a translation."""
    kept = all(_places(sentence, match, translation.text) for match in matches)
    return replace(translation, flags=tuple(sorted({*translation.flags, APPLIED if kept else MISSED})))
