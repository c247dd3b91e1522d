"""Sentence boundaries.

sentencex finds them by rules for each language; here line breaks that the author wrote end a sentence as
well, and a dateline ("MOSCOW, Dec. 24 (RHC) --") is set apart, so that the sentence behind it is translated
and aligned without it.

Leaves out: sentences that run over two blocks.
"""

from __future__ import annotations

import re

import sentencex

HARD_BREAK = "\u2028"  # how a line break that the author wrote stands in an article's text

# A place, perhaps with a date, then an agency in brackets and a dash; or a place in capitals and a dash.
_DATELINE = re.compile(
    r"""
    (?=.{3,90}?(?:--|[—–-])\s)
    (?:
        [^\W\d_][^.!?;:()\n—–]{1,60}?\s*\([^()\n]{2,30}\)\s?(?:--|[—–-])
      | (?:[^\W\d_]|[ '’.-]){3,30}(?<=[^\W\d_])(?:,[ ][^!?;:()\n—–]{3,24}?)?\s?(?:--|[—–])
    )(?=\s)
    """,
    re.VERBOSE,
)
_SMALL_WORDS = frozenset(
    "al de del el la las los le of the upon на".split()
)  # in the middle of places' names


def segment(text: str, language: str) -> list[tuple[int, int]]:
    """Return the sentences of one block as (start, end) character offsets, in order and without overlap.

    Every character that is not white space is in exactly one of them. Single line breaks are white space
    inside a sentence; an author's hard line break (HARD_BREAK) ends one.
    """
    spans: list[tuple[int, int]] = []
    for line in re.finditer(f"[^{HARD_BREAK}]+", text):
        start = line.start()
        dateline = dateline_end(line.group()) if not spans else 0
        if dateline:
            spans.append((start, start + dateline))
            start += dateline
        spans += _sentences(text, start, line.end(), language)
    return spans


def dateline_end(text: str) -> int:
    """Return where the dateline at the head of a text ends, 0 when it has none."""
    match = _DATELINE.match(text)
    if match is None or not text[match.end() :].strip():
        return 0
    head = match.group()
    place = re.split(r"[,(]|--|[—–]", head, maxsplit=1)[0].strip()
    words = place.split()
    capitals = place.isupper()
    named = all(word[0].isupper() or word in _SMALL_WORDS for word in words)
    if "(" in head:
        agency = head[head.index("(") + 1]
        return match.end() if agency.isupper() and (capitals or (named and not head.endswith(" -"))) else 0
    return match.end() if capitals else 0


def _sentences(text: str, start: int, end: int, language: str) -> list[tuple[int, int]]:
    # A newline is as wide as a space, so offsets stay; sentencex would take two of them for a paragraph's
    # end.
    flat = re.sub(r"\s", " ", text[start:end])
    spans = []
    for boundary in sentencex.get_sentence_boundaries(language, flat):
        first, last = boundary["start_index"], boundary["end_index"]
        piece = flat[first:last]
        if stripped := piece.strip():
            first += len(piece) - len(piece.lstrip())
            spans.append((start + first, start + first + len(stripped)))
    return spans
