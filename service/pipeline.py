"""What Triptych does with articles: translate, align, compare.

Works on any thread; the engines and the encoder are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from alignment.audit import audit
from alignment.beads import Row
from alignment.parallel import parallel_rows
from alignment.rows import align_versions
from service.compose import Draft, compose
from service.errors import EditError, EmptyArticleError, LanguageError, LimitError, VersionsError
from service.events import Begun, Event, Finished, Translated, growing
from service.prefetch import Prefetched
from service.result import Aligned, Origin, Version
from service.similarity import RememberingEncoder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from models.encoder import Encoder
    from service.article import Article
    from service.engines import Engines

    # language -> number of a sentence -> a person's translation of it
    Edits = Mapping[str, Mapping[int, str]]

SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken at once: characters of a version's source, and sentences in it."""

    characters: int
    sentences: int


class Pipeline:
    """Translates, aligns and compares articles.

    `languages` are those the encoder knows; `release` is the version of Triptych that signs the results.
    """

    def __init__(
        self, engines: Engines, encoder: Encoder, languages: Collection[str], limits: Limits, release: str
    ) -> None:
        self.engines = engines
        self.limits = limits
        self.languages = tuple(languages)
        self._encoder = encoder
        self._release = release

    @property
    def encoder_id(self) -> str:
        """The id of the encoder that aligns."""
        return self._encoder.encoder_id

    def translate(
        self,
        article: Article,
        targets: Sequence[str],
        *,
        model: str | None = None,
        quality: str | None = None,
        edits: Edits | None = None,
    ) -> Aligned:
        """Translate an article into each target; sentences correspond one to one by construction.

        `model` names a checkpoint; `quality` ("fast", "best") chooses among those there are. `edits` are
        translations by people that stand in place of the machine's: by language, by the number of the
        sentence.

        Raises EmptyArticleError, LimitError, LanguageError, RouteError, VersionsError, EditError, or a
        ModelError from the engines.
        """
        encoder = RememberingEncoder(self._encoder)
        drafts = self._begin(article, targets, model, quality, edits, encoder)
        return self._finish(article, [_completed(draft, article) for draft in drafts], edits, encoder)

    def stream(
        self,
        article: Article,
        targets: Sequence[str],
        *,
        model: str | None = None,
        quality: str | None = None,
        edits: Edits | None = None,
    ) -> Iterator[Event]:
        """Translate as `translate` does, and tell of every slice of sentences when it is there.

        The languages take turns, and the first slices are small. Raises what `translate` raises, before the
        first event where the request is at fault. Closing the iterator ends the work.
        """
        encoder = RememberingEncoder(self._encoder)
        drafts = self._begin(article, targets, model, quality, edits, encoder)
        made = {draft.target: draft.checkpoint_id for draft in drafts}
        yield Begun(article, made, self._signature([draft.signature for draft in drafts], edits))
        first = 0
        for size in growing(len(article.sentences)):
            for draft in drafts:
                yield Translated(draft.target, first, tuple(draft.advance(size)))
            first += size
        yield Finished(self._finish(article, drafts, edits, encoder))

    def translate_texts(
        self,
        texts: Sequence[Article],
        target: str,
        *,
        model: str | None = None,
        glossary: Sequence[tuple[str, str]] = (),
    ) -> list[Version]:
        """Translate texts of any length, a word or nothing at all, together and without rows.

        All are in one language. Raises LimitError (the limits are for all of them), LanguageError,
        RouteError, or a ModelError from the engines.
        """
        characters = sum(len(text.source) for text in texts)
        sentences = sum(len(text.sentences) for text in texts)
        if characters > self.limits.characters:
            raise LimitError("The request", "characters", characters, self.limits.characters)
        if sentences > self.limits.sentences:
            raise LimitError("The request", "sentences", sentences, self.limits.sentences)
        if not texts:
            return []
        source = texts[0].language
        translator = Prefetched(self.engines.translator(target, model, source=source), texts, target)
        return [compose(text, target, translator, self._encoder) for text in texts]

    def align(self, versions: Sequence[Article]) -> Aligned:
        """Align two or more versions of an article; raises as `translate` does, or an AlignmentError."""
        return self.compare(versions, audited=False)

    def compare(
        self,
        articles: Sequence[Article],
        translate_missing: Sequence[str] = (),
        *,
        model: str | None = None,
        quality: str | None = None,
        edits: Edits | None = None,
        audited: bool = True,
    ) -> Aligned:
        """Align versions, machine-translated ones added, and report what an editor should look at.

        Raises as `translate` does; missing versions are made from the English one, with its `edits`, and
        without one from the first that leads to all of them.
        """
        self._check(articles)
        languages = [article.language for article in articles]
        self._check_languages([*languages, *translate_missing])
        _check_edits(edits, translate_missing)
        for language in languages:
            if language not in self.languages:
                raise LanguageError(language, self.languages, "alignment")
        if len(languages) + len(translate_missing) < 2:
            raise VersionsError(f"There is only one version ({languages[0]}); give at least two.")
        versions = [Version(article, Origin.GIVEN) for article in articles]
        rows = align_versions(_texts(versions), self._encoder) if len(versions) > 1 else []
        if translate_missing:
            source = self._to_translate(articles, translate_missing)
            encoder = RememberingEncoder(self._encoder)
            drafts = self._drafts(source, translate_missing, model, quality, edits, encoder)
            made = [_completed(draft, source).version() for draft in drafts]
            parallel = parallel_rows(_texts([Version(source, Origin.GIVEN), *made]), encoder)
            rows = [_with_translations(row, source.language, parallel) for row in rows] or parallel
            versions += made
        findings = audit(rows, _texts(versions)) if audited else []
        engines = [version.signature for version in versions if version.signature]
        signature = self._signature(engines, edits)
        return Aligned(tuple(versions), tuple(rows), signature, tuple(findings))

    def _begin(
        self,
        article: Article,
        targets: Sequence[str],
        model: str | None,
        quality: str | None,
        edits: Edits | None,
        encoder: Encoder,
    ) -> list[Draft]:
        self._check([article])
        self._check_languages([article.language, *targets])
        _check_edits(edits, targets)
        return self._drafts(article, targets, model, quality, edits, encoder)

    def _finish(
        self, article: Article, drafts: Sequence[Draft], edits: Edits | None, encoder: Encoder
    ) -> Aligned:
        versions = [Version(article, Origin.GIVEN), *(draft.version() for draft in drafts)]
        rows = parallel_rows(_texts(versions), encoder)
        signature = self._signature([draft.signature for draft in drafts], edits)
        return Aligned(tuple(versions), tuple(rows), signature)

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

    def _drafts(
        self,
        article: Article,
        targets: Sequence[str],
        model: str | None,
        quality: str | None,
        edits: Edits | None,
        encoder: Encoder,
    ) -> list[Draft]:
        edits = edits or {}
        translators = {
            target: self.engines.translator(target, model, source=article.language, quality=quality)
            for target in targets
        }
        return [
            Draft(article, target, translator, encoder, edits.get(target))
            for target, translator in translators.items()
        ]

    def _check(self, articles: Sequence[Article]) -> None:
        for article in articles:
            what = f"The {article.language} article"
            if len(article.source) > self.limits.characters:
                raise LimitError(what, "characters", len(article.source), self.limits.characters)
            if len(article.sentences) > self.limits.sentences:
                raise LimitError(what, "sentences", len(article.sentences), self.limits.sentences)
            words = [word for sentence in article.sentences for word in sentence.text.split()]
            if len(words) < 2:
                raise EmptyArticleError(article.language, words[0] if words else "")

    def _check_languages(self, languages: Sequence[str]) -> None:
        if len(languages) < 2:
            raise VersionsError("There is only one language; name at least one target.")
        for language in languages:
            if languages.count(language) > 1:
                raise VersionsError(f'The language "{language}" is given twice; each version has its own.')

    def _signature(self, engines: Iterable[str], edits: Edits | None) -> str:
        """Say what the result depends on: release, checkpoints with their settings, encoder, edits."""
        made = dict.fromkeys(engines)
        parts = [f"triptych:{self._release}", *made, f"encoder:{self._encoder.encoder_id}"]
        if edits and any(edits.values()):
            ordered = sorted((language, sorted(texts.items())) for language, texts in edits.items() if texts)
            parts.append(f"edits:{sha256(repr(ordered).encode()).hexdigest()[:8]}")
        return " ".join(parts)


def _check_edits(edits: Edits | None, targets: Sequence[str]) -> None:
    for language in edits or {}:
        if language not in targets:
            raise EditError(f'There are edits for "{language}", which is not translated into here.')


def _completed(draft: Draft, article: Article) -> Draft:
    """Translate all that a draft still lacks."""
    draft.advance(len(article.sentences))
    return draft


def _with_translations(row: Row, translated: str, parallel: Sequence[Row]) -> Row:
    """Put the machine's translations into a row of given versions, where their source (`translated`) is.

    `parallel` has a row for each of its sentences. The score stays that of the given versions; where the
    source is the only one of them, it is that of its translations.
    """
    source = row.sentences[translated]
    sentences = dict.fromkeys(parallel[0].sentences, source) | dict(row.sentences)
    alone = source and not any(
        indices for language, indices in row.sentences.items() if language != translated
    )
    score = sum(parallel[index].score for index in source) / len(source) if alone else row.score
    return Row(sentences, score)


def _texts(versions: Sequence[Version]) -> dict[str, list[str]]:
    return {
        version.language: [" ".join(sentence.text.split()) for sentence in version.article.sentences]
        for version in versions
    }
