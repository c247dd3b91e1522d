"""The commands under triptych models."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from models.store import Store


@click.group()
def models() -> None:
    """See, check and manage the checkpoints on this machine."""


@models.command("list")
def list_models() -> None:
    """List the catalog, and what of it is on this machine."""
    from rich.console import Console
    from rich.table import Table

    store = _store()
    installed = {item.entry.id: item for item in store.installed()}
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "kind", "languages", "quality", "licence", "on this machine"):
        table.add_column(heading, no_wrap=heading == "id")
    for entry in store.catalog.entries:
        here = installed.get(entry.id)
        state = (
            f"{here.size / 1e6:.0f} MB, revision {here.revision or '-'}" if here else f"no: {entry.command}"
        )
        pair = f"{entry.source} to {', '.join(entry.targets)}" if entry.targets else "many"
        table.add_row(entry.id, entry.kind, pair, entry.quality, entry.licence, state)
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@models.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
def verify(ids: tuple[str, ...]) -> None:
    """Check every file of checkpoints against their manifests: all on this machine, or those named."""
    store = _store()
    for checkpoint_id in ids or [item.entry.id for item in store.installed()]:
        manifest = store.verify(checkpoint_id)
        click.echo(f"{checkpoint_id}: {len(manifest.files)} files are what they were")


@models.command("import")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--as", "checkpoint_id", required=True, metavar="ID", help="The catalog's id for it.")
def import_folder(folder: Path, checkpoint_id: str) -> None:
    """Copy a checkpoint FOLDER that is on this machine into the store, checked."""
    click.echo(_store().import_folder(folder, checkpoint_id))


@models.command()
@click.argument("checkpoint_id", metavar="ID")
def remove(checkpoint_id: str) -> None:
    """Remove a checkpoint from this machine."""
    freed = _store().remove(checkpoint_id)
    click.echo(f"{checkpoint_id} is removed, {freed / 1e6:.0f} MB are free again")


def _store() -> Store:
    from service.app import build_store
    from service.config import read_settings

    return build_store(read_settings())
