"""A piece of XML whose tags mean nothing to us: text is translated, tags are kept byte for byte.

Method: expat checks that the piece is well formed and tells where each tag begins. An element is structure
when the element it stands in holds no text of its own, and inline markup when it stands among text; callers
can name tags that are always the one or the other. External entities and document types are refused.

Leaves out: attributes are not translated; line breaks inside a sentence become spaces.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from service.article import Article, Content, Format, Kind, assemble
from service.errors import ArticleError
from service.formats.inline import InlineBuilder, write_inline

_DECLARATION = re.compile(r"\s*<\?xml\s[^>]*\?>")
_ROOT = "x"
_DEEPEST = 200


@dataclass(frozen=True, slots=True)
class Tags:
    """How tags are taken: `outline` tells structure by itself; the named ones are settled.

    `splitting` are structure, `inline` are not, and what stands in `ignored` is not translated.
    """

    outline: bool = True
    splitting: frozenset[str] = frozenset()
    inline: frozenset[str] = frozenset()
    ignored: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Node:
    """An element, or with `tag` None something that is copied (a comment, a processing instruction)."""

    tag: str | None
    open: str = ""
    close: str = ""
    inside: list[_Node | str] = field(default_factory=list)

    @property
    def source(self) -> str:
        inside = (_escaped(part) if isinstance(part, str) else part.source for part in self.inside)
        return "".join([self.open, *inside, self.close])

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.inside)


def read_xml(source: str, language: str, tags: Tags) -> Article:
    """Read a piece of XML, with or without one root; raise ArticleError for what is not well formed."""
    declaration = match.group() if (match := _DECLARATION.match(source)) else ""
    reader = _Reader(tags)
    reader.literal(declaration)
    reader.children(_parsed(source[len(declaration) :]))
    return assemble(language, Format.HTML, source, reader.contents, reader.frame)  # written as HTML is


def _parsed(source: str) -> _Node:
    """Return the piece as the inside of one element."""
    data = f"<{_ROOT}>{source}</{_ROOT}>".encode()
    events: list[tuple[int, str, str]] = []
    parser = expat.ParserCreate("utf-8")

    def note(kind: str, value: str = "") -> None:
        events.append((parser.CurrentByteIndex, kind, value))

    parser.StartElementHandler = lambda tag, _: note("open", tag)
    parser.EndElementHandler = lambda _: note("close")
    parser.CharacterDataHandler = lambda text: note("text", text)
    parser.CommentHandler = lambda _: note("copy")
    parser.ProcessingInstructionHandler = lambda *_: note("copy")
    parser.StartCdataSectionHandler = lambda: note("cdata")
    parser.EndCdataSectionHandler = lambda: note("cdata")
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ArticleError(
            f"The XML is not well formed: {expat.ErrorString(error.code)} in line {error.lineno}."
        ) from error
    ends = [*(place for place, _, _ in events[1:]), len(data)]
    root = _Node(_ROOT)
    stack = [root]
    for (place, kind, value), end in zip(events[1:-1], ends[1:-1], strict=True):
        literal = data[place:end].decode()
        if kind == "open":
            stack.append(_Node(value, literal))
            stack[-2].inside.append(stack[-1])
            if len(stack) > _DEEPEST:
                raise ArticleError(f"The XML is nested more than {_DEEPEST} elements deep.")
        elif kind == "close":
            if len(stack) == 1:  # the piece closed what it did not open
                raise ArticleError("The XML is not well formed: a tag is closed that was not opened.")
            stack.pop().close = literal
        elif kind == "copy":
            stack[-1].inside.append(_Node(None, literal))
        elif kind == "text":
            stack[-1].inside.append(value)
    return root


class _Reader:
    """Walks a tree in document order and writes it down as blocks and frame."""

    def __init__(self, tags: Tags) -> None:
        self.contents: list[Content] = []
        self.frame: list[str] = [""]
        self._tags = tags

    def literal(self, source: str) -> None:
        self.frame[-1] += source

    def children(self, node: _Node) -> None:
        """Write the inside of an element: runs of text and inline elements become blocks."""
        mixed = any(isinstance(part, str) and part.strip() for part in node.inside)
        run = _Run(self._tags.ignored)
        for part in node.inside:
            if isinstance(part, str):
                run.text(part)
            elif self._inline(part, mixed=mixed):
                run.inline(part)
            else:
                self._flush(run)
                run = _Run(self._tags.ignored)
                self._structure(part)
        self._flush(run)

    def _structure(self, node: _Node) -> None:
        if node.tag is None or node.tag in self._tags.ignored:
            self.literal(node.source)
            return
        self.literal(node.open)
        self.children(node)
        self.literal(node.close)

    def _inline(self, node: _Node, *, mixed: bool) -> bool:
        if node.tag in self._tags.inline:
            return True
        if self._splits(node):
            return False
        return mixed or not self._tags.outline

    def _splits(self, node: _Node) -> bool:
        return node.tag in self._tags.splitting or any(
            self._splits(part) for part in node.inside if isinstance(part, _Node)
        )

    def _flush(self, run: _Run) -> None:
        text, markup = run.builder.finish()
        self.literal(run.leading)
        if text.strip():
            self.contents.append(Content(Kind.PARAGRAPH, text, markup=markup))
            self.frame.append("")
        else:
            self.literal(write_inline(text, markup, _escaped))
        self.literal(run.added[len(text) :] + run.pending)


class _Run:
    """A run of text and inline elements; white space at its ends is kept for the frame.

    `added` is what the builder was given as text. White space alone is `pending` until something follows it,
    so that it keeps no tag open at the end.
    """

    def __init__(self, ignored: frozenset[str]) -> None:
        self.builder = InlineBuilder()
        self.leading = ""
        self.added = ""
        self.pending = ""
        self._ignored = ignored
        self._begun = False

    def text(self, text: str) -> None:
        if not self._begun:
            body = text.lstrip()
            self.leading += text[: len(text) - len(body)]
            text = body
        if not text.strip():
            self.pending += text
            return
        self._begin()
        self.builder.text(text)
        self.added += text

    def inline(self, node: _Node) -> None:
        if node.tag is None or node.tag in self._ignored:
            self._begin()
            shown = node.text.strip() if node.tag is not None else ""
            self.builder.atom(node.source, shown)
            self.added += shown
            return
        if self.pending:
            self._begin()
        self.builder.open(node.open)
        for part in node.inside:
            if isinstance(part, str):
                self.text(part)
            else:
                self.inline(part)
        self.builder.close(node.close)

    def _begin(self) -> None:
        """Go on with what is no white space: what is pending stands before it."""
        self._begun = True
        self.builder.text(self.pending)
        self.added += self.pending
        self.pending = ""


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)
