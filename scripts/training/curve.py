"""The learning curve as a picture: training loss, and chrF on the development set, against hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NAME = "curve.png"


def draw(run: Path, events: Sequence[dict[str, Any]]) -> None:
    """Write curve.png into the run folder; does nothing while the log holds no update."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # slow to import, and needed here only
    from matplotlib.figure import Figure

    updates = [event for event in events if event["event"] == "train"]
    checks = [event for event in events if event["event"] == "validate"]
    if not updates:
        return
    figure = Figure(figsize=(9, 5), dpi=110, layout="constrained")
    FigureCanvasAgg(figure)
    loss = figure.add_subplot()
    loss.plot(
        [event["hours"] for event in updates], [event["loss"] for event in updates], color="0.6", linewidth=1
    )
    loss.set_xlabel("hours of training")
    loss.set_ylabel("training loss (nats a token, smoothed labels)")
    chrf = loss.twinx()
    chrf.set_ylabel("chrF on the development set")
    for target in sorted({name for event in checks for name in event["scores"]}):
        seen = [event for event in checks if target in event["scores"]]
        points = [event["scores"][target]["chrf"] for event in seen]
        chrf.plot([event["hours"] for event in seen], points, marker="o", label=f"chrF, {target}")
    if checks:
        chrf.legend(loc="center right")
    beside = run / f"{NAME}.tmp"
    figure.savefig(beside, format="png")
    beside.replace(run / NAME)
