"""Readers and writers of the formats an article comes in."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

from service.article import Article, Format, Markup
from service.errors import ArticleError
from service.formats.docx import read_docx
from service.formats.docx_writer import DocxWriter
from service.formats.html import HtmlWriter, read_html
from service.formats.markdown import MarkdownWriter, read_markdown
from service.formats.odt import OdtWriter, read_odt
from service.formats.pdf import read_pdf
from service.formats.plain import PlainWriter, read_plain
from service.formats.srt import SrtWriter, read_srt

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["EXTENSIONS", "Writer", "decoded", "read", "read_file", "writer"]

EXTENSIONS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        ".txt": Format.TEXT,
        ".text": Format.TEXT,
        ".md": Format.MARKDOWN,
        ".markdown": Format.MARKDOWN,
        ".html": Format.HTML,
        ".htm": Format.HTML,
        ".xhtml": Format.HTML,
        ".srt": Format.SRT,
        ".docx": Format.DOCX,
        ".odt": Format.ODT,
        ".pdf": Format.PDF,
    }
)


class Writer(Protocol):
    """Writes blocks in one format."""

    def block(self, text: str, markup: Sequence[Markup]) -> str:
        """Return the source of a block's text; markup offsets are into that text."""


def read(source: str, format: Format, language: str) -> Article:
    """Read a document that is a text; raise ArticleError for one that cannot be read, or is none."""
    readers: dict[Format, Callable[[str, str], Article]] = {
        Format.TEXT: read_plain,
        Format.MARKDOWN: read_markdown,
        Format.HTML: read_html,
        Format.SRT: read_srt,
    }
    if format not in readers:
        raise ArticleError(f"A {format} document is a file and no text; send the file itself.")
    return readers[format](source.removeprefix("\ufeff"), language)


def read_file(content: bytes, format: Format, language: str, name: str) -> Article:
    """Read a document from its bytes; raise ArticleError that begins with its name."""
    readers: dict[Format, Callable[[bytes, str, str], Article]] = {
        Format.DOCX: read_docx,
        Format.ODT: read_odt,
        Format.PDF: read_pdf,
    }
    if format in readers:
        return readers[format](content, language, name)
    return read(decoded(content, name), format, language)


def decoded(content: bytes, name: str) -> str:
    """Decode UTF-8; raise ArticleError that says where it is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ArticleError(
            f"{name} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}; save it as UTF-8."
        ) from error


def writer(format: Format) -> Writer:
    """Return a writer for a format."""
    writers: dict[Format, type[Writer]] = {
        Format.TEXT: PlainWriter,
        Format.MARKDOWN: MarkdownWriter,
        Format.HTML: HtmlWriter,
        Format.SRT: SrtWriter,
        Format.DOCX: DocxWriter,
        Format.ODT: OdtWriter,
    }
    return writers[format]()
