"""What the pipeline takes: how much at once, texts with words in them, versions in different languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.errors import EmptyArticleError, LimitError, VersionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Article


@dataclass(frozen=True, slots=True)
class Limits:
    """What is taken at once: characters of a version's source, and sentences in it."""

    characters: int
    sentences: int

    def check_article(self, article: Article) -> None:
        """Raise LimitError for one that is too long, EmptyArticleError for one of fewer than two words."""
        self._check(f"The {article.language} article", [article])
        words = [word for sentence in article.sentences for word in sentence.text.split()]
        if len(words) < 2:
            raise EmptyArticleError(article.language, words[0] if words else "")

    def check_request(self, texts: Sequence[Article]) -> None:
        """Raise LimitError for texts that are too long together; they may be empty."""
        self._check("The request", texts)

    def _check(self, what: str, texts: Sequence[Article]) -> None:
        characters = sum(text.length for text in texts)
        sentences = sum(len(text.sentences) for text in texts)
        if characters > self.characters:
            raise LimitError(what, "characters", characters, self.characters)
        if sentences > self.sentences:
            raise LimitError(what, "sentences", sentences, self.sentences)


def check_languages(languages: Sequence[str]) -> None:
    """Raise VersionsError unless there are two languages at least, and none twice."""
    if len(languages) < 2:
        raise VersionsError("There is only one language; name at least one target.")
    for language in languages:
        if languages.count(language) > 1:
            raise VersionsError(f'The language "{language}" is given twice; each version has its own.')
