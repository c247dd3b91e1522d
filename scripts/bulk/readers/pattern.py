"""What files' names say: the document, the language and the extension of each."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bulk.errors import OptionError

if TYPE_CHECKING:
    from collections.abc import Sequence

# LANG/ID.EXT is tried first: en/a.b.txt is a version of a.b, not a file in the language b.
_USUAL = ("{lang}/{id}.{ext}", "{id}.{lang}.{ext}")
_EXTENSION = r"(?!(?:gz|zst)$)[^./]+(?:\.(?:gz|zst))?"  # the whole of .txt.gz, not its end


class NamePattern:
    """Takes names apart by a pattern such as "{lang}/news-{id}.{ext}".

    The pattern is held against a file's path in the folder, with "/" between its parts. {id} is anything,
    further folders too; {lang} one of the languages; {ext} an extension, perhaps with .gz or .zst behind it.
    Without a pattern it is {lang}/{id}.{ext}, else {id}.{lang}.{ext}.
    """

    def __init__(self, languages: Sequence[str], pattern: str | None = None) -> None:
        chosen = _USUAL if pattern is None else (pattern,)
        self._patterns = [re.compile(_expression(each, languages), re.DOTALL) for each in chosen]

    def match(self, path: str) -> tuple[str, str] | None:
        """Return a path's id and language, None when it fits no pattern."""
        for pattern in self._patterns:
            if match := pattern.fullmatch(path):
                return match["id"], match["lang"]
        return None


def _expression(pattern: str, languages: Sequence[str]) -> str:
    parts = {
        "{id}": "(?P<id>.+)",
        "{lang}": f"(?P<lang>{'|'.join(map(re.escape, languages))})",
        "{ext}": _EXTENSION,
    }
    expression, used = "", set()
    for piece in re.split(r"(\{[^{}]*\})", pattern):
        if piece not in parts:
            if piece.startswith("{"):
                raise OptionError(f"The pattern {pattern!r} has {piece}; there are {', '.join(parts)}.")
            expression += re.escape(piece)
        elif piece in used and piece != "{ext}":
            expression += f"(?P={piece[1:-1]})"
        else:
            expression += parts[piece]
            used.add(piece)
    for needed in ("{id}", "{lang}"):
        if needed not in used:
            raise OptionError(
                f"The pattern {pattern!r} lacks {needed}; give e.g. {{lang}}/news-{{id}}.{{ext}}."
            )
    return expression
