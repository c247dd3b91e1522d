"""The run's log: one JSON object a line, appended."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from training.state import Progress

NAME = "log.jsonl"


def append(run: Path, event: str, progress: Progress, facts: Mapping[str, Any]) -> str:
    """Add a line: the event, when, how far the run is, and its facts; gives the line."""
    head = {
        "event": event,
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "step": progress.step,
        "tokens": progress.tokens,
        "hours": round(progress.hours, 4),
    }
    line = json.dumps({**head, **facts}, ensure_ascii=False)
    with (run / NAME).open("a", encoding="utf-8") as log:
        log.write(line + "\n")
    return line


def read(run: Path) -> list[dict[str, Any]]:
    """Every whole line of the log, in order; a line that a crash cut short is passed over."""
    path = run / NAME
    if not path.is_file():
        return []
    events = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            continue
    return events
