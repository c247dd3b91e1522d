"""Which checkpoints lead from one language into another: one of that pair, else two that meet in English.

Pure. Of several the best is taken, or of equals the first given; a direct checkpoint always goes before a
pivot, which adds the mistakes of both. Left out: other pivots than English, and longer ways.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from models.catalog import Entry

PIVOT: Final = "en"
STARTER: Final = "starter"
# What is taken for a wish, in this order; None: what comes first.
_ORDER: Final = MappingProxyType({"best": ("best", "fast", STARTER), "fast": ("fast", "best", STARTER)})


def find_route(
    entries: Sequence[Entry], source: str, target: str, quality: str | None = None
) -> tuple[Entry, ...]:
    """Return the one or two checkpoints to use, in order; () where there is no way.

    `quality` is "best", "fast" or None for the order of `entries`.
    """
    if direct := _direct(entries, source, target, quality):
        return (direct,)
    if source == target:
        return ()
    first = _direct(entries, source, PIVOT, quality)
    second = _direct(entries, PIVOT, target, quality)
    return (first, second) if first and second else ()


def by_quality(entries: Sequence[Entry], quality: str | None) -> list[Entry]:
    """Return the entries as a quality wishes for them; equals, and with None all, stay in their order."""
    if quality is None:
        return list(entries)
    order = {name: place for place, name in enumerate(_ORDER[quality])}
    return sorted(entries, key=lambda entry: order.get(entry.quality, len(order)))


def reachable(entries: Sequence[Entry]) -> Mapping[str, tuple[str, ...]]:
    """Return for each language the ones it can be translated into, in the order of `entries`."""
    sources = dict.fromkeys(entry.source for entry in entries)
    targets = dict.fromkeys(target for entry in entries for target in entry.targets)
    found = {
        source: tuple(target for target in targets if find_route(entries, source, target))
        for source in sources
    }
    return {source: there for source, there in found.items() if there}


def _direct(entries: Sequence[Entry], source: str, target: str, quality: str | None) -> Entry | None:
    there = [entry for entry in entries if entry.source == source and target in entry.targets]
    return next(iter(by_quality(there, quality)), None)
