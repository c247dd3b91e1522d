"""One article into one language: sentences through a translator, and a version built of what comes back.

No sentence is lost: each gives exactly one translation, and one whose protected strings (addresses, code,
placeholders) did not come through is translated again in fragments around them. A draft takes the sentences
a slice at a time; since a translation does not depend on its batch, slices change nothing but when a sentence
is there to be read.
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
from service.errors import EditError
from service.flags import APPROVED
from service.markup import place_marks
from service.protect import fragments, missing, protected_spans
from service.render.text import encodable
from service.result import Origin, Version
from service.similarity import with_similarity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.encoder import Encoder
    from models.translation import Translator
    from service.article import Article

Span = tuple[int, int]


def compose(article: Article, target: str, translator: Translator, encoder: Encoder) -> Version:
    """Translate an article; the version has its structure, and one sentence for each of its sentences.

    Raises UnsupportedTargetError.
    """
    draft = Draft(article, target, translator, encoder)
    draft.advance(len(article.sentences))
    return draft.version()


class Draft:
    """An article on its way into one language.

    `edits` are translations by people, by the number of their sentence; they stand in place of the machine's.
    `measured` says whether translations are measured against their sentences. Raises EditError where an edit
    is empty, is of a sentence that there is not, or drops what markup protects.
    """

    def __init__(
        self,
        article: Article,
        target: str,
        translator: Translator,
        encoder: Encoder,
        edits: Mapping[int, str] | None = None,
        *,
        measured: bool = True,
    ) -> None:
        self.target = target
        self._article = article
        self._translator = translator
        self._encoder = encoder
        self._measured = measured
        # Spaces for line breaks, one for one: offsets stay.
        self._texts = [re.sub(r"\s", " ", sentence.text) for sentence in article.sentences]
        self._atoms = _atoms(article)
        self._translations: list[Translation] = []
        self._edits = {index: self._edited(index, text) for index, text in (edits or {}).items()}

    @property
    def checkpoint_id(self) -> str:
        """The id of the checkpoint that translates."""
        return self._translator.checkpoint_id

    @property
    def signature(self) -> str:
        """What the translations depend on."""
        return self._translator.signature

    def advance(self, count: int) -> list[Translation]:
        """Translate the next `count` sentences, or as many as are left; raise UnsupportedTargetError."""
        first = len(self._translations)
        texts = self._texts[first : first + count]
        atoms = self._atoms[first : first + count]
        spans = [protected_spans(text, of_text) for text, of_text in zip(texts, atoms, strict=True)]
        edits = {index - first: edit for index, edit in self._edits.items()}
        found = _translate(texts, spans, self._translator, self.target, edits)
        if self._measured:
            found = with_similarity(texts, found, self._encoder)
        for index, edit in edits.items():
            if 0 <= index < len(found):
                found[index] = edit  # a person stands for it
        self._translations += found
        return found

    def version(self) -> Version:
        """Build the version of the article, all of whose sentences must have been translated."""
        places: dict[tuple[int, int], Span] = {}
        marked = {
            index: list(marks)
            for index, marks in groupby(partial_marks(self._article), key=lambda mark: mark.sentence)
        }
        pairs = [(self._texts[index], self._translations[index].text) for index in marked]
        attention = attention_of(self._translator, pairs, target=self.target)
        for (index, marks), looks in zip(marked.items(), attention, strict=True):
            found = place_marks(
                self._texts[index], self._translations[index].text, marks, self._encoder, looks
            )
            places |= {(index, number): place for number, place in found.items()}
        built = build(self._article, self.target, [found.text for found in self._translations], places)
        translations = tuple(self._translations)
        return Version(built, Origin.MACHINE, translations, self.checkpoint_id, self.signature)

    def _edited(self, index: int, text: str) -> Translation:
        where = f"The {self.target} edit of sentence {index}"
        if not 0 <= index < len(self._texts):
            raise EditError(f"{where} has no sentence; the article has {len(self._texts)}, counted from 0.")
        edit = " ".join(text.split())
        if not edit:
            raise EditError(f"{where} is empty; leave it out to have the machine's.")
        if encodable(edit) != edit:
            raise EditError(f"{where} is no valid Unicode: it has half a surrogate pair.")
        for start, end in self._atoms[index]:
            atom = self._texts[index][start:end]
            if missing(edit, [atom] if atom else []):
                raise EditError(f'{where} lacks "{atom}", which must stay as it is; put it back.')
        return Translation(edit, 0.0)


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
    texts: Sequence[str],
    spans: Sequence[Sequence[Span]],
    translator: Translator,
    target: str,
    edits: Mapping[int, Translation],
) -> list[Translation]:
    results = [edits.get(index, Translation(text, 0.0)) for index, text in enumerate(texts)]
    wanted = [
        index
        for index, text in enumerate(texts)
        if index not in edits and any(to_translate for to_translate, _ in fragments(text, spans[index]))
    ]
    found = translator.translate([texts[index] for index in wanted], target=target)
    again: list[int] = []
    for index, translation in zip(wanted, found, strict=True):
        if APPROVED in translation.flags:  # a person stands for it as it is
            results[index] = translation
            continue
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
        results[index] = joined(
            [next(pieces) if to_translate else Translation(text, 0.0) for to_translate, text in parts], parts
        )
    return results


def joined(pieces: Sequence[Translation], parts: Sequence[tuple[bool, str]]) -> Translation:
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
