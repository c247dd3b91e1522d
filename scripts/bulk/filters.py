"""Which rows of a record are given out. Whatever is left out is left out of every form alike.

`sifted` looks at one record only and can run anywhere; `unique` remembers what was given out before, so it
must see the records in the order of the documents, for the same run to leave out the same rows.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from bulk.errors import OptionError
from bulk.seen import digest_of
from service.render.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from alignment.beads import Row
    from bulk.language import LanguageCheck
    from bulk.record import Record
    from bulk.seen import Seen
    from service.render.column import Column

SCORE, TYPE, LANGUAGE, DUPLICATE = "score", "type", "language", "duplicate"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a row must be like.

    `min_score` is the least score; rows of one version only have 0. `types` are those allowed, all where it
    is empty: one with as many numbers as there are versions is a row's type as it stands; one with two
    numbers must hold for each pair of versions that have sentences in the row, or, where only one has, for
    it and another.
    """

    min_score: float = 0.0
    types: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Sifted:
    """A record with the rows that are kept, and how many were left out, by reason."""

    record: Record
    dropped: Mapping[str, int]


def parse_types(text: str) -> tuple[tuple[int, ...], ...]:
    """Read types such as "1:1,1:2"; raise OptionError."""
    types = []
    for part in text.split(","):
        numbers = part.strip().split(":")
        if len(numbers) < 2 or not all(each.isascii() and each.isdigit() for each in numbers):
            raise OptionError(f'The type "{part}" has no meaning; give numbers of sentences, e.g. 1:1,1:2.')
        types.append(tuple(map(int, numbers)))
    return tuple(types)


def sifted(record: Record, filters: Filters, check: LanguageCheck | None = None) -> Sifted:
    """Leave out rows that score too low, are of another type, or have a side in another language.

    The reason told is the first that applies, in this order; without `check` no language is looked at.
    """
    columns = {column.language: column for column in record.columns()}
    return _kept(record, [_reason(record, row, columns, filters, check) for row in record.rows])


def unique(record: Record, seen: Seen) -> Sifted:
    """Leave out rows whose texts, in all their versions, are those of an earlier row.

    Texts are the same when they differ in case, white space and Unicode form only.
    """
    columns = {column.language: column for column in record.columns()}
    return _kept(record, ["" if seen.add(_digest(row, columns)) else DUPLICATE for row in record.rows])


def _kept(record: Record, reasons: Sequence[str]) -> Sifted:
    kept = [index for index, reason in enumerate(reasons) if not reason]
    dropped = Counter(reason for reason in reasons if reason)
    return Sifted(record.only(kept) if dropped else record, dropped)


def _reason(
    record: Record,
    row: Row,
    columns: Mapping[str, Column],
    filters: Filters,
    check: LanguageCheck | None,
) -> str:
    if row.score < filters.min_score:
        return SCORE
    if filters.types and not allowed(record.shape(row), filters.types):
        return TYPE
    if check is not None and any(
        indices and check.other(columns[language].text(indices), language)
        for language, indices in row.sentences.items()
    ):
        return LANGUAGE
    return ""


def allowed(shape: Sequence[int], types: Sequence[tuple[int, ...]]) -> bool:
    """Tell whether a row with so many sentences of each version is of one of the types."""
    if tuple(shape) in types:
        return True
    present = [count for count in shape if count]
    if len(present) > 1:
        return all(pair in types for pair in combinations(present, 2))
    return any(pair in types for pair in combinations(shape, 2) if any(pair))


def _digest(row: Row, columns: Mapping[str, Column]) -> bytes:
    sides = (
        f"{language}\0{_normal(columns[language].text(indices))}\0"
        for language, indices in sorted(row.sentences.items())
        if indices
    )
    return digest_of("".join(sides))


def _normal(text: str) -> str:
    return one_line(unicodedata.normalize("NFC", text).casefold())
