"""The files of a shard while they are being written, and what to call them."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager, ExitStack
from typing import IO, TYPE_CHECKING, Final, TypeVar

from bulk import storage
from bulk.seen import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

# What one system or another takes for something else in a file's name; "%" as it stands for all of them.
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|%]|^\.|[. ]$')
_LONGEST: Final = 180  # bytes; file systems take 255, and an extension follows


class Shard:
    """Open files in a folder, closed together; their names are told in the order they were opened."""

    def __init__(self, folder: str = "") -> None:
        self._folder = folder
        self._stack = ExitStack()
        self._names: list[str] = []

    def open(self, name: str) -> IO[bytes]:
        """Open a file that stays open until the shard is closed."""
        self._names.append(name)
        return self._stack.enter_context(storage.writing(storage.joined(self._folder, name)))

    def put(self, name: str, content: bytes) -> None:
        """Write a whole file."""
        self._names.append(name)
        with storage.writing(storage.joined(self._folder, name)) as file:
            file.write(content)

    def enter(self, context: AbstractContextManager[T]) -> T:
        """Keep something open that is to be closed before the files under it."""
        return self._stack.enter_context(context)

    def close(self) -> list[str]:
        """Close everything, the last opened first; return the names."""
        self._stack.close()
        return self._names


class Names:
    """File names for documents: safe on every system, and never the same twice, in capitals either."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._used = {name.casefold() for name in reserved}

    def of(self, name: str) -> str:
        """Return the file name, without extension, of the document of this id."""
        safe = _UNSAFE.sub(lambda match: f"%{ord(match.group()):02X}", name)
        if len(safe.encode()) > _LONGEST or safe.casefold() in self._used:
            cut = safe.encode()[:_LONGEST].decode(errors="ignore")
            safe = f"{cut}-{digest_of(name).hex()[:16]}"
        self._used.add(safe.casefold())
        return safe
