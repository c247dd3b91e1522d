"""Readers and writers of the formats an article comes in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from service.article import Article, Format, Markup
from service.formats.html import HtmlWriter, read_html
from service.formats.markdown import MarkdownWriter, read_markdown
from service.formats.plain import PlainWriter, read_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Writer", "read", "writer"]


class Writer(Protocol):
    """Writes blocks in one format."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the source of a block's text; markup offsets are into that text."""


def read(source: str, format: Format, language: str) -> Article:
    """Read a document; raise ArticleError for one that cannot be read."""
    readers = {Format.TEXT: read_plain, Format.MARKDOWN: read_markdown, Format.HTML: read_html}
    return readers[format](source.removeprefix("\ufeff"), language)


def writer(format: Format) -> Writer:
    """Return a writer for a format."""
    writers: dict[Format, type[Writer]] = {
        Format.TEXT: PlainWriter,
        Format.MARKDOWN: MarkdownWriter,
        Format.HTML: HtmlWriter,
    }
    return writers[format]()
