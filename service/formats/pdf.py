"""The text of PDF files, read with pypdf; it is a plain text from then on.

Lines are joined to paragraphs, words hyphenated at a line's end are mended, and lines that stand at the head
or foot of most pages (running titles, page numbers) are left out.

Leaves out: layout, tables, pictures, and the reading order of what is set in several columns by a program
that does not write it in order; a scanned page has no text.
"""

from __future__ import annotations

import io
import re
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

from service.errors import ArticleError
from service.formats.plain import read_plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Article

_MOST_PAGES = 500
_MOST_CHARACTERS = 5_000_000
_REPEATED = 0.6  # the share of the pages that a running title stands on
_FULL = 0.75  # of the usual width of a line; a shorter one that ends a sentence ends a paragraph
_TERMINAL = re.compile(r"[.!?…:][\"'»”’)]*\Z")
_BULLET = re.compile(r"\s*(?:[-*•‣▪–]|\d{1,3}[.)])\s+\S")
_NUMBER = re.compile(r"[-–—\s]*(?:page\s+)?\d{1,4}(?:\s*(?:/|of)\s*\d{1,4})?[-–—\s]*", re.IGNORECASE)


def read_pdf(content: bytes, language: str, name: str) -> Article:
    """Read the text of a PDF file; raise ArticleError for one that is damaged, encrypted or has no text."""
    return read_plain(text_of(page_texts(content, name)), language)


def page_texts(content: bytes, name: str) -> list[str]:
    """Return the text of each page as it is written; raise ArticleError."""
    from pypdf import PdfReader
    from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError

    pages: list[str] = []
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ArticleError(f"{name} is encrypted; save it without a password.")
        if len(reader.pages) > _MOST_PAGES:
            raise ArticleError(f"{name} has {len(reader.pages):,} pages, the limit is {_MOST_PAGES}.")
        length = 0
        for page in reader.pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length > _MOST_CHARACTERS:
                raise ArticleError(f"{name} has more than {_MOST_CHARACTERS:,} characters; split it.")
    except (DependencyError, FileNotDecryptedError) as error:
        raise ArticleError(f"{name} is encrypted; save it without a password.") from error
    except ArticleError:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RecursionError,
        OSError,
        ArithmeticError,
        AssertionError,
        NotImplementedError,
    ) as error:  # what damaged files make of pypdf
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise ArticleError(f"{name} is no PDF file, or a damaged one: {reason}.") from error
    if not any(page.strip() for page in pages):
        raise ArticleError(
            f"{name} has no text: its pages may be scanned pictures; recognise their text first."
        )
    return pages


def text_of(pages: Sequence[str]) -> str:
    """Return the running text of pages, an empty line between two paragraphs."""
    lines = [[line.rstrip() for line in page.replace("\x00", "").split("\n")] for page in pages]
    kept = _without_running_titles(lines)
    widths = sorted(len(line) for page in kept for line in page if line.strip())
    if not widths:
        return ""
    usual = widths[int(len(widths) * 0.8)] if len(widths) > 2 else widths[-1]
    paragraphs: list[str] = []
    for line, ends in _marked([line for page in kept for line in [*page, None]], usual):
        if not paragraphs or ends:
            paragraphs.append(line)
        else:
            paragraphs[-1] = _mended(paragraphs[-1], line)
    return "\n\n".join(paragraphs) + "\n"


def _without_running_titles(pages: Sequence[Sequence[str]]) -> list[list[str]]:
    """Leave out the first and last lines that most pages share but for numbers."""
    trimmed = [list(page) for page in pages]
    for end in (0, -1):
        for _ in range(2):
            edges = [next((n for n in _order(page, end) if page[n].strip()), None) for page in trimmed]
            shapes = Counter(_shape(page[n]) for page, n in zip(trimmed, edges, strict=True) if n is not None)
            for page, n in zip(trimmed, edges, strict=True):
                if n is None:
                    continue
                often = len(trimmed) > 2 and shapes[_shape(page[n])] >= _REPEATED * len(trimmed)
                if often or _NUMBER.fullmatch(page[n]):
                    del page[n]
    return trimmed


def _order(page: Sequence[str], end: int) -> range:
    return range(len(page)) if end == 0 else range(len(page) - 1, -1, -1)


def _shape(line: str) -> str:
    return re.sub(r"\d+", "#", " ".join(line.split())).casefold()


def _marked(lines: Sequence[str | None], usual: int) -> list[tuple[str, bool]]:
    """Return each line, and whether a paragraph begins with it; None stands for a page's end."""
    marked: list[tuple[str, bool]] = []
    begins = True
    for line, following in pairwise([*lines, None]):
        if line is None:
            continue
        if not line.strip():
            begins = True
            continue
        text = line.strip()
        marked.append((text, begins or bool(_BULLET.match(line)) or line.startswith("   ")))
        short = len(line) < _FULL * usual
        small = bool(following) and following.strip()[:1].islower() if following else False
        title = short and not small and following is not None and text[-1:] not in ",-–—("
        begins = short and (bool(_TERMINAL.search(text)) or title)
    return marked


def _mended(before: str, line: str) -> str:
    """Join a line to its paragraph; a hyphen between small letters was the typesetter's."""
    if re.search(r"[^\W\d_][-\u00ad\u2010]\Z", before) and line[:1].islower():
        return before[:-1] + line
    return f"{before} {line}"
