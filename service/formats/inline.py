"""Inline markup and the text it stands in: from a stream of pieces, and back to source.

Reading and writing are the same for Markdown and HTML but for the escaping of plain text.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from service.article import Markup

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class InlineBuilder:
    """Collects text, spans and atoms of one block, in source order, with offsets into the text so far."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._markup: list[Markup | None] = []
        self._open: list[tuple[int, str]] = []

    @property
    def empty(self) -> bool:
        """Whether nothing was added that a reader or a browser would show."""
        return not self._markup and not "".join(self._parts).strip()

    def text(self, text: str) -> None:
        """Add text."""
        self._parts.append(text)
        self._length += len(text)

    def atom(self, literal: str, text: str = "") -> None:
        """Add source that is copied as it is, showing as `text` (an image shows as none)."""
        self._markup.append(Markup(self._length, self._length + len(text), literal=literal))
        self.text(text)

    def open(self, literal: str) -> None:
        """Open a span with its source."""
        self._open.append((len(self._markup), literal))
        self._markup.append(Markup(self._length, self._length))

    def close(self, literal: str) -> None:
        """Close the innermost open span; one round atoms alone (a linked image) becomes one atom itself."""
        if not self._open:
            self.atom(literal)
            return
        number, opening = self._open.pop()
        mark = self._markup[number]
        start = mark.start if mark else self._length
        inside = [inner for inner in self._markup[number + 1 :] if inner]
        if start == self._length:
            literal = opening + "".join(inner.literal or "" for inner in inside) + literal
            self._markup[number:] = [Markup(start, start, literal=literal)]
        else:
            self._markup[number] = Markup(start, self._length, opening, literal)

    def finish(self) -> tuple[str, tuple[Markup, ...]]:
        """Return the text without white space at its ends, and its markup; unclosed spans become atoms."""
        while self._open:
            number, opening = self._open.pop()
            mark = self._markup[number]
            start = mark.start if mark else 0
            self._markup[number] = Markup(start, start, literal=opening)
        whole = "".join(self._parts)
        marks = [mark for mark in self._markup if mark]
        atoms = [mark for mark in marks if mark.literal is not None]
        # White space between an image and the text stays.
        first = min([len(whole) - len(whole.lstrip()), *(atom.start for atom in atoms)])
        last = max([len(whole.rstrip()), *(atom.end for atom in atoms)])
        length = max(last - first, 0)
        return whole[first : first + length], tuple(
            replace(mark, start=_clamp(mark.start - first, length), end=_clamp(mark.end - first, length))
            for mark in marks
        )


def _clamp(offset: int, length: int) -> int:
    return min(max(offset, 0), length)


def write_inline(text: str, markup: Sequence[Markup], escape: Callable[[str], str]) -> str:
    """Return the source of a text with its markup, properly nested.

    A span that would cross the end of one it stands in is cut there; none of the text is ever left out.
    """
    order = sorted(range(len(markup)), key=lambda n: (markup[n].start, n))
    out: list[str] = []
    open_spans: list[tuple[int, str]] = []
    position = 0

    def advance(to: int) -> None:
        nonlocal position
        if to > position:
            out.append(escape(text[position:to]))
            position = to

    def close_up_to(offset: int) -> None:
        while open_spans and open_spans[-1][0] <= offset:
            end, closing = open_spans.pop()
            advance(end)
            out.append(closing)

    for number in order:
        mark = markup[number]
        start = max(mark.start, position)  # an atom before it may have taken its place
        if mark.literal is None and mark.end <= start:  # round nothing, or inside an atom
            continue
        close_up_to(start)
        end = min(mark.end, open_spans[-1][0]) if open_spans else mark.end
        advance(start)
        if mark.literal is not None:
            out.append(mark.literal)
            position = max(position, mark.end)
        elif end > start:
            out.append(mark.open)
            open_spans.append((end, mark.close))
    close_up_to(len(text))
    advance(len(text))
    return "".join(out)
