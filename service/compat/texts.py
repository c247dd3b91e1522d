"""Texts and documents in, translations out: what the other services' APIs have in common."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

import anyio.to_thread

from service.detect import Guess, choose
from service.documents import article_of_file, format_of
from service.errors import LanguageError
from service.formats import EXTENSIONS
from service.glossary import NO_TERMS, Glossary, Term
from service.options import Options
from service.pipeline import SOURCE
from service.render.document import render_document
from service.watching import queued
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from service.article import Article, Format
    from service.compat.glossaries import Entries
    from service.detect import Detector
    from service.pipeline import Pipeline
    from service.result import Version

    # (text, language) -> article
    Read = Callable[[str, str], Article]


@dataclass(frozen=True, slots=True)
class Rendered:
    """A document: its bytes, and the extension of its format (".txt")."""

    content: bytes
    extension: str


@dataclass(frozen=True, slots=True)
class Translated:
    """A text's translation, and the language it was in: given (probability 1) or detected.

    `alternatives` are other translations, where they were asked for.
    """

    text: str
    source: Guess
    alternatives: tuple[str, ...] = ()


class TextTranslator:
    """Translates texts and documents through the pipeline, one request's texts as one batch.

    `terms` hold where a request has none of its own for them; a request may take `deadline` seconds.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        detector: Detector,
        model_work: anyio.CapacityLimiter,
        terms: Glossary = NO_TERMS,
        deadline: float = math.inf,
    ) -> None:
        self._pipeline = pipeline
        self._detector = detector
        self._model_work = model_work
        self._terms = terms
        self._deadline = deadline

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
        alternatives: int = 0,
    ) -> list[Translated]:
        """Translate texts; without a source each text's language is detected.

        `glossary` holds terms and how they are to be translated; up to so many `alternatives` are looked for
        to each translation. A text that is in the target language
        already comes back as it is. Raises LanguageError, LimitError, ArticleError, BusyError, or a
        ModelError.
        """
        work = Work.within(self._deadline)
        options = Options(work=work, glossary=self._with(glossary, target))
        return await queued(
            lambda: self._translated(texts, source, target, read, options, alternatives),
            work,
            self._model_work,
        )

    async def characters_of(self, name: str, content: bytes) -> int:
        """Return how many characters a document counts for; raise FormatError or ArticleError."""
        read = partial(article_of_file, content, format_of(name), self.sources[0], name)
        return len((await anyio.to_thread.run_sync(read)).text)

    async def translate_document(
        self,
        name: str,
        content: bytes,
        source: str | None,
        target: str,
        glossary: Entries = (),
        *,
        waited_for: bool = True,
    ) -> Rendered:
        """Translate a document in the format of its name; raises as `translate` does, or FormatError.

        One that nobody waits for has all the time it needs, and is not refused for a full queue.
        """
        work = Work.within(self._deadline) if waited_for else Work()
        options = Options(work=work, glossary=self._with(glossary, target))
        run = partial(self._document, name, content, source, target, options)
        if waited_for:
            return await queued(run, work, self._model_work)
        return await anyio.to_thread.run_sync(run, limiter=self._model_work)

    def _translated(
        self,
        texts: Sequence[str],
        source: str | None,
        target: str,
        read: Read,
        options: Options,
        alternatives: int,
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
            versions = self._pipeline.translate_texts(articles, target, **options)
            others: list[list[Version]] = [[] for _ in versions]
            if alternatives:
                others = self._pipeline.alternatives(articles, versions, alternatives, **options)
            for index, version, more in zip(its, versions, others, strict=True):
                told = tuple(each.article.source for each in more)
                results[index] = Translated(version.article.source, found[index], told)
        return results

    def _document(
        self, name: str, content: bytes, source: str | None, target: str, options: Options
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
        [version] = self._pipeline.translate_texts([article], target, **options)
        return Rendered(render_document(version), _extension(name, version.article.format))

    def _with(self, entries: Entries, target: str) -> Glossary:
        """Return the service's own terms and a request's, which win."""
        return self._terms.with_terms(Term(source, text, target) for source, text in entries)

    def _check_source(self, language: str) -> None:
        if language not in self.sources:
            raise LanguageError(language, self.sources, "translation from")

    def _check_target(self, language: str) -> None:
        if language not in self.targets and language not in self.sources:
            raise LanguageError(language, self.targets, "translation")


def _extension(name: str, format: Format) -> str:
    """Return the extension of a document's translation: its own, unless it is in another format now."""
    own = PurePath(name).suffix.lower()
    if EXTENSIONS[own] is format:
        return own
    return next(extension for extension, known in EXTENSIONS.items() if known is format)
