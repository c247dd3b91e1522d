"""Many texts as one batch: their sentences are translated together, then each text is composed by itself.

What a text's composing asks for beyond that (fragments of a second try) goes to the engine as it comes. A
result does not depend on its batch, so this changes nothing but the time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.guards import has_words
from service.wrapped import Wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from models.translation import Translation, Translator
    from service.article import Article


class AtHand(Wrapped):
    """A translator into one language that has the translations of some sentences at hand."""

    def __init__(self, translator: Translator, found: Mapping[str, Translation]) -> None:
        super().__init__(translator)
        self._found = found

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order."""
        missing = [sentence for sentence in sentences if sentence not in self._found]
        rest = iter(self._translator.translate(missing, target=target) if missing else [])
        return [self._found[sentence] if sentence in self._found else next(rest) for sentence in sentences]


def prefetched(translator: Translator, texts: Iterable[Article], target: str) -> AtHand:
    """Return a translator that has the sentences of some texts at hand."""
    wanted = list(
        dict.fromkeys(sentence for text in texts for sentence in asked_sentences(text) if has_words(sentence))
    )
    return AtHand(translator, dict(zip(wanted, translator.translate(wanted, target=target), strict=True)))


def asked_sentences(text: Article) -> list[str]:
    """Return a text's sentences as `compose` asks for them: line breaks as spaces."""
    return [re.sub(r"\s", " ", sentence.text) for sentence in text.sentences]
