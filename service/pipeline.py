"""What Triptych does with articles: translate, align, compare.

Works on any thread; the engines and the encoder are handed in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from alignment.audit import audit
from alignment.beads import Row
from alignment.parallel import parallel_rows
from alignment.rows import align_versions
from service.compose import compose
from service.errors import EmptyArticleError, LanguageError, LimitError, VersionsError
from service.result import Aligned, Origin, Version

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from models.encoder import Encoder
    from service.article import Article
    from service.engines import Engines

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

    def translate(self, article: Article, targets: Sequence[str], *, model: str | None = None) -> Aligned:
        """Translate an English article into each target; sentences correspond one to one by construction.

        Raises EmptyArticleError, LimitError, LanguageError, VersionsError, or a ModelError from the engines.
        """
        self._check([article])
        if article.language != SOURCE:
            raise LanguageError(article.language, (SOURCE,), "translation from")
        self._check_languages([article.language, *targets])
        versions = [Version(article, Origin.GIVEN), *self._translated(article, targets, model)]
        rows = parallel_rows(_texts(versions), self._encoder)
        return Aligned(tuple(versions), tuple(rows), self._signature(versions))

    def align(self, versions: Sequence[Article]) -> Aligned:
        """Align two or more versions of an article; raises as `translate` does, or an AlignmentError."""
        return self.compare(versions, audited=False)

    def compare(
        self,
        articles: Sequence[Article],
        translate_missing: Sequence[str] = (),
        *,
        model: str | None = None,
        audited: bool = True,
    ) -> Aligned:
        """Align versions, machine-translated ones added, and report what an editor should look at.

        Raises as `translate` does; missing versions are made from the English one.
        """
        self._check(articles)
        languages = [article.language for article in articles]
        self._check_languages([*languages, *translate_missing])
        for language in languages:
            if language not in self.languages:
                raise LanguageError(language, self.languages, "alignment")
        if len(languages) + len(translate_missing) < 2:
            raise VersionsError(f"There is only one version ({languages[0]}); give at least two.")
        versions = [Version(article, Origin.GIVEN) for article in articles]
        rows = align_versions(_texts(versions), self._encoder) if len(versions) > 1 else []
        if translate_missing:
            source = next((article for article in articles if article.language == SOURCE), None)
            if source is None:
                raise VersionsError(
                    f"A missing version is translated from {SOURCE}; give the {SOURCE} version as well."
                )
            made = self._translated(source, translate_missing, model)
            parallel = parallel_rows(_texts([Version(source, Origin.GIVEN), *made]), self._encoder)
            rows = [_with_translations(row, parallel) for row in rows] if rows else parallel
            versions += made
        findings = audit(rows, _texts(versions)) if audited else []
        return Aligned(tuple(versions), tuple(rows), self._signature(versions), tuple(findings))

    def _translated(self, article: Article, targets: Sequence[str], model: str | None) -> list[Version]:
        translators = {target: self.engines.translator(target, model) for target in targets}
        return [
            compose(article, target, translator, self._encoder) for target, translator in translators.items()
        ]

    def _check(self, articles: Sequence[Article]) -> None:
        for article in articles:
            what = f"The {article.language} article"
            if article.length > self.limits.characters:
                raise LimitError(what, "characters", article.length, self.limits.characters)
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

    def _signature(self, versions: Sequence[Version]) -> str:
        """Say what the result depends on: release, checkpoints with their settings, encoder."""
        made = dict.fromkeys(
            self.engines.translator(version.language, version.checkpoint).signature
            for version in versions
            if version.checkpoint is not None
        )
        return " ".join([f"triptych:{self._release}", *made, f"encoder:{self._encoder.encoder_id}"])


def _with_translations(row: Row, parallel: Sequence[Row]) -> Row:
    """Put the machine's translations into a row of given versions, where their source is.

    `parallel` has a row for each of its sentences. The score stays that of the given versions; where the
    source is the only one of them, it is that of its translations.
    """
    source = row.sentences[SOURCE]
    sentences = dict.fromkeys(parallel[0].sentences, source) | dict(row.sentences)
    alone = source and not any(indices for language, indices in row.sentences.items() if language != SOURCE)
    score = sum(parallel[index].score for index in source) / len(source) if alone else row.score
    return Row(sentences, score)


def _texts(versions: Sequence[Version]) -> dict[str, list[str]]:
    return {
        version.language: [" ".join(sentence.text.split()) for sentence in version.article.sentences]
        for version in versions
    }
