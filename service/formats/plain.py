"""Plain text: blocks by empty lines, list marks and line lengths.

The blocks and the frame put together are the source, character for character.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from service.article import Article, Content, Format, Kind, Markup, assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

_BULLET = re.compile(r"\s*(?:[-*•]|\d{1,3}[.)])[ \t]+(?=\S)")
_RULE = re.compile(r"\s*([-*_=])(?:[ \t]*\1){2,}\s*$")
_WIDEST_WRAP = 120  # characters; wider lines were not wrapped by a program or a person, each is a paragraph
_LONGEST_TITLE = 120
_TERMINAL = ".!?…:;\"'»”)"


def read_plain(source: str, language: str) -> Article:
    """Read a plain text; line breaks inside a wrapped paragraph do not end its sentences."""
    contents: list[Content] = []
    frame: list[str] = [""]
    for is_block, kind, text in _pieces(source):
        if not is_block:
            frame[-1] += text
            continue
        contents.append(Content(kind, text, literal=text if kind is Kind.RULE else None))
        frame.append("")
    if contents and _is_title(contents[0], alone=len(contents) == 1):
        contents[0] = Content(Kind.HEADING, contents[0].text, level=1)
    return assemble(language, Format.TEXT, source, contents, frame)


def list_mark(line: str) -> int:
    """Return how many characters at the head of a line are a list item's mark, 0 where it is none."""
    mark = _BULLET.match(line)
    return mark.end() if mark and not _RULE.match(line) else 0


class PlainWriter:
    """Writes blocks as plain text: nothing in them can be mistaken for markup."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the text as it is."""
        return text


def _pieces(source: str) -> list[tuple[bool, Kind, str]]:
    """Split a source into blocks and what stands between them, losing nothing."""
    pieces: list[tuple[bool, Kind, str]] = []
    for run in re.finditer(r"(?:[^\S\n]*\n)+|(?:[^\n]*\S[^\n]*(?:\n|$))+|[^\S\n]+$", source):
        if not run.group().strip():
            pieces.append((False, Kind.PARAGRAPH, run.group()))
            continue
        for lines in _paragraphs(run.group()):
            bullet = _BULLET.match(lines)
            rule = _RULE.match(lines)
            body = lines[bullet.end() :] if bullet and not rule else lines.lstrip()
            head = lines[: len(lines) - len(body)]
            kept = body.rstrip()
            kind = Kind.RULE if rule else Kind.LIST_ITEM if bullet else Kind.PARAGRAPH
            pieces += [
                (False, kind, head),
                (True, kind, kept),
                (False, kind, body[len(kept) :]),
            ]
    return pieces


def _paragraphs(run: str) -> list[str]:
    """Split a run of lines where a line was ended by its author and not by wrapping.

    A line was wrapped when the next line's first word would not have fitted on it, the widest line of the run
    being the width; and a run was wrapped at all when one of its lines ends in mid-sentence.
    """
    lines = re.findall(r"[^\n]*\n|[^\n]+", run)
    width = max(len(line.rstrip()) for line in lines)
    full = [
        not _RULE.match(line) and len(line.rstrip()) + 1 + len(following.split(maxsplit=1)[0]) > width
        for line, following in pairwise(lines)
    ]
    unfinished = [line.rstrip()[-1] not in _TERMINAL for line in lines]
    wrapped = width <= _WIDEST_WRAP and any(a and b for a, b in zip(full, unfinished, strict=False))
    paragraphs = [lines[0]]
    for line, before_is_full in zip(lines[1:], full, strict=True):
        if wrapped and before_is_full and not (_BULLET.match(line) or _RULE.match(line)):
            paragraphs[-1] += line
        else:
            paragraphs.append(line)
    return paragraphs


def _is_title(first: Content, *, alone: bool) -> bool:
    return (
        first.kind is Kind.PARAGRAPH
        and not alone
        and len(first.text) <= _LONGEST_TITLE
        and "\n" not in first.text
        and first.text[-1] not in _TERMINAL + ","
        and any(letter.isalpha() for letter in first.text)
        and not re.match(r"\S+$", first.text)
    )
