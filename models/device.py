"""Where an engine runs: a processor or a GPU."""

from __future__ import annotations

from models.errors import DeviceError


def resolve_device(wanted: str, *, gpu: bool, runtime: str) -> str:
    """Return "cpu" or "cuda"; "auto" is a GPU where the runtime finds one (`gpu`). Raises DeviceError."""
    match wanted:
        case "auto":
            return "cuda" if gpu else "cpu"
        case "cpu":
            return "cpu"
        case "cuda" if gpu:
            return "cuda"
        case "cuda":
            raise DeviceError(wanted, f"{runtime} finds no GPU; use cpu or auto")
        case _:
            raise DeviceError(wanted, "there are auto, cpu and cuda")
