"""Files by path or by address: local ones directly, all others (s3://, memory://, ...) through fsspec.

Names that end in .gz or .zst are compressed and taken apart on the way. Local paths never touch fsspec, so
that they cost what `open` costs.
"""

from __future__ import annotations

import gzip
import io
import os
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal, cast

from bulk.errors import PackageMissingError
from service.errors import FileError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

COMPRESSED: Final = (".gz", ".zst")
_PIECE: Final = 2**20


def is_local(path: str) -> bool:
    """Tell a path of this machine from an address such as s3://bucket/key."""
    return "://" not in path


def joined(folder: str, name: str) -> str:
    """Return the path of a file in a folder; an absolute path or an address stays what it is."""
    if not is_local(name):
        return name
    if is_local(folder):
        return os.path.join(folder, name)  # noqa: PTH118  # ten times as fast as pathlib, and called a million times
    return f"{folder.rstrip('/')}/{name}"


def parent(path: str) -> str:
    """Return the folder that a file lies in."""
    return os.path.dirname(path) if is_local(path) else path.rpartition("/")[0]  # noqa: PTH120


def file_name(path: str) -> str:
    """Return the last part of a path, "a.en.txt.gz"."""
    return path.replace(os.sep, "/").rpartition("/")[2]


def without_compression(name: str) -> str:
    """Return a name without .gz or .zst at its end."""
    stem, dot, last = name.rpartition(".")
    return stem if dot and f".{last.lower()}" in COMPRESSED else name


def extension(name: str) -> str:
    """Return the extension that tells what is in a file, compression aside: ".txt" of "a.en.txt.gz"."""
    stem, dot, last = file_name(without_compression(name)).rpartition(".")
    return f".{last.lower()}" if dot and stem else ""


@contextmanager
def reading(path: str) -> Iterator[IO[bytes]]:
    """Open a file for reading, decompressed; raise FileError for one that cannot be opened."""
    with raw_reading(path) as file:
        yield decompressed(file, path)


def decompressed(file: IO[bytes], name: str) -> IO[bytes]:
    """Return a stream of what is in `file`, by the extension of its name."""
    if name.lower().endswith(".gz"):
        return cast("IO[bytes]", gzip.GzipFile(fileobj=file, mode="rb"))
    if name.lower().endswith(".zst"):
        return io.BufferedReader(
            cast("Any", _zstandard().ZstdDecompressor()).stream_reader(file, read_across_frames=True)
        )
    return file


@contextmanager
def raw_reading(path: str) -> Iterator[IO[bytes]]:
    """Open a file as it is, seekable; raise FileError for one that cannot be opened."""
    try:
        file = _open(path, "rb")
    except IsADirectoryError:
        raise FileError(f"{path} is a directory; name a file in it.") from None
    except OSError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}.") from error
    with file:
        yield file


def lines(file: IO[bytes], longest: int) -> Iterator[bytes | None]:
    """Yield a stream's lines with their ends; None, not held, for one of more bytes than `longest`."""
    while line := file.readline(longest + 1):
        if len(line) <= longest or line.endswith(b"\n"):
            yield line
            continue
        while (more := file.readline(_PIECE)) and not more.endswith(b"\n"):
            pass
        yield None


def damage() -> tuple[type[Exception], ...]:
    """Return what a stream raises that is damaged or breaks off."""
    errors: tuple[type[Exception], ...] = (OSError, EOFError, ValueError)
    try:
        return (*errors, _zstandard().ZstdError)
    except PackageMissingError:
        return errors


def content(path: str, max_bytes: int) -> bytes:
    """Return a whole file, decompressed, of at most so many bytes; raise FileError or LimitError."""
    try:
        with reading(path) as file:
            found = file.read(max_bytes + 1)
    except damage() as error:
        raise FileError(f"{path} cannot be read: {error}.") from error
    if len(found) > max_bytes:
        raise LimitError(path, "bytes", None, max_bytes)
    return found


@contextmanager
def writing(path: str) -> Iterator[IO[bytes]]:
    """Open a file for writing, its folder made if need be; compressed by its name, without a time in it."""
    if is_local(path):
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    with _open(path, "wb") as file:
        if path.lower().endswith(".gz"):
            with gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as packed:
                yield cast("IO[bytes]", packed)
        elif path.lower().endswith(".zst"):
            with _zstandard().ZstdCompressor(level=6).stream_writer(file, closefd=False) as stream:
                yield stream
        else:
            yield file


def _open(path: str, mode: Literal["rb", "wb"]) -> IO[bytes]:
    if is_local(path):
        return Path(path).open(mode)
    import fsspec

    with remote(path):
        file = fsspec.open(path, mode).open()
    # Files of fsspec have no readline with a limit.
    return cast("IO[bytes]", io.BufferedReader(file) if mode == "rb" else file)


def _zstandard() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise PackageMissingError("zstandard", "A .zst file") from error
    return zstandard


def system(path: str) -> tuple[Any, str]:
    """Return the fsspec file system of an address, and the address without what names the system.

    Raises FileError.
    """
    from fsspec.core import url_to_fs

    with remote(path):
        found, root = url_to_fs(path)
        return found, str(root)


@contextmanager
def remote(path: str) -> Iterator[None]:
    """Turn whatever a file system behind fsspec raises into a FileError of one line."""
    try:
        yield
    except Exception as error:  # each of them has errors of its own
        reason = " ".join(str(error).split()) or type(error).__name__
        raise FileError(f"{path} cannot be reached: {reason.rstrip('.')}.") from error


def is_folder(path: str) -> bool:
    """Tell whether there is a folder of this name; raise FileError where that cannot be told."""
    if is_local(path):
        return Path(path).is_dir()
    found, root = system(path)
    with remote(path):
        return bool(found.isdir(root))


def is_file(path: str) -> bool:
    """Tell whether there is a file of this name; raise FileError where that cannot be told."""
    if is_local(path):
        return Path(path).is_file()
    found, root = system(path)
    with remote(path):
        return bool(found.isfile(root))
