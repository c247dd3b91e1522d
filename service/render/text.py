"""Text as the forms need it: what an encoding or a file format cannot carry is replaced, never dropped."""

from __future__ import annotations

import re
from typing import Final

# Everything outside the Char production of XML 1.0 (fifth edition, section 2.2).
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# ASCII white space and the line and paragraph separators; no-break and thin spaces are typography and stay.
_SPACES: Final = re.compile("[\t\n\v\f\r \x1c-\x1f\x85\u2028\u2029]+")
_REPLACEMENT: Final = "\ufffd"


def encodable(text: str) -> str:
    """Return `text` with lone surrogates replaced by U+FFFD, one for one: offsets into it stay right."""
    return _SURROGATE.sub(_REPLACEMENT, text)


def xml_text(text: str) -> str:
    """Return `text` with each character that XML 1.0 forbids replaced by U+FFFD, one for one."""
    return _NOT_XML.sub(_REPLACEMENT, text)


def squeezed(text: str) -> str:
    """Return `text` with each run of spaces, tabs and line breaks made one space."""
    return _SPACES.sub(" ", text)


def one_line(text: str) -> str:
    """Return `text` squeezed, without a space at either end."""
    return squeezed(text).strip(" ")


def decimal(score: float) -> str:
    """Return a score as every XML and tab-separated form writes it: four decimals."""
    return f"{rounded(score):.4f}"


def rounded(score: float) -> float:
    """Return a score as the JSON forms write it: four decimals, and never a negative zero."""
    return round(score, 4) + 0.0
