"""The commands under triptych memory."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from service.errors import MemoryUnknownError

if TYPE_CHECKING:
    from service.memory.database import Memory


@click.group()
def memory() -> None:
    """See and manage the translation memory: approved units, and what was translated before."""


@memory.command("import")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
def import_file(file: Path) -> None:
    """Take every unit of a TMX or XLIFF 2 file, from English into another language, as approved.

    Approved units win over every machine. All of the file is taken, or nothing.
    """
    from service.memory.tmx import TmxReader
    from service.memory.xliff import XliffReader

    is_xliff = file.suffix.lower() in (".xliff", ".xlf")
    units = XliffReader(file) if is_xliff else TmxReader(file)
    click.echo(f"{_memory().approve(units):,} units are approved from {file}")
    if units.skipped:
        click.echo(f"{units.skipped:,} without English or without another language were left out", err=True)
    if units.machine:
        click.echo(f"{units.machine:,} of them say they were made by machine", err=True)


@memory.command()
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.tmx")
def export(file: Path) -> None:
    """Write the approved units to a TMX file."""
    from service.memory.tmx import write_tmx

    click.echo(f"{write_tmx(_memory().all_approved(), file):,} approved units are in {file}")


@memory.command()
def stats() -> None:
    """Tell where the memory is and what is in it."""
    memory = _memory()
    counts = memory.counts()
    click.echo(memory.path)
    for target, count in counts["approved"].items():
        click.echo(f"{count:>9,}  approved, {target}")
    for signature, count in counts["machine"].items():
        click.echo(f"{count:>9,}  by machine, {signature}")


@memory.command()
@click.option("--machine", is_flag=True, required=True, help="All machine-made units; approved ones stay.")
def clear(machine: bool) -> None:
    """Delete the machine-made units; they are made anew when they are wanted."""
    click.echo(f"{_memory().forget():,} machine-made units are deleted")


def _memory() -> Memory:
    from service.assembly import build_memory
    from service.config import read_settings

    memory = build_memory(read_settings())
    if memory is None:
        raise MemoryUnknownError("There is no translation memory: TRIPTYCH_MEMORY is off.")
    return memory
