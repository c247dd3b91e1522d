"""The language of a text, where it is sure.

Method: langid.py (Lui and Baldwin, 2012), a naive Bayes classifier over byte n-grams, in the package
py3langid. It is asked about the languages of interest only, and believed only when it is all but certain.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

_CHARACTERS = 4000  # of a text that are looked at
_LETTERS = 120  # below these a text may be a list of names
_SURE = 0.999


class LanguageIdentifier:
    """Names the language of a text among the given ones; loads its model when first asked."""

    def __init__(self, languages: Sequence[str]) -> None:
        self._languages = list(languages)

    def __call__(self, text: str) -> str | None:
        """Return the ISO 639-1 code of a text's language, None where it is not sure."""
        text = text[:_CHARACTERS]
        if sum(map(str.isalpha, text)) < _LETTERS:
            return None
        language, probability = self._model.classify(text)
        return str(language) if probability >= _SURE else None

    @cached_property
    def _model(self) -> Any:
        from py3langid.langid import MODEL_FILE
        from py3langid.langid import LanguageIdentifier as Model

        model = Model.from_model_file(MODEL_FILE, norm_probs=True)
        model.set_languages(self._languages)
        return model
