"""Texts and documents in, translations out: what the other services' APIs have in common."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

import anyio.to_thread

from service.detect import Guess, choose
from service.documents import EXTENSIONS, article_of_file, format_of
from service.errors import LanguageError
from service.glossary import Glossary, Term
from service.pipeline import SOURCE
from service.render.document import render_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from service.article import Article, Format
    from service.compat.glossaries import Entries
    from service.detect import Detector
    from service.pipeline import Pipeline

    # (text, language) -> article
    Read = Callable[[str, str], Article]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: its bytes, and the extension of its format (".txt")."""

    content: bytes
    extension: str


@dataclass(frozen=True, slots=True)
class Translated:
    """A text's translation, and the language it was in: given (probability 1) or detected."""

    text: str
    source: Guess


class TextTranslator:
    """Translates texts and documents through the pipeline, one request's texts as one batch."""

    def __init__(self, pipeline: Pipeline, detector: Detector, model_work: anyio.CapacityLimiter) -> None:
        self._pipeline = pipeline
        self._detector = detector
        self._model_work = model_work

    @property
    def pairs(self) -> Mapping[str, tuple[str, ...]]:
        """The languages that can be translated from, English first, and into which ones each can be."""
        found = self._pipeline.engines.pairs
        return {source: found[source] for source in sorted(found, key=lambda code: (code != SOURCE, code))}

    @property
    def sources(self) -> tuple[str, ...]:
        """The languages that can be translated from."""
        return tuple(self.pairs) or (SOURCE,)

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages that something can be translated into."""
        return tuple(dict.fromkeys(target for targets in self.pairs.values() for target in targets))

    @property
    def longest(self) -> int:
        """The most characters that a request may hold."""
        return self._pipeline.limits.characters

    def check(self, source: str | None, target: str) -> None:
        """Raise LanguageError for a source (None: to be detected) or target that there is not."""
        self._check_target(target)
        if source is not None and source != target:
            self._check_source(source)

    async def detect(self, text: str) -> list[Guess]:
        """Return the languages that a text may be in, the likeliest first."""
        return await anyio.to_thread.run_sync(self._detector.guess, text)

    async def translate(
        self,
        texts: Sequence[str],
        source: str | None,
        target: str,
        read: Read,
        glossary: Entries = (),
    ) -> list[Translated]:
        """Translate texts; without a source each text's language is detected.

        `glossary` holds terms and how they are to be translated. A text that is in the target language
        already comes back as it is. Raises LanguageError, LimitError, ArticleError, or a ModelError.
        """
        return await anyio.to_thread.run_sync(
            lambda: self._translated(texts, source, target, read, glossary), limiter=self._model_work
        )

    async def alternatives(
        self, texts: Sequence[str], source: str | None, target: str, read: Read, most: int
    ) -> list[list[str]]:
        """Return for each text what the other checkpoints make of it, `most` at the most.

        These are the checkpoints that have the target, but for the one that `translate` uses. Raises as
        `translate` does.
        """
        engines = self._pipeline.engines
        used = engines.translator(target).checkpoint_id
        others = [name for name in engines.serving(target) if name != used][:most]
        found = [
            await anyio.to_thread.run_sync(
                partial(self._translated, texts, source, target, read, (), model), limiter=self._model_work
            )
            for model in others
        ]
        return [
            list(dict.fromkeys(versions[index].text for versions in found)) for index in range(len(texts))
        ]

    async def characters_of(self, name: str, content: bytes) -> int:
        """Return how many characters a document counts for; raise FormatError or ArticleError."""
        read = partial(article_of_file, content, format_of(name), self.sources[0], name)
        return len((await anyio.to_thread.run_sync(read)).text)

    async def translate_document(
        self, name: str, content: bytes, source: str | None, target: str, glossary: Entries = ()
    ) -> Rendered:
        """Translate a document in the format of its name; raises as `translate` does, or FormatError."""
        return await anyio.to_thread.run_sync(
            lambda: self._document(name, content, source, target, glossary), limiter=self._model_work
        )

    def _translated(
        self,
        texts: Sequence[str],
        source: str | None,
        target: str,
        read: Read,
        glossary: Entries,
        model: str | None = None,
    ) -> list[Translated]:
        self._check_target(target)
        found = [
            Guess(source, 1.0) if source is not None else choose(self._detector.guess(text), self.sources)
            for text in texts
        ]
        results = [Translated(text, guess) for text, guess in zip(texts, found, strict=True)]
        wanted = [index for index, guess in enumerate(found) if guess.language != target]
        for language in dict.fromkeys(found[index].language for index in wanted):
            self._check_source(language)
            its = [index for index in wanted if found[index].language == language]
            articles = [read(texts[index], language) for index in its]
            versions = self._pipeline.translate_texts(
                articles, target, model=model, glossary=_terms(glossary, target)
            )
            for index, version in zip(its, versions, strict=True):
                results[index] = Translated(version.article.source, found[index])
        return results

    def _document(
        self, name: str, content: bytes, source: str | None, target: str, glossary: Entries
    ) -> Rendered:
        self._check_target(target)
        format = format_of(name)
        article = article_of_file(content, format, source or self.sources[0], name)
        language = source or choose(self._detector.guess(article.text), self.sources).language
        if language == target:
            return Rendered(content, PurePath(name).suffix.lower())
        self._check_source(language)
        if language != article.language:
            article = article_of_file(content, format, language, name)
        [version] = self._pipeline.translate_texts([article], target, glossary=_terms(glossary, target))
        return Rendered(render_document(version), _extension(name, version.article.format))

    def _check_source(self, language: str) -> None:
        if language not in self.sources:
            raise LanguageError(language, self.sources, "translation from")

    def _check_target(self, language: str) -> None:
        if language not in self.targets and language not in self.sources:
            raise LanguageError(language, self.targets, "translation")


def _terms(entries: Entries, target: str) -> Glossary:
    """Return a glossary's entries as the pipeline takes them."""
    return Glossary(tuple(Term(source, text, target) for source, text in entries))


def _extension(name: str, format: Format) -> str:
    """Return the extension of a document's translation: its own, unless it is in another format now."""
    own = PurePath(name).suffix.lower()
    if EXTENSIONS[own] is format:
        return own
    return next(extension for extension, known in EXTENSIONS.items() if known is format)
