"""Where everything stands on the side-by-side page: rows of sentences, and between them code and rules.

Alignment knows sentences only. A block without sentences (code, a rule) stands between two of them, so
between the rows that hold them: that is its place, a range of gaps between rows when rows without this
version lie there. Blocks of the same kind of several versions whose places meet share one line, equal texts
first. A block in the middle of a row's own sentences stays inside the cell. Each column, read downwards, is
its article in order.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from service.article import Block, Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from alignment.beads import Row
    from service.render.column import Column

# How many places a block looks past for its like: a page of rules alone must not take quadratic time.
_LOOK_AHEAD: Final = 64


@dataclass(frozen=True, slots=True)
class Piece:
    """Neighbouring sentences of one block within one cell, or a whole block without sentences.

    `opens` says that the block begins here; a block whose sentences lie in several rows opens only once.
    """

    block: Block
    sentences: tuple[int, ...]
    opens: bool


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row of the alignment: for each language its pieces, () where it has no counterpart."""

    index: int
    cells: Mapping[str, tuple[Piece, ...]]

    @property
    def opens(self) -> bool:
        """Whether a block begins here in any version."""
        return any(piece.opens for pieces in self.cells.values() for piece in pieces)


@dataclass(frozen=True, slots=True)
class BlockLine:
    """Blocks without sentences that stand at the same place: one a language, of one kind."""

    kind: Kind
    blocks: Mapping[str, Block]


def lay_out(columns: Sequence[Column], rows: Sequence[Row]) -> Iterator[RowLine | BlockLine]:
    """Yield the lines of the page from top to bottom."""
    row_of = [_row_of(column, rows) for column in columns]
    standing = deque(_places(columns, row_of, len(rows)))
    for index, row in enumerate(rows):
        while standing and standing[0].first <= index:
            yield standing.popleft().line()
        cells = {
            column.language: _pieces(column, row.sentences.get(column.language, ())) for column in columns
        }
        yield RowLine(index, cells)
    for place in standing:
        yield place.line()


def _row_of(column: Column, rows: Sequence[Row]) -> list[int]:
    """Return for each sentence of a version the row that holds it."""
    found = [0] * len(column.sentences)
    for index, row in enumerate(rows):
        for sentence in row.sentences.get(column.language, ()):
            found[sentence] = index
    return found


def _pieces(column: Column, indices: Sequence[int]) -> tuple[Piece, ...]:
    """Split a row's sentences of one version by block, with the blocks that lie between them."""
    if not indices:
        return ()
    pieces: list[Piece] = []
    blocks = column.version.article.blocks
    for number in range(column.block_of[indices[0]], column.block_of[indices[-1]] + 1):
        block = blocks[number]
        held = tuple(index for index in indices if column.block_of[index] == number)
        if held:
            pieces.append(Piece(block, held, column.sentences[held[0]] == block.sentences[0]))
        elif _shows(column, block):
            pieces.append(Piece(block, (), True))
    return tuple(pieces)


def _shows(column: Column, block: Block) -> bool:
    """Whether a block without sentences has anything to show."""
    return not block.sentences and (
        block.kind is Kind.RULE or bool(column.version.article.text[block.start : block.end].strip())
    )


@dataclass(slots=True)
class _Place:
    """Blocks that share a line, which may stand before any row from `first` to `last`."""

    first: int
    last: int
    kind: Kind
    blocks: dict[str, Block]
    texts: set[str]

    def line(self) -> BlockLine:
        return BlockLine(self.kind, self.blocks)


def _places(columns: Sequence[Column], row_of: Sequence[Sequence[int]], rows: int) -> list[_Place]:
    """Return the places of all blocks without sentences, in reading order, those of several versions merged.

    Both ends never descend down the list, so that the places can always be filled in its order.
    """
    places: list[_Place] = []
    for column, rows_of_column in zip(columns, row_of, strict=True):
        free = 0  # earlier places hold what comes before this version's next block
        for block, first, last in _standing(column, rows_of_column, rows):
            text = column.version.article.text[block.start : block.end]
            while free < len(places) and places[free].last < first:
                free += 1
            number = _meeting(places, free, _Place(first, last, block.kind, {}, {text}))
            if number is None:
                number = free
                places.insert(number, _Place(first, last, block.kind, {}, set()))
            place = places[number]
            place.blocks[column.language] = block
            place.texts.add(text)
            place.first, place.last = max(place.first, first), min(place.last, last)
            _settle(places, number)
            free = number + 1
    return places


def _meeting(places: Sequence[_Place], free: int, wanted: _Place) -> int | None:
    """Return the place from `free` on that a block may share: the first with its text, else the first."""
    best = None
    for number in range(free, min(free + _LOOK_AHEAD, len(places))):
        place = places[number]
        if place.first > wanted.last:
            break
        if place.kind is not wanted.kind:
            continue
        if place.texts & wanted.texts:
            return number
        best = number if best is None else best
    return best


def _settle(places: Sequence[_Place], number: int) -> None:
    """Make both ends ascend again around a place that was put in or narrowed."""
    if number:
        places[number].first = max(places[number].first, places[number - 1].first)
    if number + 1 < len(places):
        places[number].last = min(places[number].last, places[number + 1].last)
    for before, after in pairwise(range(number, len(places))):
        if places[after].first >= places[before].first:
            break
        places[after].first = places[before].first
    for after, before in pairwise(range(number, -1, -1)):
        if places[before].last <= places[after].last:
            break
        places[before].last = places[after].last


def _standing(column: Column, row_of: Sequence[int], rows: int) -> Iterator[tuple[Block, int, int]]:
    """Yield a version's blocks without sentences that stand between rows, with their first and last place."""
    passed = 0
    for block in column.version.article.blocks:
        passed += len(block.sentences)
        if not _shows(column, block):
            continue
        first = row_of[passed - 1] + 1 if passed else 0
        last = row_of[passed] if passed < len(row_of) else rows
        if first <= last:
            yield block, first, last
