"""Which language a text is in."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_ENOUGH = 2_000  # characters that are looked at
_LIKELY = 0.5
_SURE = 0.999
_ENOUGH_TO_BE_SURE = 600  # characters; every document of a bulk run is asked for
_LETTERS = 120  # below these a text may be a list of names


@dataclass(frozen=True, slots=True)
class Guess:
    """A language (ISO 639-1) and how probable it is that a text is in it, 0 to 1."""

    language: str
    probability: float


class Detector(Protocol):
    """Guesses languages."""

    def guess(self, text: str) -> list[Guess]:
        """Return the languages that are possible, the likeliest first; [] for a text without letters."""


class LangidDetector:
    """Detects with py3langid, among the languages given, else all it knows; loads at the first use.

    Method: langid.py (Lui and Baldwin 2012), a naive Bayes classifier over byte n-grams.
    """

    def __init__(self, languages: Collection[str] | None = None) -> None:
        self._languages = frozenset(languages) if languages is not None else None
        self._identifier: Any = None
        self._lock = Lock()

    def guess(self, text: str) -> list[Guess]:
        """Return the languages that are possible, the likeliest first; [] for a text without letters."""
        if not any(character.isalpha() for character in text[:_ENOUGH]):
            return []
        ranked = self._loaded().rank(text[:_ENOUGH])
        return [Guess(language, round(float(probability), 4)) for language, probability in ranked]

    def _loaded(self) -> Any:
        with self._lock:
            if self._identifier is None:
                from py3langid.langid import MODEL_FILE, LanguageIdentifier

                identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
                if self._languages is not None:
                    identifier.set_languages(sorted(self._languages & set(identifier.labels)))
                self._identifier = identifier
            return self._identifier


def surely(detector: Detector, text: str) -> str | None:
    """Return the language of a text, None where it is not all but certain."""
    beginning = text[:_ENOUGH_TO_BE_SURE]
    if sum(map(str.isalpha, beginning)) < _LETTERS:
        return None
    first = detector.guess(beginning)[0]
    return first.language if first.probability >= _SURE else None


def choose(guesses: Sequence[Guess], sources: Sequence[str]) -> Guess:
    """Return the language to take a text for, of which some can be translated from.

    Where nothing is likely (a greeting of one word could be in many languages), it is the likeliest of those
    that can be translated from. A text without letters is taken for the first of them.
    """
    if not guesses:
        return Guess(sources[0], 0.0)
    if guesses[0].language in sources or guesses[0].probability >= _LIKELY:
        return guesses[0]
    return next((guess for guess in guesses if guess.language in sources), guesses[0])
