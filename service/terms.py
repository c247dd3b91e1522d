"""Where the terms of a glossary stand in an English sentence.

Method: leftmost-longest matching over words. A word of a term matches a word of the sentence that is the same
or an inflected form of it by the suffix rules of Porter 1980 ("An algorithm for suffix stripping", step 1:
plurals, -ed, -ing), the possessive aside. A term in small letters matches in any case; one with capitals only
as it is written, or in a sentence of capitals. Hyphens and spaces between words are the same. A term that is
copied matches as it is written only.

Leaves out: irregular forms (went, mice), and meanings: "evening" is taken for a form of "even".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from service.glossary import Term

_WORD: Final = re.compile(r"[^\W_]+")
_GAP: Final = re.compile(r"[\s\u2010-\u2015-]+")
_POSSESSIVE: Final = re.compile(r"['’](?:s\b)?", re.IGNORECASE)
_SHORTEST: Final = 3  # letters that must be left of a word


@dataclass(frozen=True, slots=True)
class Match:
    """A term in a sentence: sentence[start:end], the possessive included where it is translated."""

    start: int
    end: int
    term: Term


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A term taken apart: its words, what stands before, between and after them."""

    term: Term
    words: tuple[str, ...]
    gaps: tuple[str, ...]


class TermFinder:
    """Finds the terms of one glossary, built once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._patterns: dict[str, list[_Pattern]] = {}
        for term in terms:
            pattern = _pattern(term)
            self._patterns.setdefault(pattern.words[0].casefold(), []).append(pattern)
        for patterns in self._patterns.values():
            patterns.sort(key=lambda pattern: -len(pattern.words))

    def find(self, sentence: str, kept: Sequence[tuple[int, int]] = ()) -> list[Match]:
        """Return the terms of a sentence in order, without overlap, and none within the spans of `kept`."""
        words = list(_WORD.finditer(sentence))
        shouted = sentence.isupper()
        matches: list[Match] = []
        index = 0
        while index < len(words):
            found = next(self._at(sentence, words, index, shouted), None)
            if found is None:
                index += 1
                continue
            match, count = found
            if all(match.end <= start or match.start >= end for start, end in kept):
                matches.append(match)
            index += count
        return matches

    def _at(
        self, sentence: str, words: Sequence[re.Match[str]], index: int, shouted: bool
    ) -> Iterator[tuple[Match, int]]:
        """Yield the terms that begin with a word, the longest first, each with its number of words."""
        candidates = [
            pattern
            for form in _bases(words[index].group().casefold())
            for pattern in self._patterns.get(form, ())
        ]
        for pattern in sorted(candidates, key=lambda candidate: -len(candidate.words)):
            span = words[index : index + len(pattern.words)]
            if len(span) == len(pattern.words) and (match := _fits(pattern, sentence, span, shouted)):
                yield match, len(span)


def _pattern(term: Term) -> _Pattern:
    words = list(_WORD.finditer(term.source))
    edges = [0, *(edge for word in words for edge in word.span()), len(term.source)]
    gaps = tuple(term.source[edges[i] : edges[i + 1]] for i in range(0, len(edges), 2))
    return _Pattern(term, tuple(word.group() for word in words), gaps)


def _fits(pattern: _Pattern, sentence: str, span: Sequence[re.Match[str]], shouted: bool) -> Match | None:
    copied = pattern.term.text is None
    for wanted, found in zip(pattern.words, span, strict=True):
        if not (wanted == found.group() if copied else _same(wanted, found.group(), shouted)):
            return None
    for gap, before, after in zip(pattern.gaps[1:-1], span, span[1:], strict=False):
        between = sentence[before.end() : after.start()]
        if between != gap and (copied or _GAP.sub(" ", between) != _GAP.sub(" ", gap)):
            return None
    start = span[0].start() - len(pattern.gaps[0])
    end = span[-1].end() + len(pattern.gaps[-1])
    if start < 0 or sentence[start : span[0].start()] != pattern.gaps[0]:
        return None
    if sentence[span[-1].end() : end] != pattern.gaps[-1]:
        return None
    if not copied and (possessive := _POSSESSIVE.match(sentence, end)):
        bare = possessive.group() in ("'", "’")
        if not bare or (sentence[end - 1] in "sS" and sentence[end + 1 : end + 2] in ("", " ")):
            end = possessive.end()
    return Match(start, end, pattern.term)


def _same(wanted: str, found: str, shouted: bool) -> bool:
    """Whether a word of a sentence is a form of a term's word."""
    if wanted != wanted.lower() and not shouted:
        return wanted == found or wanted in _bases(found)
    return wanted.casefold() in _bases(found.casefold())


def _bases(word: str) -> tuple[str, ...]:
    """Return what a word may be a form of, itself first."""
    found = [word]
    low = word.lower()
    if low.endswith("s") and not low.endswith(("ss", "us", "is")):
        found.append(word[:-1])
        if low.endswith(("ses", "xes", "zes", "ches", "shes", "oes")):
            found.append(word[:-2])
        if low.endswith("ies"):
            found.append(word[:-3] + "y")
        if low.endswith("ves"):
            found += [word[:-3] + "f", word[:-3] + "fe"]
    for suffix in ("ed", "ing"):
        if low.endswith(suffix):
            stem = word[: -len(suffix)]
            found += [stem, stem + "e"]
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
            if low.endswith("ied"):
                found.append(word[:-3] + "y")
    return tuple(dict.fromkeys(base for base in found if base == word or len(base) >= _SHORTEST))


def forms_in(term: str, text: str) -> list[tuple[int, int]]:
    """Return where a text has a term of another language in that form or one that begins like it.

    All but the last two letters of each word must be the same, at least three of them (all of a shorter
    word): "ciudades" for "ciudad", "города" for "город".
    """
    stems = [word[: max(len(word) - 2, min(len(word), _SHORTEST))] for word in term.split()]
    words = [re.escape(stem) + r"\w{0,5}" for stem in stems]
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(words) + r"(?!\w)", re.IGNORECASE)
    return [match.span() for match in pattern.finditer(text)]
