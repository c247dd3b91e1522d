"""What happens while an article is translated, or compared, in the order in which it happens.

Begun once, Translated for every slice of sentences (the languages by turns), Finished once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from models.translation import Translation
    from service.article import Article
    from service.result import Aligned

_LARGEST: Final = 32  # sentences; beyond it, an engine's batches are full and a reader waits longer


@dataclass(frozen=True, slots=True)
class Begun:
    """The article can be translated; `signature` is that of the result to come.

    `targets` holds the checkpoint that makes each version, `languages` all versions of the result to come, in
    its order.
    """

    article: Article
    targets: Mapping[str, str]
    signature: str
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Translated:
    """Neighbouring sentences, from number `first` on, are there in a language."""

    language: str
    first: int
    translations: tuple[Translation, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything is there: the same as `Pipeline.translate` or `compare` gives."""

    aligned: Aligned


Event = Begun | Translated | Finished


def growing(count: int) -> Iterator[int]:
    """Yield the sizes of slices that make up `count` sentences: 1, 2, 4, ... 32, 32, ... and the rest.

    The first sentence is there after one has been translated, however long the article is, and most of the
    sentences are still translated in batches worth having.
    """
    size = 1
    while count > 0:
        yield min(size, count)
        count -= size
        size = min(size * 2, _LARGEST)
