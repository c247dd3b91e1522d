"""What Triptych does with articles: translate, align, compare.

Works on any thread; the engines and the encoder are handed in.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING, Unpack

from alignment.parallel import parallel_rows
from alignment.rows import align_versions
from service.acceptance import check_languages
from service.alternatives import alternatives
from service.compose import Draft, compose
from service.errors import LanguageError, VersionsError
from service.events import Begun, Event, Finished, Translated, growing
from service.flags import APPROVED
from service.glossary import NO_TERMS
from service.observer import Unobserved
from service.options import check_edits, digest_of_edits
from service.prefetch import prefetched
from service.result import Aligned, Origin, Version
from service.review import reviewed, wrong_languages
from service.rows import blocks_of, texts_of, unmeasured_rows, with_translations

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from alignment.beads import Row
    from models.encoder import Encoder
    from models.translation import Translator
    from service.acceptance import Limits
    from service.article import Article
    from service.engines import Engines
    from service.observer import Observer
    from service.options import Options

SOURCE = "en"


class Pipeline:
    """Translates, aligns and compares articles.

    `languages` are those the encoder knows; `release` is the version of Triptych that signs the results.
    `identify` names the language of a text where it is sure, else None.
    """

    def __init__(
        self,
        engines: Engines,
        encoder: Encoder,
        languages: Collection[str],
        limits: Limits,
        release: str,
        identify: Callable[[str], str | None] | None = None,
        observer: Observer | None = None,
    ) -> None:
        self.engines = engines
        self.limits = limits
        self.languages = tuple(languages)
        self._encoder = encoder
        self._release = release
        self._identify = identify
        self._observer = observer or Unobserved()

    @property
    def encoder_id(self) -> str:
        """The id of the encoder that aligns."""
        return self._encoder.encoder_id

    def translate(
        self,
        article: Article,
        targets: Sequence[str],
        **options: Unpack[Options],
    ) -> Aligned:
        """Translate an article into each target; sentences correspond one to one by construction.

        Raises EmptyArticleError, LimitError, LanguageError, RouteError, VersionsError, EditError, BusyError
        (as `Batcher.translate` does), or a ModelError from the engines.
        """
        return self._finish(article, self._begin(article, targets, options), options)

    def stream(
        self,
        article: Article,
        targets: Sequence[str],
        **options: Unpack[Options],
    ) -> Iterator[Event]:
        """Translate as `translate` does, and tell of every slice of sentences when it is there.

        The languages take turns, and the first slices are small. Raises what `translate` raises, before the
        first event where the request is at fault. Closing the iterator ends the work.
        """
        drafts = self._begin(article, targets, options)
        yield self._begun(article, drafts, [article.language, *targets], options)
        yield from self._slices(article, drafts)
        yield Finished(self._finish(article, drafts, options))

    def translate_texts(
        self,
        texts: Sequence[Article],
        target: str,
        **options: Unpack[Options],
    ) -> list[Version]:
        """Translate texts of any length, a word or nothing at all, together and without rows.

        All are in one language. Raises LimitError (the limits are for all of them), LanguageError,
        RouteError, or a ModelError from the engines.
        """
        self.limits.check_request(texts)
        if not texts:
            return []
        source = texts[0].language
        translator = prefetched(self._translator(source, target, options), texts, target)
        return [compose(text, target, translator, self._encoder) for text in texts]

    def alternatives(
        self, texts: Sequence[Article], versions: Sequence[Version], most: int, **options: Unpack[Options]
    ) -> list[list[Version]]:
        """Return for each text up to `most` other translations than its version, best first.

        `versions` are what `translate_texts` made of the texts, with the same options. Raises as it does.
        """
        if not texts:
            return []
        translator = self._translator(texts[0].language, versions[0].language, options)
        return alternatives(texts, versions, translator, self._encoder, most)

    def align(self, versions: Sequence[Article]) -> Aligned:
        """Align two or more versions of an article; raises as `translate` does, or an AlignmentError."""
        return self.compare(versions, audited=False)

    def compare(
        self,
        articles: Sequence[Article],
        translate_missing: Sequence[str] = (),
        *,
        audited: bool = True,
        **options: Unpack[Options],
    ) -> Aligned:
        """Align versions, machine-translated ones added, and report what an editor should look at.

        Raises as `translate` does; missing versions are made from the English one, with its `edits`, and
        without one from the first that leads to all of them.
        """
        source, drafts = self._begin_comparison(articles, translate_missing, options)
        return self._compared(articles, source, drafts, options, audited=audited)

    def stream_comparison(
        self, articles: Sequence[Article], translate_missing: Sequence[str] = (), **options: Unpack[Options]
    ) -> Iterator[Event]:
        """Compare as `compare` does, and tell of every slice of sentences that is translated meanwhile.

        Begun is of the version that missing ones are made from, or of the English one. The given versions are
        aligned when all is translated. Raises what `compare` raises, before the first event where the request
        is at fault. Closing the iterator ends the work.
        """
        source, drafts = self._begin_comparison(articles, translate_missing, options)
        languages = [article.language for article in articles]
        yield self._begun(source, drafts, [*languages, *translate_missing], options)
        yield from self._slices(source, drafts)
        yield Finished(self._compared(articles, source, drafts, options, audited=True))

    def _begin_comparison(
        self, articles: Sequence[Article], translate_missing: Sequence[str], options: Options
    ) -> tuple[Article, list[Draft]]:
        """Check a comparison; return what is translated, or would be, and the versions to be made."""
        for article in articles:
            self.limits.check_article(article)
        languages = [article.language for article in articles]
        check_languages([*languages, *translate_missing])
        check_edits(options, translate_missing)
        for language in languages:
            if language not in self.languages:
                raise LanguageError(language, self.languages, "alignment")
        if len(languages) + len(translate_missing) < 2:
            raise VersionsError(f"There is only one version ({languages[0]}); give at least two.")
        if not translate_missing:
            return min(articles, key=lambda article: article.language != SOURCE), []
        source = self._to_translate(articles, translate_missing)
        return source, self._drafts(source, translate_missing, options)

    def _compared(
        self,
        articles: Sequence[Article],
        source: Article,
        drafts: Sequence[Draft],
        options: Options,
        *,
        audited: bool,
    ) -> Aligned:
        versions = [Version(article, Origin.GIVEN) for article in articles]
        rows, findings = [], wrong_languages(versions, self._identify)
        if len(versions) > 1:
            with self._stage("align"):
                rows = align_versions(texts_of(versions), self._encoder, blocks_of(versions))
        if drafts:
            made = self._completed(source, drafts)
            parallel = self._parallel([Version(source, Origin.GIVEN), *made], options)
            rows = [with_translations(row, source.language, parallel) for row in rows] or parallel
            versions += made
        with self._stage("audit"):
            findings += reviewed(rows, texts_of(versions), self._encoder, audited=audited)
        engines = [version.signature for version in versions if version.signature]
        signature = self._signature(engines, options, versions)
        return Aligned(tuple(versions), tuple(rows), signature, tuple(findings))

    def _begin(self, article: Article, targets: Sequence[str], options: Options) -> list[Draft]:
        self.limits.check_article(article)
        check_languages([article.language, *targets])
        check_edits(options, targets)
        return self._drafts(article, targets, options)

    def _begun(
        self, article: Article, drafts: Sequence[Draft], languages: Sequence[str], options: Options
    ) -> Begun:
        made = {draft.target: draft.checkpoint_id for draft in drafts}
        signature = self._signature([draft.signature for draft in drafts], options)
        return Begun(article, made, signature, tuple(languages))

    def _slices(self, article: Article, drafts: Sequence[Draft]) -> Iterator[Translated]:
        """Translate slice by slice, the languages by turns."""
        first = 0
        for size in growing(len(article.sentences) if drafts else 0):
            for draft in drafts:
                with self._stage("translate"):
                    made = tuple(draft.advance(size))
                yield Translated(draft.target, first, made)
            first += size

    def _completed(self, article: Article, drafts: Sequence[Draft]) -> list[Version]:
        """Translate all that drafts still lack, and build their versions."""
        with self._stage("translate"):
            for draft in drafts:
                draft.advance(len(article.sentences))
        with self._stage("build"):
            return [draft.version() for draft in drafts]

    def _finish(self, article: Article, drafts: Sequence[Draft], options: Options) -> Aligned:
        versions = [Version(article, Origin.GIVEN), *self._completed(article, drafts)]
        rows = self._parallel(versions, options)
        signature = self._signature([draft.signature for draft in drafts], options, versions)
        return Aligned(tuple(versions), tuple(rows), signature)

    def _parallel(self, versions: Sequence[Version], options: Options) -> list[Row]:
        """Return the rows of an article and versions made from it."""
        if not options.get("similarity", True):
            return unmeasured_rows(versions)
        with self._stage("align"):
            return parallel_rows(texts_of(versions), self._encoder)

    @contextmanager
    def _stage(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._observer.stage(name, time.perf_counter() - began)

    def _to_translate(self, articles: Sequence[Article], targets: Sequence[str]) -> Article:
        """Return the version that missing ones are made from."""
        pairs = self.engines.pairs
        for article in sorted(articles, key=lambda article: article.language != SOURCE):
            if article.language == SOURCE or set(targets) <= set(pairs.get(article.language, ())):
                return article
        raise VersionsError(
            f"A missing version is translated from {SOURCE}, and nothing on this machine translates into "
            f"{', '.join(targets)} from what was given; give the {SOURCE} version as well."
        )

    def _drafts(self, article: Article, targets: Sequence[str], options: Options) -> list[Draft]:
        edits = options.get("edits") or {}
        measured = options.get("similarity", True)
        translators = {target: self._translator(article.language, target, options) for target in targets}
        return [
            Draft(article, target, translator, self._encoder, edits.get(target), measured=measured)
            for target, translator in translators.items()
        ]

    def _translator(self, source: str, target: str, options: Options) -> Translator:
        return self.engines.bound(
            target,
            options.get("model"),
            source=source,
            quality=options.get("quality"),
            work=options.get("work"),
            glossary=options.get("glossary", NO_TERMS).of(target),
        )

    def _signature(self, engines: Iterable[str], options: Options, versions: Sequence[Version] = ()) -> str:
        """Say what the result depends on: release, checkpoints, settings, terms, encoder, people's units."""
        encoder = self._encoder.encoder_id if options.get("similarity", True) else "unused"
        parts = [f"triptych:{self._release}", *dict.fromkeys(engines), f"encoder:{encoder}"]
        return " ".join(filter(None, [*parts, digest_of_edits(options), _approved(versions)]))


def _approved(versions: Sequence[Version]) -> str:
    """Return what a signature says of people's units: "approved:" and a digest, "" where there are none."""
    units = [
        (version.language, index, unit.text)
        for version in versions
        for index, unit in enumerate(version.translations)
        if APPROVED in unit.flags
    ]
    return f"approved:{sha256(repr(units).encode()).hexdigest()[:8]}" if units else ""
