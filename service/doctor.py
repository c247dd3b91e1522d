"""What is missing or wrong on this machine, and what to do about it."""

from __future__ import annotations

import platform
import shutil
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import PackageNotFoundError, requires, version
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from models.cores import physical_cores
from models.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from models.store import Store
    from service.config import Settings

_ROOM = 2 * 1024**3  # bytes that a large checkpoint and its converted form take


class State(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"  # works, but could be better
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `remedy` says what to do, "" where there is nothing to do."""

    what: str
    state: State
    found: str
    remedy: str = ""


def examine(settings: Settings) -> list[Check]:
    """Look at everything that translating and aligning needs; never raises for what it finds."""
    from service.assembly import build_store

    store = build_store(settings)
    return [
        _python(),
        *_packages(),
        _store_folder(store.root),
        *_checkpoints(settings, store),
        _encoder(settings),
        _processor(settings),
    ]


def _python() -> Check:
    return Check("Python", State.OK, platform.python_version())


def _packages() -> Iterator[Check]:
    """Hold the packages installed against the ranges that Triptych was released with."""
    try:
        wanted = [Requirement(line) for line in requires("triptych") or []]
    except PackageNotFoundError:
        yield Check("packages", State.NOTE, "Triptych itself is not installed", "pip install .")
        return
    wrong = []
    needed = [item for item in wanted if item.marker is None or item.marker.evaluate({"extra": ""})]
    for item in needed:
        try:
            found = version(item.name)
        except PackageNotFoundError:
            wrong.append(f"{item.name} is missing")
            continue
        if not item.specifier.contains(found, prereleases=True):
            wrong.append(f"{item.name} {found} is not {item.specifier}")
    if wrong:
        yield Check("packages", State.FAIL, "; ".join(wrong), "pip install --upgrade triptych")
    else:
        yield Check("packages", State.OK, f"all {len(needed)} there")


def _store_folder(root: Path) -> Check:
    place = next(folder for folder in (root, *root.parents) if folder.is_dir())
    try:
        root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=root):
            pass
    except OSError as error:
        remedy = "Make it writable, or name another with TRIPTYCH_STORE; until then torch runs, slowly."
        return Check("store", State.NOTE, f"{root} cannot be written to ({error.strerror})", remedy)
    free = shutil.disk_usage(place).free
    found = f"{root}, {free / 1024**3:.1f} GiB free"
    if free < _ROOM:
        return Check("store", State.NOTE, found, "A large model takes about 2 GiB; make room before a pull.")
    return Check("store", State.OK, found)


def _checkpoints(settings: Settings, store: Store) -> Iterator[Check]:
    chosen = settings.models or tuple(item.entry.id for item in store.installed())
    for checkpoint_id in chosen:
        try:
            manifest = store.verify(checkpoint_id)
        except ModelError as error:
            yield Check(checkpoint_id, State.FAIL, "cannot be used", str(error))
            continue
        found = f"whole, {manifest.size / 1024**2:,.0f} MiB, revision {manifest.revision[:12]}"
        yield Check(checkpoint_id, State.OK, found)
    if chosen == ("starter",):
        yield Check(
            "translations",
            State.NOTE,
            "only the small starter model is in use",
            "triptych models pull opus-mt-tc-big-en-es",
        )


def _encoder(settings: Settings) -> Check:
    from service.assembly import bare_encoder, build_store

    try:
        encoder = bare_encoder(settings, build_store(settings))
    except ModelError as error:
        return Check("encoder", State.FAIL, settings.encoder, str(error))
    return Check("encoder", State.OK, encoder.encoder_id)


def _processor(settings: Settings) -> Check:
    from models.ctranslate import find_device

    cores = physical_cores()
    try:
        device = find_device(settings.device)
    except (ModelError, ImportError) as error:
        return Check("device", State.FAIL, settings.device, str(error))
    if settings.threads is not None and settings.threads > cores:
        found = f"{settings.threads} threads on {cores} cores"
        return Check("device", State.NOTE, found, f"TRIPTYCH_THREADS over {cores} only makes it slower.")
    return Check("device", State.OK, f"{device}, {cores} cores")
