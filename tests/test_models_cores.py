from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from models.cores import physical_cores

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Eight hardware threads on four cores, six of which the process may use; no quota."""
    cpus, groups = tmp_path / "cpu", tmp_path / "cgroup"
    for number in range(8):
        place = cpus / f"cpu{number}" / "topology"
        place.mkdir(parents=True)
        (place / "thread_siblings_list").write_text(f"{number % 4},{number % 4 + 4}\n")
    groups.mkdir()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 4, 5, 6}, raising=False)
    return cpus, groups


def test_threads_of_one_core_count_once(machine: tuple[Path, Path]) -> None:
    assert physical_cores(*machine) == 3


@pytest.mark.parametrize(("limit", "cores"), [("max 100000", 3), ("200000 100000", 2), ("50000 100000", 1)])
def test_a_quota_bounds_them(machine: tuple[Path, Path], limit: str, cores: int) -> None:
    (machine[1] / "cpu.max").write_text(limit)
    assert physical_cores(*machine) == cores


def test_the_older_form_of_a_quota_is_read(machine: tuple[Path, Path]) -> None:
    place = machine[1] / "cpu"
    place.mkdir()
    (place / "cpu.cfs_quota_us").write_text("200000\n")
    (place / "cpu.cfs_period_us").write_text("100000\n")
    assert physical_cores(*machine) == 2


def test_where_nothing_is_told_every_processor_is_a_core(machine: tuple[Path, Path], tmp_path: Path) -> None:
    assert physical_cores(tmp_path / "none", tmp_path / "none") == 6


def test_there_is_always_one() -> None:
    assert physical_cores() >= 1
