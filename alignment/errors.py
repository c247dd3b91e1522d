"""What can go wrong in alignment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class AlignmentError(Exception):
    """Base of every error this package raises."""


class TooFewVersionsError(AlignmentError):
    """Fewer than two versions were given: there is nothing to align."""

    def __init__(self, languages: Sequence[str]) -> None:
        self.languages = tuple(languages)
        found = f"only {', '.join(map(repr, self.languages))}" if self.languages else "none"
        super().__init__(f"two or more versions are needed, found {found}; give another version")


class LanguageNameError(AlignmentError):
    """A version has a blank language name."""

    def __init__(self, language: str) -> None:
        self.language = language
        super().__init__(f"a version is named {language!r}; give each version a language code such as 'en'")


class SentencesError(AlignmentError):
    """A version is not a sequence of strings, typically one string instead of a list of sentences."""

    def __init__(self, found: str) -> None:
        self.found = found
        super().__init__(f"a version must be a sequence of sentences, found {found}; split the text first")


class EncoderOutputError(AlignmentError):
    """An encoder returned something else than one finite vector a sentence."""

    def __init__(self, sentences: int, shape: tuple[int, ...], problem: str) -> None:
        self.sentences = sentences
        self.shape = shape
        self.problem = problem
        super().__init__(
            f"the encoder returned an array of shape {shape} for {sentences} sentences ({problem}); "
            "it must return one finite vector a sentence"
        )
