"""The commands under triptych models."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import TaskID

    from models.store import Store


@click.group()
def models() -> None:
    """See, check and manage the checkpoints on this machine."""


@models.command("list")
def list_models() -> None:
    """List the catalog: licence, published BLEU, size, memory, and what of it is on this machine."""
    from rich.console import Console
    from rich.table import Table

    from models.catalog import Origin

    store = _store()
    installed = {item.entry.id: item for item in store.installed()}
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "languages", "quality", "licence", "BLEU", "download", "memory", "on this machine"):
        table.add_column(heading, no_wrap=heading == "id")
    for entry in store.catalog.entries:
        here = installed.get(entry.id)
        if here:
            state = f"{_megabytes(store.disk_size(entry.id))}, revision {here.revision[:12] or '-'}"
        elif entry.origin is Origin.PACKAGE and _is_package(entry.repository):
            state = "in its Python package"
        else:
            state = f"no: {entry.command}"
        pair = f"{entry.source} to {', '.join(entry.targets)}" if entry.targets else "encoder of many"
        bleu = ", ".join(f"{target} {score:.1f}" for target, score in entry.bleu.items())
        download, memory = (f"{size} MB" if size else "" for size in (entry.download, entry.memory))
        table.add_row(entry.id, pair, entry.quality, entry.licence, bleu, download, memory, state)
    Console(width=None if sys.stdout.isatty() else 200).print(table)
    tests = ", ".join(sorted({entry.test_set for entry in store.catalog.entries if entry.test_set}))
    click.echo(
        f"\nBLEU as published, on {tests}; the starter's as measured. Memory with int8 on a processor."
    )


@models.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
def verify(ids: tuple[str, ...]) -> None:
    """Check every file of checkpoints against their manifests: all on this machine, or those named."""
    store = _store()
    for checkpoint_id in ids or [item.entry.id for item in store.installed()]:
        manifest = store.verify(checkpoint_id)
        size = _megabytes(manifest.size)
        click.echo(f"{checkpoint_id}: {len(manifest.files)} files, {size}, are what they were")


@models.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...")
@click.option("--upgrade", is_flag=True, help="Take the newest commit, not the one of the first pull.")
def pull(ids: tuple[str, ...], upgrade: bool) -> None:
    """Get checkpoints from the hub into the store, checked; from then on no network is needed.

    HF_ENDPOINT, HF_HUB_OFFLINE and the hub client's other variables hold.
    """
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    from models.hub import pull as pull_checkpoint

    store = _store()
    for checkpoint_id in ids:
        store.entry(checkpoint_id)  # none is pulled when one is misspelt
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    for checkpoint_id in ids:
        with Progress(*columns, console=Console(stderr=True)) as progress:
            tasks: dict[str, TaskID] = {}

            def report(
                name: str,
                here: int,
                size: int,
                tasks: dict[str, TaskID] = tasks,
                progress: Progress = progress,
            ) -> None:
                if name not in tasks:
                    tasks[name] = progress.add_task(name, total=size)
                progress.update(tasks[name], completed=here)

            pull_checkpoint(store, checkpoint_id, progress=report, upgrade=upgrade)
        _tell(store, checkpoint_id)


@models.command()
@click.argument("checkpoint_id", metavar="ID")
@click.option("--quantization", type=click.Choice(["int8", "float16", "float32"]), default="int8")
def convert(checkpoint_id: str, quantization: str) -> None:
    """Convert a checkpoint for CTranslate2 now; the first translation does it otherwise."""
    from models.store import folder_size

    store = _store()
    folder = store.convert(checkpoint_id, quantization)
    click.echo(f"{folder} ({_megabytes(folder_size(folder))})")


@models.command("import")
@click.argument("source", type=click.Path(path_type=Path), metavar="FOLDER|ARCHIVE")
@click.option("--as", "checkpoint_id", required=True, metavar="ID", help="The catalog's id for it.")
def import_source(source: Path, checkpoint_id: str) -> None:
    """Copy a checkpoint that is on this machine, a folder or a zip or tar of one, into the store, checked."""
    store = _store()
    put = store.import_archive if source.is_file() else store.import_folder
    put(source, checkpoint_id)
    _tell(store, checkpoint_id)


@models.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--as", "checkpoint_id", required=True, metavar="ID", help="The catalog's id for it.")
def manifest(folder: Path, checkpoint_id: str) -> None:
    """Write manifest.json into a checkpoint FOLDER: what it is verified against from then on."""
    from models.manifest import write_manifest

    click.echo(write_manifest(folder, checkpoint_id).revision)


@models.command()
@click.argument("checkpoint_id", metavar="ID")
def remove(checkpoint_id: str) -> None:
    """Remove a checkpoint from this machine."""
    freed = _store().remove(checkpoint_id)
    click.echo(f"{checkpoint_id} is removed, {_megabytes(freed)} are free again")


def _tell(store: Store, checkpoint_id: str) -> None:
    """Say where a checkpoint lies now, and how much of the disk it takes."""
    click.echo(f"{store.folder(checkpoint_id)} ({_megabytes(store.disk_size(checkpoint_id))})")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.0f} MB" if size >= 10_000_000 else f"{size / 1e6:.1f} MB"


def _is_package(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _store() -> Store:
    from service.assembly import build_store
    from service.config import read_settings

    return build_store(read_settings())
