"""SubRip subtitles, taken apart with the srt package.

A sentence often runs over several subtitles. Neighbours that end in mid-sentence and follow closely are one
block, so that the sentence is translated whole; the boundaries between them stand in the text as atoms of no
width. In a translation each boundary comes at the same share of its sentence, at a word's end, and every
subtitle gets at least a word where there are words enough. Numbers, times and the count of lines stay.

Leaves out: a translation's reading speed is not checked; there is no label, as a subtitle file has no place
for one that is not shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import srt

from service.article import Article, Content, Format, Kind, Markup, assemble
from service.errors import ArticleError
from service.formats.inline import InlineBuilder, write_inline
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TAG = re.compile(r"<(/?)(b|i|u|s|font)\b[^<>]*>|\{\\[^{}]*\}", re.IGNORECASE)
_ENDS = re.compile(r"[.!?:;][\"'»”’)\]♪]*\s*\Z|[)\]♪]\s*\Z")
_TRAILS_OFF = re.compile(r"(?:…|\.\.\.)[\"'»”’]*\s*\Z")
_SPACES = re.compile(r"\s+")
_HUGE_NUMBER = re.compile(r"\d{21}")
_DASH = re.compile(r"\s*[-–—]\s?\S")
_LONGEST_GAP = timedelta(seconds=3)
_MOST_JOINED = 8  # subtitles in one block
_HOLE = "\ufffc"


@dataclass(frozen=True, slots=True)
class _Cue:
    """A subtitle: the lines before its text, its text, and when it is shown."""

    head: str
    text: str
    start: timedelta
    end: timedelta


def read_srt(source: str, language: str) -> Article:
    """Read subtitles; raise ArticleError for what is no such file."""
    cues = _cues(source)
    contents: list[Content] = []
    frame = [""]
    for group in _groups(cues):
        builder = InlineBuilder()
        for number, cue in enumerate(group):
            if number:
                builder.text(" ")
                builder.atom(f"\n\n{cue.head}")
            _read_text(cue.text, builder)
        text, markup = builder.finish()
        frame[-1] += group[0].head
        if text.strip():
            contents.append(Content(Kind.PARAGRAPH, text, 0, markup))
            frame.append("\n\n")
        else:
            frame[-1] += group[0].text + "\n\n"
    return assemble(language, Format.SRT, source, contents, frame)


class SrtWriter:
    """Writes blocks as subtitles."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the text of a block's subtitles, with the heads of all but the first between them."""
        borders = [mark for mark in markup if _is_border(mark)]
        others = [_behind_word(mark, text) for mark in markup if not _is_border(mark)]
        cuts = [0, *_spread(text, [mark.start for mark in borders]), len(text)]
        out = [_written(text, others, cuts[0], cuts[1])]
        for number, border in enumerate(borders, 1):
            out += [border.literal or "", _written(text, others, cuts[number], cuts[number + 1])]
        return "".join(out)


def _is_border(mark: Markup) -> bool:
    return mark.literal is not None and mark.literal.startswith("\n\n")


def _cues(source: str) -> list[_Cue]:
    if not source.strip():
        return []
    try:
        found = list(srt.parse(_squeezed(source)))
    except (srt.SRTParseError, srt.TimestampParseError, ValueError, OverflowError) as error:
        first = str(error).splitlines()[0]
        raise ArticleError(f"The subtitles cannot be read: {first[:200]}.") from error
    return [_Cue(_head(cue), cue.content, cue.start, cue.end) for cue in found]


def _squeezed(source: str) -> str:
    """Return subtitles without runs of spaces and of empty lines, and without huge numbers.

    The srt package's pattern takes quadratic time over such runs. Raises ArticleError for a number.
    """
    if number := _HUGE_NUMBER.search(source):
        raise ArticleError(f"The subtitles have a number of more than 20 digits: {number.group()}...")
    lines: list[str] = []
    for line in source.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        squeezed = _SPACES.sub(" ", line).strip()
        if squeezed or (lines and lines[-1]):
            lines.append(squeezed)
    return "\n".join(lines) + "\n"


def _head(cue: srt.Subtitle) -> str:
    shown: str = srt.Subtitle(cue.index, cue.start, cue.end, _HOLE, cue.proprietary).to_srt(strict=False)
    return shown[: shown.index(_HOLE)]


def _groups(cues: Sequence[_Cue]) -> Iterator[list[_Cue]]:
    """Yield the subtitles of one block at a time."""
    group: list[_Cue] = []
    for cue in cues:
        if group and not (len(group) < _MOST_JOINED and _goes_on(group[-1], cue)):
            yield group
            group = []
        group.append(cue)
    if group:
        yield group


def _goes_on(before: _Cue, after: _Cue) -> bool:
    """Whether a sentence runs from one subtitle into the next."""
    first, second = (_TAG.sub("", cue.text).strip() for cue in (before, after))
    if not first or not second or after.start - before.end > _LONGEST_GAP or _DASH.match(second):
        return False
    begins_small = second.lstrip(".…\"'«“‘( ")[:1].islower()
    if _TRAILS_OFF.search(first):
        return begins_small
    return not _ENDS.search(first)


def _read_text(text: str, builder: InlineBuilder) -> None:
    opened: list[str] = []
    for number, line in enumerate(text.split("\n")):
        if number:
            if _DASH.match(_TAG.sub("", line)):
                builder.atom("\n", HARD_BREAK)
            else:
                builder.text(" ")
                builder.atom("\n")
        position = 0
        for tag in _TAG.finditer(line):
            builder.text(line[position : tag.start()])
            position = tag.end()
            name = (tag[2] or "").lower()
            if name and not tag[1]:
                builder.open(tag.group(), {"b": "strong", "i": "emphasis"}.get(name, ""))
                opened.append(name)
            elif opened and opened[-1] == name:
                builder.close(tag.group())
                opened.pop()
            else:
                builder.atom(tag.group())
        builder.text(line[position:])
    for name in reversed(opened):  # a subtitle's tags end with it
        builder.close(f"</{name}>")


def _spread(text: str, borders: Sequence[int]) -> list[int]:
    """Return where to cut a text: near the borders, at words' ends; no piece is empty if that can be."""
    words = [word.span() for word in re.finditer(r"\S+", text)]
    ends = [end for _, end in words]
    counts = [sum(start < border for start, _ in words) for border in borders]
    room = len(ends) > len(counts)
    for number in range(len(counts)):
        least = counts[number - 1] if number else 0
        counts[number] = max(counts[number], least + room)
        if room:
            counts[number] = min(counts[number], len(ends) - (len(counts) - number))
    return [ends[count - 1] if count else 0 for count in counts]


def _behind_word(mark: Markup, text: str) -> Markup:
    """Move a line break behind the word it stands in, its comma or full stop included."""
    if mark.literal != "\n" or mark.start != mark.end:
        return mark
    rest = re.search(r"\s|\Z", text[mark.start :])
    place = mark.start + (rest.start() if rest and text[: mark.start].rstrip() == text[: mark.start] else 0)
    return replace(mark, start=place, end=place)


def _written(text: str, markup: Sequence[Markup], start: int, end: int) -> str:
    """Return one subtitle's text with the markup that falls into it."""
    inside = [
        replace(mark, start=max(mark.start, start) - start, end=min(mark.end, end) - start)
        for mark in markup
        if (mark.literal is not None and start <= mark.start < end + (end == len(text)))
        or (mark.literal is None and mark.start < end and mark.end > start)
    ]
    source = write_inline(text[start:end], inside, str).replace(HARD_BREAK, "\n")
    lines = [line.strip() for line in source.split("\n")]
    return "\n".join(line for line in lines if line)
