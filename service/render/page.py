"""What the side-by-side page shows, as plain values: the template decides nothing but how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.article import Block, Kind
from service.render.column import Column, columns
from service.render.languages import direction, english_name, own_name
from service.render.layout import BlockLine, Piece, RowLine, lay_out
from service.render.text import one_line
from service.result import Aligned, Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alignment.audit import Finding
    from alignment.beads import Row

# The flags engines raise, in an editor's words; any other is shown as it is.
_FLAGS: Final = MappingProxyType(
    {
        "copy": "left untranslated",
        "cut": "cut short",
        "empty": "empty",
        "length": "unusual length",
        "numbers": "numbers differ",
        "repetition": "repeats itself",
    }
)
_SMALL_CHECKPOINT: Final = "starter"
_TITLE_LENGTH: Final = 90


@dataclass(frozen=True, slots=True)
class Head:
    """A version's column head."""

    language: str
    name: str
    english_name: str
    direction: str
    made: bool
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Part:
    """A sentence with what stands before it, or for a block without sentences its text."""

    before: str
    text: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stretch:
    """Neighbouring sentences of one block, and how they look: `style` is a heading, a quote, ..."""

    style: str
    level: int
    opens: bool
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one version has in a row: stretches, or nothing; `notes` are the findings that concern it."""

    head: Head
    stretches: tuple[Stretch, ...]
    notes: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a row of the alignment with its number, or code and rules between rows (number 0).

    `shared` says that all versions have the same, so that one cell across shows it.
    `shape` says how many sentences each version has, "" where it is one each.
    """

    number: int
    cells: tuple[Cell, ...]
    opens: bool
    problem: bool
    score: float | None = None
    shape: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    language: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    findings: tuple[tuple[Head, Finding], ...]
    rows: int
    problems: int
    unmatched: int
    signature: str

    @property
    def made(self) -> tuple[Head, ...]:
        """The machine-made versions."""
        return tuple(head for head in self.heads if head.made)

    @property
    def small(self) -> bool:
        """Whether a version was made by the small checkpoint that comes with the program."""
        return any(head.checkpoint == _SMALL_CHECKPOINT for head in self.heads)


def page(aligned: Aligned) -> Page:
    """Return what the page of these versions shows."""
    read = columns(aligned.versions)
    heads = {column.language: _head(column) for column in read}
    notes: dict[tuple[int, str], list[Finding]] = {}
    for finding in aligned.findings:
        notes.setdefault((finding.row, finding.language), []).append(finding)
    lines = tuple(_lines(read, aligned.rows, heads, notes))
    numbered = [line for line in lines if line.number]
    return Page(
        title=_title(read),
        language=read[0].language if read else "en",
        heads=tuple(heads.values()),
        lines=lines,
        findings=tuple(
            (heads[finding.language], finding)
            for finding in sorted(aligned.findings, key=lambda each: each.row)
        ),
        rows=len(numbered),
        problems=sum(line.problem for line in lines),
        unmatched=sum(any(not cell.stretches for cell in line.cells) for line in numbered),
        signature=aligned.signature,
    )


def _head(column: Column) -> Head:
    language = column.language
    return Head(
        language=language,
        name=own_name(language),
        english_name=english_name(language),
        direction=direction(language),
        made=column.version.origin is Origin.MACHINE,
        checkpoint=column.version.checkpoint or "",
    )


def _title(read: Sequence[Column]) -> str:
    """Return the first heading of the first version that has one, else how the first version begins."""
    for column in read:
        for block in column.version.article.blocks:
            if block.kind is Kind.HEADING and block.sentences:
                return one_line(column.version.article.text[block.start : block.end])
    begins = next((one_line(column.sentences[0].text) for column in read if column.sentences), "Side by side")
    return begins if len(begins) <= _TITLE_LENGTH else begins[:_TITLE_LENGTH].rsplit(" ", 1)[0] + "…"


def _lines(
    read: Sequence[Column],
    rows: Sequence[Row],
    heads: dict[str, Head],
    notes: dict[tuple[int, str], list[Finding]],
) -> Iterator[Line]:
    for line in lay_out(read, rows):
        if isinstance(line, RowLine):
            yield _row_line(line, rows[line.index], read, heads, notes)
        else:
            yield _block_line(line, read, heads)


def _row_line(
    line: RowLine,
    row: Row,
    read: Sequence[Column],
    heads: dict[str, Head],
    notes: dict[tuple[int, str], list[Finding]],
) -> Line:
    cells = tuple(
        Cell(
            heads[column.language],
            tuple(_stretch(column, piece) for piece in line.cells[column.language]),
            tuple(notes.get((line.index, column.language), ())),
        )
        for column in read
    )
    counts = [len(row.sentences.get(column.language, ())) for column in read]
    flagged = any(part.flags for cell in cells for stretch in cell.stretches for part in stretch.parts)
    return Line(
        number=line.index + 1,
        cells=cells,
        opens=line.opens,
        problem=flagged or not all(counts) or any(cell.notes for cell in cells),
        score=row.score if sum(map(bool, counts)) > 1 else None,
        shape=" : ".join(map(str, counts)) if max(counts, default=1) > 1 else "",
    )


def _block_line(line: BlockLine, read: Sequence[Column], heads: dict[str, Head]) -> Line:
    cells = tuple(
        Cell(
            heads[column.language],
            (_whole(column, line.blocks[column.language]),) if column.language in line.blocks else (),
        )
        for column in read
    )
    shared = all(cell.stretches == cells[0].stretches for cell in cells)
    missing = line.kind is not Kind.RULE and not all(cell.stretches for cell in cells)
    return Line(number=0, cells=cells, opens=True, problem=missing, shared=shared)


def _stretch(column: Column, piece: Piece) -> Stretch:
    if not piece.sentences:
        return _whole(column, piece.block)
    parts = []
    for place, index in enumerate(piece.sentences):
        made = column.translation(index)
        flags = tuple(_FLAGS.get(flag, flag) for flag in made.flags) if made else ()
        before = column.gap(index - 1, index) if place else ""
        parts.append(Part(before, column.sentences[index].text, flags))
    return Stretch(_style(piece.block), piece.block.level, piece.opens, tuple(parts))


def _whole(column: Column, block: Block) -> Stretch:
    text = "" if block.kind is Kind.RULE else column.version.article.text[block.start : block.end].strip("\n")
    return Stretch(_style(block), block.level, True, (Part("", text),))


def _style(block: Block) -> str:
    return block.kind.value.replace(" ", "-")
