"""Files and texts as articles, and results as files: the edge to the disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.article import Format
from service.errors import ArticleError, FileError, FormatError, LimitError
from service.formats import read
from service.formats.extract import extract_article

if TYPE_CHECKING:
    from collections.abc import Mapping

    from service.article import Article

EXTENSIONS: Final[Mapping[str, Format]] = MappingProxyType(
    {
        ".txt": Format.TEXT,
        ".text": Format.TEXT,
        ".md": Format.MARKDOWN,
        ".markdown": Format.MARKDOWN,
        ".html": Format.HTML,
        ".htm": Format.HTML,
        ".xhtml": Format.HTML,
    }
)


def article_of(source: str, format: Format, language: str, *, extract: bool = False) -> Article:
    """Read an article from a text, or with `extract` from a whole web page; raise ArticleError."""
    check_unicode(source, language)
    if extract:
        if format is not Format.HTML:
            raise ArticleError(f"Only from HTML can an article be extracted, not from {format}.")
        source = extract_article(source)
    return read(source, format, language)


def check_unicode(source: str, language: str) -> None:
    """Raise ArticleError for half a surrogate pair, which JSON can hold and no encoding can."""
    try:
        source.encode()
    except UnicodeEncodeError as error:
        raise ArticleError(
            f"The {language} article is no valid Unicode: half a surrogate pair at character {error.start}."
        ) from error


def read_article(
    path: Path, language: str, *, max_bytes: int, format: Format | None = None, extract: bool = False
) -> Article:
    """Read an article from a file; its format is told by its extension unless it is given.

    Raises FileError, FormatError, LimitError or ArticleError, each with the file's name.
    """
    if format is None:
        if path.is_dir():
            raise FileError(f"{path} is a directory; name a file in it.")
        format = format_of(str(path))
    return article_of_file(read_bytes(path, max_bytes), format, language, str(path), extract=extract)


def format_of(name: str) -> Format:
    """Return the format that a file's extension tells; raise FormatError."""
    extension = Path(name).suffix.lower()
    if extension not in EXTENSIONS:
        raise FormatError(f"extension of {name},", extension, EXTENSIONS)
    return EXTENSIONS[extension]


def article_of_file(
    content: bytes, format: Format, language: str, name: str, *, extract: bool = False
) -> Article:
    """Read an article from a file's content; raise ArticleError that begins with the file's name."""
    return article_of(decoded(content, name), format, language, extract=extract)


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Read a file of at most so many bytes; raise FileError or LimitError."""
    try:
        with path.open("rb") as file:
            content = file.read(max_bytes + 1)
            size = os.fstat(file.fileno()).st_size
    except IsADirectoryError:
        raise FileError(f"{path} is a directory; name a file in it.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > max_bytes:
        raise LimitError(str(path), "bytes", max(size, len(content)), max_bytes)
    return content


def decoded(content: bytes, name: str) -> str:
    """Decode UTF-8; raise ArticleError that says where it is not."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ArticleError(
            f"{name} is not UTF-8: byte 0x{content[error.start]:02x} in line {line}; save it as UTF-8."
        ) from error


def write_files(folder: Path, contents: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, made if need be: each beside first, all renamed when all are whole.

    Raises FileError; then none of them has changed.
    """
    beside: list[tuple[str, Path]] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{name}.", suffix=".part", dir=folder)
            beside.append((temporary, folder / name))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
        for temporary, path in beside:
            Path(temporary).replace(path)
    except OSError as error:
        for temporary, _ in beside:
            Path(temporary).unlink(missing_ok=True)
        raise FileError(f"{folder} cannot be written to: {error.strerror}.") from error
    return [path for _, path in beside]
