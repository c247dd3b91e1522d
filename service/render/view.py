"""The side-by-side page composed: lines of the layout turned into lines of the page."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.article import Block, Kind
from service.flags import APPROVED, FAULTLESS
from service.render.column import Column, columns
from service.render.languages import direction, english_name, own_name
from service.render.layout import BlockLine, Piece, RowLine, lay_out
from service.render.page import Cell, Head, Line, Page, Part, Remark, Stretch
from service.render.text import one_line
from service.result import Aligned, Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alignment.findings import Finding
    from models.translation import Translation

# The flags engines raise, in an editor's words; any other is shown as it is.
_FLAGS: Final = MappingProxyType(
    {
        "copy": "left untranslated",
        "cut": "cut short",
        "fragments": "translated in pieces",
        "glossary-missed": "glossary term missing",
        "length": "unusual length",
        "numbers": "numbers differ",
        "repetition": "repeats itself",
        "same-language": "in this language already",
        "script": "words in another script",
        "symbols": "symbols lost",
        "unknown": "unknown characters",
        "unlike": "unlike its source",
    }
)
_ONE_SIDED: Final = frozenset({"missing", "added"})
_TITLE_LENGTH: Final = 90


def page(aligned: Aligned) -> Page:
    """Return what the page of these versions shows."""
    read = columns(aligned.versions)
    view = _View(read, aligned)
    return Page(
        title=_title(read),
        headed=any(
            block.kind is Kind.HEADING and block.level <= 1 and block.sentences
            for column in read
            for block in column.version.article.blocks
        ),
        heads=tuple(view.heads.values()),
        lines=tuple(view.lines()),
        rows=len(aligned.rows),
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


class _View:
    """Lines of the layout turned into lines of the page."""

    def __init__(self, read: Sequence[Column], aligned: Aligned) -> None:
        self.read = read
        self.rows = aligned.rows
        self.heads = {column.language: _head(column) for column in read}
        self.notes: dict[tuple[int, str], list[Finding]] = {}
        for finding in aligned.findings:
            self.notes.setdefault((finding.row, finding.language), []).append(finding)

    def lines(self) -> Iterator[Line]:
        """Yield the page's lines from top to bottom."""
        passed = 0
        for place, line in enumerate(lay_out(self.read, self.rows)):
            if isinstance(line, RowLine):
                passed = line.index + 1
                yield self._row(line)
            else:
                yield self._between(
                    line, f"line-{place + 1}", f"After row {passed}" if passed else "Before row 1"
                )

    def _row(self, line: RowLine) -> Line:
        cells = tuple(
            Cell(
                self.heads[column.language],
                tuple(_stretch(column, piece) for piece in line.cells[column.language]),
                tuple(self.notes.get((line.index, column.language), ())),
            )
            for column in self.read
        )
        row = self.rows[line.index]
        counts = [len(row.sentences.get(column.language, ())) for column in self.read]
        return Line(
            anchor=f"row-{line.index + 1}",
            name=f"Row {line.index + 1}",
            number=line.index + 1,
            cells=cells,
            opens=line.opens,
            remarks=tuple(_remarks(cells)),
            score=row.score if sum(map(bool, counts)) > 1 else None,
            shape=" : ".join(map(str, counts)) if max(counts, default=1) > 1 else "",
        )

    def _between(self, line: BlockLine, anchor: str, name: str) -> Line:
        cells = tuple(
            Cell(
                self.heads[column.language],
                (_whole(column, line.blocks[column.language]),) if column.language in line.blocks else (),
            )
            for column in self.read
        )
        return Line(
            anchor=anchor,
            name=name,
            number=0,
            cells=cells,
            opens=True,
            # A rule carries no words: nobody misses it.
            remarks=() if line.kind is Kind.RULE else tuple(_remarks(cells)),
            shared=all(cell.stretches == cells[0].stretches for cell in cells),
        )


def _remarks(cells: Sequence[Cell]) -> Iterator[Remark]:
    """Yield what is to be said of a line: findings, flags, and what is missing where no finding says so."""
    for cell in cells:
        for note in cell.notes:
            yield Remark(cell.head.english_name, note.reason)
        for flag in dict.fromkeys(
            flag for each in cell.stretches for part in each.parts for flag in part.flags
        ):
            yield Remark(cell.head.english_name, flag)
    missing = [cell.head.english_name for cell in cells if not cell.stretches]
    if missing and not any(note.kind in _ONE_SIDED for cell in cells for note in cell.notes):
        yield Remark("", f"No counterpart in {' and '.join(missing)}")


def _stretch(column: Column, piece: Piece) -> Stretch:
    if not piece.sentences:
        return _whole(column, piece.block)
    parts = []
    for place, index in enumerate(piece.sentences):
        made = column.translation(index)
        before = column.gap(index - 1, index) if place else ""
        text = column.sentences[index].text
        parts.append(Part(before, text) if made is None else _made(before, text, made))
    return Stretch(_style(piece.block), piece.block.level, piece.opens, tuple(parts))


def _made(before: str, text: str, made: Translation) -> Part:
    """Show what a machine made, or has in its memory; nothing looks wrong with what a person approved."""
    if APPROVED in made.flags:
        return Part(before, text, approved=True)
    flags = tuple(_FLAGS.get(flag, flag) for flag in made.flags if flag not in FAULTLESS)
    return Part(before, text, flags, _sure(made))


def _sure(made: Translation) -> str:
    """Say how sure a machine is of a sentence, and how alike it is to its source's."""
    sure = f"score {made.score:.2f}".replace("-", "−")
    if made.similarity is None:
        return sure
    return f"{sure}, similarity {made.similarity:.2f}".replace("-", "−")


def _whole(column: Column, block: Block) -> Stretch:
    text = "" if block.kind is Kind.RULE else column.version.article.text[block.start : block.end].strip("\n")
    return Stretch(_style(block), block.level, True, (Part("", text),))


def _style(block: Block) -> str:
    return block.kind.value.replace(" ", "-")
