"""Words in plain letters, so that one name or one root looks alike in any script and spelling."""

from __future__ import annotations

import re

from anyascii import anyascii

# Letters that languages write differently for like sounds.
_LIKE = str.maketrans({"q": "k", "c": "k", "w": "v", "y": "i", "j": "i", "z": "s", "h": None, "'": None})


def folded(word: str) -> str:
    """Return a word romanised, in small letters, those alike in sound made equal and doubled ones single."""
    plain = anyascii(word).lower().replace("ph", "f").replace("x", "ks").translate(_LIKE)
    return re.sub(r"(.)\1", r"\1", plain)
