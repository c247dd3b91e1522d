"""One article into one language: sentences through a translator, and a version built of what comes back.

No sentence is lost: each gives exactly one translation, and one whose protected strings (addresses, code,
placeholders) did not come through is translated again in fragments around them.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from models.attention import attention_of
from models.guards import has_words
from models.translation import Translation
from service.build import build, partial_marks
from service.markup import place_marks
from service.protect import fragments, missing, protected_spans
from service.result import Origin, Version
from service.similarity import with_similarity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.encoder import Encoder
    from models.translation import Translator
    from service.article import Article

Span = tuple[int, int]


def compose(article: Article, target: str, translator: Translator, encoder: Encoder) -> Version:
    """Translate an article; the version has its structure, and one sentence for each of its sentences.

    Raises UnsupportedTargetError.
    """
    texts = [re.sub(r"\s", " ", sentence.text) for sentence in article.sentences]  # offsets stay
    spans = [protected_spans(text, atoms) for text, atoms in zip(texts, _atoms(article), strict=True)]
    translations = with_similarity(texts, _translate(texts, spans, translator, target), encoder)
    places: dict[tuple[int, int], Span] = {}
    marked = {
        index: list(marks) for index, marks in groupby(partial_marks(article), key=lambda mark: mark.sentence)
    }
    pairs = [(texts[index], translations[index].text) for index in marked]
    attention = attention_of(translator, pairs, target=target)
    for (index, marks), looks in zip(marked.items(), attention, strict=True):
        found = place_marks(texts[index], translations[index].text, marks, encoder, looks)
        places |= {(index, number): place for number, place in found.items()}
    built = build(article, target, [translation.text for translation in translations], places)
    return Version(built, Origin.MACHINE, tuple(translations), translator.checkpoint_id, translator.signature)


def _atoms(article: Article) -> list[list[Span]]:
    """Return for each sentence what the article's markup protects in it, as offsets into the sentence."""
    return [
        [
            (max(mark.start, sentence.start) - sentence.start, min(mark.end, sentence.end) - sentence.start)
            for mark in block.markup
            if mark.literal is not None and mark.start < sentence.end and mark.end > sentence.start
        ]
        for block in article.blocks
        for sentence in block.sentences
    ]


def _translate(
    texts: Sequence[str], spans: Sequence[Sequence[Span]], translator: Translator, target: str
) -> list[Translation]:
    results = [Translation(text, 0.0) for text in texts]
    wanted = [
        index
        for index, text in enumerate(texts)
        if any(to_translate for to_translate, _ in fragments(text, spans[index]))
    ]
    found = translator.translate([texts[index] for index in wanted], target=target)
    again: list[int] = []
    for index, translation in zip(wanted, found, strict=True):
        results[index] = replace(translation, text=" ".join(translation.text.split()))
        protected = [texts[index][start:end] for start, end in spans[index]]
        if missing(translation.text, protected) or not has_words(translation.text):
            again.append(index)
    split = [fragments(texts[index], spans[index]) for index in again]
    pieces = iter(
        translator.translate(
            [text for parts in split for to_translate, text in parts if to_translate], target=target
        )
    )
    for index, parts in zip(again, split, strict=True):
        results[index] = _joined(
            [next(pieces) if to_translate else Translation(text, 0.0) for to_translate, text in parts], parts
        )
    return results


def _joined(pieces: Sequence[Translation], parts: Sequence[tuple[bool, str]]) -> Translation:
    """Join fragments; one that came back empty stays in its own language, and says so."""
    texts: list[str] = []
    flags = {"fragments"}
    scores: list[tuple[float, int]] = []
    for piece, (to_translate, text) in zip(pieces, parts, strict=True):
        texts.append(" ".join(piece.text.split()) if to_translate else text)
        if to_translate:
            flags |= set(piece.flags)
            scores.append((piece.score, len(text)))
            if not texts[-1]:
                texts[-1] = text
                flags.add("copy")
    weight = sum(length for _, length in scores)
    score = sum(value * length for value, length in scores) / weight if weight else 0.0
    return Translation("".join(texts), score, tuple(sorted(flags)))
