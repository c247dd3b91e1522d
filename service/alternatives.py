"""Other translations of texts than the one they have.

Method: the further hypotheses of the search for each sentence (`models.nbest`), put together rank by rank: a
text's first alternative has the first one of each of its sentences. A sentence that has none, or none left,
or whose translation a person approved, keeps its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from models.guards import has_words
from models.nbest import n_best_of
from service.compose import Draft
from service.flags import APPROVED
from service.prefetch import AtHand, asked_sentences
from service.protect import missing, protected_spans

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.encoder import Encoder
    from models.translation import Translation, Translator
    from service.article import Article
    from service.result import Version

_MOST: Final = 15  # alternatives; a search costs about as much time and memory as it has beams


def alternatives(
    texts: Sequence[Article], versions: Sequence[Version], translator: Translator, encoder: Encoder, most: int
) -> list[list[Version]]:
    """Return for each text up to `most` versions that differ from its own and from each other, best first.

    `versions` are the texts' translations, all by `translator`. There may be fewer, or none, and never more
    than fifteen. Raises UnsupportedTargetError.
    """
    best = {
        sentence: translation
        for text, version in zip(texts, versions, strict=True)
        for sentence, translation in zip(asked_sentences(text), version.translations, strict=True)
    }
    others = _others(best, versions[0].language if versions else "", translator, min(most, _MOST))
    found = []
    for text, version in zip(texts, versions, strict=True):
        its: dict[str, Version] = {version.article.source: version}
        sentences = asked_sentences(text)
        for rank in range(max((len(others[sentence]) for sentence in sentences), default=0)):
            chosen = {
                sentence: others[sentence][rank] if rank < len(others[sentence]) else best[sentence]
                for sentence in sentences
            }
            draft = Draft(text, version.language, AtHand(translator, chosen), encoder, measured=False)
            draft.advance(len(sentences))
            made = draft.version()
            its.setdefault(made.article.source, made)
        found.append(list(its.values())[1:])
    return found


def _others(
    best: Mapping[str, Translation], target: str, translator: Translator, most: int
) -> dict[str, list[Translation]]:
    """Return each sentence's alternatives, none that says what its translation does."""
    asked = [
        sentence
        for sentence, translation in best.items()
        if has_words(sentence) and APPROVED not in translation.flags
    ]
    # One more than is wanted: the best one is most often the translation itself.
    ranked = n_best_of(translator, asked, target=target, most=most + 1) if asked and most else []
    found: dict[str, list[Translation]] = {sentence: [] for sentence in best}
    for sentence, translations in zip(asked, ranked, strict=True):
        protected = [sentence[start:end] for start, end in protected_spans(sentence)]
        found[sentence] = [
            each
            for each in translations
            if " ".join(each.text.split()) != best[sentence].text and not missing(each.text, protected)
        ][:most]
    return found
