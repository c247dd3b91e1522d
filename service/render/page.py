"""What the side-by-side page shows, as plain values: the template decides nothing but how it looks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from alignment.findings import Finding

_SMALL_CHECKPOINT: Final = "starter"


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
    """A sentence with what stands before it, or for a block without sentences its text.

    `flags` are what looks wrong with it, in words. `sure` tells of a machine's sentence how sure it is and
    how alike to its source's; `approved`, that a person stands for it.
    """

    before: str
    text: str
    flags: tuple[str, ...] = ()
    sure: str = ""
    approved: bool = False


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
class Remark:
    """Something an editor should look at; `where` names the version, "" if it is no single one."""

    where: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a row of the alignment with its number, or what stands between rows (number 0).

    `shape` says how many sentences each version has, "" where it is one each.
    `shared` says that all versions have the same, so that one cell across shows it.
    """

    anchor: str
    name: str
    number: int
    cells: tuple[Cell, ...]
    opens: bool
    remarks: tuple[Remark, ...]
    score: float | None = None
    shape: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    title: str
    headed: bool
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    rows: int
    signature: str

    @property
    def approved(self) -> bool:
        """Whether a person stands for any of the translations."""
        return any(
            part.approved
            for line in self.lines
            for cell in line.cells
            for stretch in cell.stretches
            for part in stretch.parts
        )

    @property
    def problems(self) -> tuple[Line, ...]:
        """The lines with remarks."""
        return tuple(line for line in self.lines if line.remarks)

    @property
    def made(self) -> tuple[Head, ...]:
        """The machine-made versions."""
        return tuple(head for head in self.heads if head.made)

    @property
    def small(self) -> bool:
        """Whether a version was made by the small checkpoint that comes with the program."""
        return any(head.checkpoint == _SMALL_CHECKPOINT for head in self.heads)
