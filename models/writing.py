"""How a text is written: in which script and language, in capitals, with which symbols.

Pure. Scripts are read off the characters' Unicode names, and only asked about where a language has one. A
language is told from another by its commonest words, enough of which stand in any sentence that is not very
short; it is no language identification, and says nothing where it is not sure.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from types import MappingProxyType
from typing import Final

_SCRIPT: Final = MappingProxyType({"en": "LATIN", "es": "LATIN", "ru": "CYRILLIC"})
_COMMON: Final = MappingProxyType(
    {
        "en": frozenset(
            "the of and to in is that it for was on are with as be at by this have from or not but his they "
            "we an he she will has were had their who would".split()
        ),
        "es": frozenset(
            "el la los las de del que y en un una por con se su para es al lo como más pero sus le ya no "
            "este esta fue son ha".split()
        ),
        "ru": frozenset("и в не на что он с как это по но к из у за от так же был о мы все она".split()),
    }
)
LANGUAGES: Final = tuple(_COMMON)
_WORD: Final = re.compile(r"[^\W\d_]+")
# Pictographs, flags, dingbats and what is joined to them (Unicode Technical Standard 51).
_PICTURE: Final = "[\U0001f000-\U0001faff\u2300-\u23ff\u2600-\u27bf\u2b00-\u2bff]"
_TAIL: Final = "[\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f]*"
_SYMBOL: Final = f"(?:[\U0001f1e6-\U0001f1ff]{{2}}|{_PICTURE}{_TAIL}(?:\u200d{_PICTURE}{_TAIL})*)"
_SYMBOLS: Final = re.compile(_SYMBOL)
_SYMBOL_RUN: Final = re.compile(rf"(\s*{_SYMBOL}(?:\s*{_SYMBOL})*\s*)")
_CAPITALS: Final = 6  # letters of a single word in capitals that is taken for a headline, not an acronym


def script_of(language: str) -> str | None:
    """Return the script a language is written in, as Unicode names it; None where that is not known here."""
    return _SCRIPT.get(language)


def foreign_words(text: str, language: str) -> tuple[str, ...]:
    """Return the words with a letter that is not of the language's script."""
    script = script_of(language)
    if script is None or (script == "LATIN" and text.isascii()):
        return ()
    return tuple(word for word in _WORD.findall(text) if {script} != set(map(_script, word)))


def is_foreign(text: str, language: str) -> bool:
    """Whether a text has words, and not one of them in the language's script."""
    words = _WORD.findall(text)
    return bool(words) and len(foreign_words(text, language)) == len(words)


def is_rather(text: str, language: str, other: str) -> bool:
    """Whether a text has the commonest words of one language, more than twice as many as of another."""
    words = [word.casefold() for word in _WORD.findall(text)]
    if language not in _COMMON or other not in _COMMON:
        return False
    hits, others = (sum(word in _COMMON[name] for word in words) for name in (language, other))
    return hits >= 2 and hits > 2 * others and 5 * hits >= len(words)


def symbols(text: str) -> list[str]:
    """Return a text's pictographs, one by one, as a reader sees them."""
    return [] if text.isascii() else _SYMBOLS.findall(text)


def cut_at_symbols(text: str) -> tuple[str, ...]:
    """Cut a text before and behind its pictographs; the parts join to the text."""
    if text.isascii():
        return (text,)
    return tuple(filter(None, _SYMBOL_RUN.split(text))) or (text,)


def is_capitals(text: str) -> bool:
    """Whether a text is a headline in capitals: two words or more, or a long one, all letters upper case."""
    words = _WORD.findall(text)
    return text.isupper() and (len(words) > 1 or any(len(word) >= _CAPITALS for word in words))


def without_capitals(text: str) -> str:
    """Write a headline in capitals as a sentence, the first letter large; offsets stay as they are."""
    small = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
    first = next((place for place, letter in enumerate(small) if letter.isalpha()), 0)
    return small[:first] + text[first : first + 1] + small[first + 1 :]


@lru_cache(4096)  # asked for every letter of every translation; alphabets are small
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").split(" ")[0]
