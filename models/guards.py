"""What looks wrong with a translation, from its text alone.

Pure. Each guard is a rule of thumb that a reader can check by hand, and errs towards saying nothing. They
know no languages: number words ("three", "3"), twelve-hour times and rounded sums are beyond them.

    repetition  a word sequence or a string over and over, as no source sentence has it
    copy        the source came back, beyond names, numbers and addresses
    length      far too long or too short
    numbers     digits of the source that are not in the translation
    script      words in a script that is not the translation's language's, and that the source does not have
    symbols     pictographs, or words in a script that neither language has, that are not there

How long translations are, and how often they repeat words, was looked up in 6,006 by people (newstest2012,
Spanish and Russian): of those from 20 letters on two in a thousand are outside the bounds for length.
"""

from __future__ import annotations

import re
from collections import Counter
from operator import eq

from models.writing import foreign_words, script_of, symbols

_ADDRESS = re.compile(r"\b(?:[a-z][a-z0-9+.-]*://|www\.)\S+|\b[\w.+-]+@[\w-]+\.[\w.]+\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"(?:\d{1,3}(?:[.,’'\u00a0\u202f\u2009 ]\d{3}(?!\d))+|\d+)(?:[.,:]\d+)*")
_LOOP = re.compile(r"(\S{1,12}?)\1{7,}")
_LONGEST_LOOP = 12
_PHRASE = 3  # words that nobody says twice running
_COPIED_RUN = 4
_SENTENCE = 20  # letters and digits from which a translation's length says something
_SHORTEST, _LONGEST = 0.55, 2.5  # times the source's letters and digits


def has_words(text: str) -> bool:
    """Whether there is anything to translate: a letter outside of addresses."""
    return any(character.isalpha() for character in _ADDRESS.sub(" ", text))


def flags_of(source: str, translation: str, languages: tuple[str, str] = ("en", "")) -> tuple[str, ...]:
    """Name what looks wrong, in alphabetical order; () when nothing does.

    `languages` are the source's and the translation's.
    """
    checks = {
        "copy": is_copy,
        "length": has_absurd_length,
        "numbers": loses_numbers,
        "repetition": repeats_itself,
    }
    found = tuple(name for name, check in checks.items() if check(source, translation))
    if adds_foreign_words(source, translation, languages[1]):
        found += ("script",)
    return (*found, "symbols") if loses_symbols(source, translation, languages) else found


def repeats_itself(source: str, translation: str) -> bool:
    """Whether a word or two come three times running, three to twelve twice, or a string eight times.

    As often as that in the source is no fault.
    """
    times = _repetitions(translation)
    if times and times > _repetitions(source):
        return True
    loop = _LOOP.search(translation)
    return loop is not None and any(map(str.isalpha, loop[1])) and not _LOOP.search(source)


def _repetitions(text: str) -> int:
    """Count the runs' repeats beyond what ordinary speech has ("very, very, very"); 0 when there is none."""
    words = [word.casefold() for word in _WORD.findall(text)]
    worst = 0
    for length in range(1, _LONGEST_LOOP + 1):
        repeated = list(map(eq, words, words[length:]))
        if not any(repeated):
            continue
        allowed = 2 if length < _PHRASE else 1
        run = 0  # how many words in a row equal the word `length` before them
        for same in repeated:
            run = run + 1 if same else 0
            times = 1 + run // length
            if times > allowed:
                worst = max(worst, times)
    return worst


def is_copy(source: str, translation: str) -> bool:
    """Whether four words running came back that are no names or addresses (or two or three, if that is all).

    A single word may well be the same in both languages ("hotel"): alone it is no copy.
    """
    wanted, found = _ordinary_words(source), _ordinary_words(translation)
    if len(wanted) < _COPIED_RUN:
        return len(wanted) > 1 and found == wanted
    sought = set(_runs(wanted, _COPIED_RUN))
    return any(run in sought for run in _runs(found, _COPIED_RUN))


def _runs(words: list[str], length: int) -> list[tuple[str, ...]]:
    return [tuple(words[start : start + length]) for start in range(len(words) - length + 1)]


def _ordinary_words(text: str) -> list[str]:
    """Words that ought to change: without addresses, single letters (a.m.), and what looks like a name."""
    words = [word for word in _WORD.findall(_ADDRESS.sub(" ", text)) if len(word) > 1]
    if all(word.isupper() for word in words):  # a headline in capitals
        return [word.casefold() for word in words]
    return [word for word in words if word.islower()]


def has_absurd_length(source: str, translation: str) -> bool:
    """Whether it has too many or too few letters and digits.

    From 20 on over 2.5 times the source's or under .55 of them; below, over three times and 20, or under a
    quarter less 3; and none at all.
    """
    there = sum(map(str.isalnum, source))
    here = sum(map(str.isalnum, translation))
    if there >= _SENTENCE:
        return not _SHORTEST * there <= here <= _LONGEST * there
    return here > 3 * there + 20 or here < there / 4 - 3 or (here == 0 < there)


def loses_numbers(source: str, translation: str) -> bool:
    """Whether a number of the source, its separators aside, is nowhere in the translation."""
    return bool(Counter(_digits(source)) - Counter(_digits(translation)))


def loses_symbols(source: str, translation: str, languages: tuple[str, str]) -> bool:
    """Whether pictographs, or words of a script that neither language has, are not in the translation."""
    if Counter(symbols(source)) - Counter(symbols(translation)):
        return True
    there = translation.casefold()
    kept = set(foreign_words(source, languages[0]))
    if script_of(languages[1]):
        kept &= set(foreign_words(source, languages[1]))
    return any(word.casefold() not in there for word in kept)


def adds_foreign_words(source: str, translation: str, language: str) -> bool:
    """Whether the translation has words that are not in its language's script, and not in the source."""
    there = source.casefold()
    return any(word.casefold() not in there for word in foreign_words(translation, language))


def repair_numbers(source: str, translation: str) -> str:
    """Put the source's digits where the translation garbled them, if it is plain which belongs where.

    Plain means: both have as many numbers, those that agree stand in the same places, and each that does not
    has as many digits as its counterpart. Times of day are left alone, for "10:30 pm" is rightly 22:30.
    """
    theirs = list(_NUMBER.finditer(translation))
    ours = [match[0] for match in _NUMBER.finditer(source)]
    if len(theirs) != len(ours) or any(":" in number for number in ours):
        return translation
    if re.search(r"\d\s*[ap]\.?m\b", source, re.IGNORECASE):
        return translation
    pairs = [
        (match, _only_digits(number), _only_digits(match[0]))
        for number, match in zip(ours, theirs, strict=True)
    ]
    there = {found for _, _, found in pairs}
    if any(len(wanted) != len(found) or (wanted != found and wanted in there) for _, wanted, found in pairs):
        return translation  # written another way, or in another place
    parts, end = [], 0
    for match, wanted, _ in pairs:
        parts += [translation[end : match.start()], _with_digits(match[0], wanted)]
        end = match.end()
    return "".join([*parts, translation[end:]])


def _with_digits(number: str, digits: str) -> str:
    """Replace a number's digits and keep the separators between them."""
    rest = iter(digits)
    return "".join(next(rest) if character.isdigit() else character for character in number)


def _digits(text: str) -> list[str]:
    return [_only_digits(match) for match in _NUMBER.findall(text)]


def _only_digits(number: str) -> str:
    return re.sub(r"\D", "", number)
