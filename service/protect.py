"""What must come out of a translation exactly as it went in: addresses, placeholders, inline code.

A sentence is translated whole, for fluency; only where something protected did not survive is it translated
again in fragments, with the protected strings put between them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from models.guards import has_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Lengths are bounded where a pattern could otherwise read the rest of a text again from each of its
# characters.
_PROTECTED = re.compile(
    r"""
    (?:https?|ftp)://[^\s<>"«»“”]{1,4000} | www\.[^\s<>"«»“”]{1,4000}          # addresses
  | (?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+                # e-mail addresses
  | \{\{?[\w.:-]{0,100}\}?\} | %\(\w{1,100}\)[sdf] | %[sd]\b              # placeholders
  | <[A-Za-z/][^<>\s]{0,100}(?:\s[^<>]{0,500})?/?>                         # tags
  | \[\^[\w-]{1,100}\]                                                    # footnote marks
  | \([^()\n]{2,30}\)\s?(?:--|[—–-])\Z | (?:--|[—–])\Z                    # the end of a dateline
  | (?<![\w@])[@\#]\w+(?:[.-]\w+)*                                        # handles, hashtags
  | %(?:\d{1,2}\$)?[-+0\#]{0,2}\d{0,3}(?:\.\d{1,2})?[sdifuxXgeE]\b | \$\{[\w.:-]{1,100}\}  # more placeholders
    """,
    re.VERBOSE,
)
# Words in scripts that no checkpoint here knows, in a sentence that has others: Greek, Armenian to Thai and
# Georgian, Chinese, Japanese, Korean.
_OTHER = "\u0370-\u03ff\u0530-\u1aff\u1f00-\u1fff\u2e80-\ud7ff\uf900-\ufdff\ufe70-\ufefc"
_FOREIGN = re.compile(f"[{_OTHER}](?:[{_OTHER} ]{{0,200}}[{_OTHER}])?")
_KNOWN = re.compile("[A-Za-z\u00c0-\u024f\u0400-\u052f]")
_TRAILING = ".,;:!?…)]}'’”»"
_OPENING = '([{«“"'


def protected_spans(text: str, atoms: Iterable[tuple[int, int]] = ()) -> list[tuple[int, int]]:
    """Return what must be copied, as (start, end) in order and without overlap.

    `atoms` are spans known to be protected already (inline code); they win over what is found here.
    """
    spans = sorted(span for span in atoms if span[0] < span[1])
    found = [*_PROTECTED.finditer(text), *(_FOREIGN.finditer(text) if _KNOWN.search(text) else ())]
    for match in found:
        start, end = match.start(), match.end()
        if "://" in match.group() or match.group().startswith("www."):
            end = start + len(_without_punctuation(match.group()))
        if all(end <= other_start or start >= other_end for other_start, other_end in spans):
            spans.append((start, end))
    return sorted(spans)


def missing(translation: str, protected: Sequence[str]) -> bool:
    """Whether some protected string does not occur in a translation as often as in the sentence."""
    return any(len(occurrences(item, translation)) < protected.count(item) for item in set(protected))


def occurrences(item: str, text: str) -> list[tuple[int, int]]:
    """Return where an item stands by itself: an address that goes on, or a third dash, is another one."""
    before = r"(?<!\w)" if item[0].isalnum() else ""
    after = r"(?!\w)" if item[-1].isalnum() else f"(?!{re.escape(item[-1])})"
    return [match.span() for match in re.finditer(before + re.escape(item) + after, text)]


def fragments(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[bool, str]]:
    """Split a sentence at protected spans: (is to be translated, text) pairs that join to the sentence."""
    pieces: list[tuple[bool, str]] = []
    position = 0
    for start, end in spans:
        pieces += _translatable(text[position:start])
        pieces.append((False, text[start:end]))
        position = end
    return pieces + _translatable(text[position:])


def _translatable(text: str) -> list[tuple[bool, str]]:
    """Keep the white space and punctuation at a fragment's edges out of the model's hands."""
    if not has_words(text):
        return [(False, text)] if text else []
    first = next(index for index, character in enumerate(text) if character.isalnum())
    body = text.rstrip()
    last = len(body.rstrip(_OPENING).rstrip()) if body[-1] in _OPENING else len(body)
    parts = [(False, text[:first]), (True, text[first:last]), (False, text[last:])]
    return [part for part in parts if part[1]]


def _without_punctuation(address: str) -> str:
    """Cut off the sentence's own punctuation; a bracket that the address itself opens stays."""
    while address and address[-1] in _TRAILING:
        closing = address[-1]
        if closing == ")" and address.count("(") >= address.count(")"):
            break
        address = address[:-1]
    return address
