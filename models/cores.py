"""How many processor cores there are for this process: physical ones it may run on, within its quota.

Two hardware threads of a core share its arithmetic units, so that threads beyond the cores only wait for each
other. Linux tells which threads share a core, which a process may use, and (control groups, version 2 and 1)
how much time it gets; elsewhere the number of processors is taken.
"""

from __future__ import annotations

import os
from pathlib import Path

_CPUS = Path("/sys/devices/system/cpu")
_GROUPS = Path("/sys/fs/cgroup")


def physical_cores(cpus: Path = _CPUS, groups: Path = _GROUPS) -> int:
    """Return the number of cores, 1 at least."""
    usable = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))
    cores = {_core_of(cpus, number) for number in usable}
    return max(min(len(cores), _quota(groups)), 1)


def _core_of(cpus: Path, number: int) -> str:
    """Name a hardware thread's core by the threads that share it; its own number where that is not told."""
    try:
        return (cpus / f"cpu{number}" / "topology" / "thread_siblings_list").read_text().strip()
    except OSError:
        return str(number)


def _quota(groups: Path) -> int:
    """Return how many cores' time the process's control group is given, at least 1; many without one."""
    for name, period_name in (("cpu.max", ""), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            words = (groups / name).read_text().split()
            if period_name:
                words += (groups / period_name).read_text().split()
            quota, period = int(words[0]), int(words[1])
        except (OSError, ValueError, IndexError):  # none is set, or this is no Linux
            continue
        if quota > 0 and period > 0:
            return max(quota // period, 1)
    return 1 << 16
