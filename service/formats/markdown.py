"""Markdown (CommonMark with tables, strikethrough and front matter), read with markdown-it-py.

markdown-it-py tells the lines of a block, not its columns; the inline source of a block is found in its
lines, and all around it (list marks, quote marks, code, HTML blocks, link definitions, empty lines) is
frame, byte for byte.

Leaves out: text in HTML blocks, in front matter and in images' descriptions is not translated; a link by
reference becomes an inline link.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from markdown_it import MarkdownIt

from service.article import Article, Content, Format, Kind, Markup, assemble
from service.formats.inline import InlineBuilder, write_inline
from service.segment import HARD_BREAK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from markdown_it.token import Token

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_FRONT_MATTER_LINE = re.compile(r"\s*$|[\w-]+:|[ \t#-]")
_SPECIAL = re.compile(r"([\\`*_\[\]<>~|#&])")
_BLOCK_START = re.compile(r"^(\d{1,9})(?=[.)])|^(?=[-+=])")
_TAG = re.compile(r"<(/?)([A-Za-z][\w-]*)[^>]*?(/?)>\Z", re.DOTALL)
_LONGEST_CAPTION = 200  # characters
_LITERAL_KINDS = {"fence": Kind.CODE, "code_block": Kind.CODE, "hr": Kind.RULE}
_CONTAINERS = {"blockquote": Kind.QUOTE, "list_item": Kind.LIST_ITEM}


class _Parser(MarkdownIt):
    """A parser that leaves addresses as they are written."""

    def __init__(self) -> None:
        super().__init__("commonmark")
        self.enable(["table", "strikethrough"])

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802
        return link

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def read_markdown(source: str, language: str) -> Article:
    """Read a Markdown document."""
    lines = _LINE.findall(source)
    skipped = _front_matter(lines)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    contents: list[Content] = []
    frame: list[str] = []
    position = 0
    for content, start, end in _blocks(source, starts[skipped:], _Parser().parse("".join(lines[skipped:]))):
        if start < position:  # two blocks found in one line: the second stays in the frame
            continue
        contents.append(content)
        frame.append(source[position:start])
        position = end
    frame.append(source[position:])
    return assemble(language, Format.MARKDOWN, source, contents, frame)


class MarkdownWriter:
    """Writes blocks as Markdown and reads them back: only text that would turn into markup is escaped."""

    def __init__(self) -> None:
        self._parser = _Parser()

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the inline source of a block."""
        without_spans = [mark for mark in markup if mark.literal is not None or mark.open == "["]
        for marks, escape in ((markup, _escape_pipes), (markup, _escape_all), (without_spans, _escape_all)):
            source = _escape_start(write_inline(text, marks, escape), always=escape is _escape_all)
            if self._reads_back(source, text):
                return source
        return _escape_start(_escape_all(text), always=True)

    def _reads_back(self, source: str, text: str) -> bool:
        tokens = self._parser.parse(source)
        if [token.type for token in tokens] != ["paragraph_open", "inline", "paragraph_close"]:
            return False
        return read_inline(tokens[1].children or [])[0].strip() == text.strip()


def _front_matter(lines: Sequence[str]) -> int:
    """Return how many lines of YAML front matter a document begins with."""
    if not lines or lines[0].rstrip() != "---":
        return 0
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return number + 1 if number > 1 else 0
        if not _FRONT_MATTER_LINE.match(line):
            break
    return 0


def _blocks(
    source: str, starts: Sequence[int], tokens: Sequence[Token]
) -> Iterator[tuple[Content, int, int]]:
    """Yield each block with the start and end of its inline source."""
    containers: list[Kind] = []
    level = 0
    in_table = False
    row = cell_end = -1
    for token in tokens:
        name = token.type.removesuffix("_open").removesuffix("_close")
        if name in _CONTAINERS:
            if token.nesting == 1:
                containers.append(_CONTAINERS[name])
            else:
                containers.pop()
        elif name == "heading":
            level = int(token.tag[1]) if token.nesting == 1 else 0
        elif name == "table":
            in_table = token.nesting == 1
        elif token.type in _LITERAL_KINDS and token.map:
            start, end = starts[token.map[0]], starts[token.map[1]]
            literal = source[start:end].rstrip("\r\n")
            shown = token.content.rstrip("\n") or literal.strip()
            yield Content(_LITERAL_KINDS[token.type], shown, literal=literal), start, start + len(literal)
        elif token.type == "inline" and token.map and token.content.strip():
            lines = starts[token.map[0] : token.map[1] + 1]
            if in_table:
                begin = cell_end if token.map[0] == row else lines[0]
                place = _find_cell(source, begin, lines[-1], token.content)
                row, cell_end = token.map[0], place[1] if place else begin
            else:
                place = _find_lines(source, lines, token.content)
            text, markup = read_inline(token.children or [])
            if place is None or not text.strip():
                continue
            kind = Kind.HEADING if level else containers[-1] if containers else Kind.PARAGRAPH
            if kind is Kind.PARAGRAPH and _is_caption(text, markup):
                kind = Kind.CAPTION
            yield Content(kind, text, level, markup), *place


def _find_cell(source: str, begin: int, end: int, content: str) -> tuple[int, int] | None:
    """Find a table cell behind the one before it; None when it has an escaped pipe and reads otherwise."""
    found = source.find(content, begin, end)
    return None if found < 0 else (found, found + len(content))


def _find_lines(source: str, starts: Sequence[int], content: str) -> tuple[int, int] | None:
    """Find a block's inline source; list and quote marks stand before it, so the last match is it."""
    lines = [line.strip(" \t") for line in content.split("\n")]
    if len(lines) >= len(starts):
        return None
    first = source.rfind(lines[0], starts[0], starts[1])
    last = source.rfind(lines[-1], starts[len(lines) - 1], starts[len(lines)])
    return None if first < 0 or last < 0 else (first, last + len(lines[-1]))


def read_inline(children: Sequence[Token]) -> tuple[str, tuple[Markup, ...]]:
    """Return the plain text of a block's inline tokens, and the markup in it."""
    builder = InlineBuilder()
    paired = _paired_tags(children)
    address: Token | None = None
    for number, token in enumerate(children):
        if address is not None:
            if token.type == "link_close":
                address = None
            else:
                builder.atom(f"<{token.content}>", token.content)
        elif token.type == "text":
            builder.text(token.content)
        elif token.type == "softbreak":
            builder.text(" ")
        elif token.type == "hardbreak":
            builder.atom("\\\n", HARD_BREAK)
        elif token.type == "code_inline":
            builder.atom(_code(token), token.content)
        elif token.type == "image":
            builder.atom(f"![{token.content}]({_destination(token, 'src')})")
        elif token.type == "html_inline":
            tag = _TAG.match(token.content)
            if tag and tag[2].lower() == "br":
                builder.atom(token.content, HARD_BREAK)
            elif number in paired:
                (builder.close if tag and tag[1] else builder.open)(token.content)
            else:
                builder.atom(token.content)
        elif token.type == "link_open" and token.markup == "autolink":
            address = token
        elif token.type == "link_open":
            builder.open("[")
        elif token.type == "link_close":
            builder.close(f"]({_destination(_opening(children, number), 'href')})")
        elif token.nesting == 1:
            builder.open(token.markup)
        elif token.nesting == -1:
            builder.close(token.markup)
        else:
            builder.text(token.content)
    return builder.finish()


def _paired_tags(children: Sequence[Token]) -> frozenset[int]:
    """Return the numbers of HTML tags that open and close in this block, within the same Markdown span."""
    paired: set[int] = set()
    waiting: list[tuple[str, int]] = []  # "" stands for a Markdown span
    for number, token in enumerate(children):
        if token.nesting == 1:
            waiting.append(("", number))
        elif token.nesting == -1:
            while waiting and waiting.pop()[0]:
                pass
        elif token.type == "html_inline" and (tag := _TAG.match(token.content)) and not tag[3]:
            name = tag[2].lower()
            if not tag[1]:
                waiting.append((name, number))
            elif waiting and waiting[-1][0] == name:
                paired |= {waiting.pop()[1], number}
    return frozenset(paired)


def _opening(children: Sequence[Token], number: int) -> Token:
    return next(token for token in reversed(children[:number]) if token.type == "link_open")


def _code(token: Token) -> str:
    pad = " " if re.match(r"`|.*`\Z| .*\S.* \Z", token.content, re.DOTALL) else ""
    return f"{token.markup}{pad}{token.content}{pad}{token.markup}"


def _destination(token: Token, name: str) -> str:
    address = re.sub(r"&(?=#?\w+;)", "&amp;", str(token.attrs.get(name, "")).replace("\\", "\\\\"))
    if not address or re.search(r"[\s()<]", address):
        address = "<" + re.sub(r"([<>])", r"\\\1", address) + ">"
    title = str(token.attrs.get("title", "")).replace("\\", "\\\\").replace('"', '\\"')
    return f'{address} "{title}"' if title else address


def _is_caption(text: str, markup: Sequence[Markup]) -> bool:
    """Tell a caption, a credit or a byline: a paragraph that is one emphasised phrase and no sentence."""
    return (
        0 < len(text) <= _LONGEST_CAPTION
        and text[-1] not in ".!?…:"
        and any(mark.start == 0 and mark.end == len(text) and mark.open[:1] in ("*", "_") for mark in markup)
    )


def _escape_pipes(text: str) -> str:
    return text.replace("|", "\\|")


def _escape_all(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)


def _escape_start(source: str, *, always: bool) -> str:
    return _BLOCK_START.sub(r"\1\\", source) if always else source
