"""The commands under triptych keys."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from datetime import datetime

    from service.keys import KeyStore


@click.group()
def keys() -> None:
    """Make, list and revoke the API keys of this service (see TRIPTYCH_REQUIRE_KEY)."""


@keys.command()
@click.argument("name")
@click.option(
    "--limit", type=click.IntRange(0), metavar="N", help="Requests a minute [TRIPTYCH_KEY_REQUESTS]."
)
@click.option("--quota", type=click.IntRange(0), metavar="N", help="Characters a month [TRIPTYCH_KEY_QUOTA].")
def add(name: str, limit: int | None, quota: int | None) -> None:
    """Make a key called NAME and print it, for the only time: it is kept as a hash."""
    key = _store().add(name, requests=limit, quota=quota)
    click.echo(key)
    click.echo(f'triptych: this is the key "{name}"; it cannot be shown again.', err=True)


@keys.command("list")
def list_keys() -> None:
    """List the keys: their names and limits, never their secrets."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("id", "name", "requests a minute", "characters a month", "made", "revoked"):
        table.add_column(heading, no_wrap=heading in ("id", "name"))
    for key in _store().listed():
        table.add_row(
            key.id, key.name, _limit(key.requests), _limit(key.quota), _day(key.created), _day(key.revoked)
        )
    Console(width=None if sys.stdout.isatty() else 200).print(table)


@keys.command()
@click.argument("name")
def revoke(name: str) -> None:
    """Make the key called NAME (or with that id) useless at once."""
    key = _store().revoke(name)
    click.echo(f"{key.name} ({key.id}) is revoked")


def _store() -> KeyStore:
    from service.config import read_settings
    from service.keeping import build_keys

    return build_keys(read_settings())


def _limit(value: int | None) -> str:
    return "as set" if value is None else f"{value:,}" if value else "none"


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else ""
