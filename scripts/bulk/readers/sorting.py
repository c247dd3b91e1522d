"""Sorting more names than fit into memory: stretches sorted, put into temporary files, and merged."""

from __future__ import annotations

import heapq
import pickle
import tempfile
from contextlib import ExitStack
from itertools import islice
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BATCH = 1_000


def sorted_names(names: Iterable[tuple[str, ...]], *, stretch: int = 200_000) -> Iterator[tuple[str, ...]]:
    """Yield tuples of strings in order, by code points; at most about `stretch` of them are in memory."""
    rest = iter(names)
    held = sorted(islice(rest, stretch))
    if len(held) < stretch:
        yield from held
        return
    with ExitStack() as stack:
        runs = []
        while held:
            run = stack.enter_context(tempfile.TemporaryFile())
            _write(run, held)
            runs.append(_read(run))
            held.clear()
            held = sorted(islice(rest, stretch))
        yield from heapq.merge(*runs)


def _write(file: IO[bytes], names: list[tuple[str, ...]]) -> None:
    for start in range(0, len(names), _BATCH):
        pickle.dump(names[start : start + _BATCH], file)
    file.seek(0)


def _read(file: IO[bytes]) -> Iterator[tuple[str, ...]]:
    while True:
        try:
            batch = pickle.load(file)  # our own, from a file that has no name
        except EOFError:
            return
        yield from batch
