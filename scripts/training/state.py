"""The state of a run on disk: what resuming needs, the last snapshots of the weights, and the lock.

- state.pt: weights, optimiser, counters and the cursor into the data
- snapshots/: the newest weights in float32, one file a save; an export averages them
- vocabulary/: source.spm, target.spm, vocab.json
- config.json: the model's shape (MarianConfig)
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import load_file, save_file

from training.batches import Cursor
from training.errors import CheckpointError, RunBusyError

if TYPE_CHECKING:
    from pathlib import Path

Weights = Mapping[str, torch.Tensor]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: updates, real target tokens, seconds spent, and the next batch."""

    step: int = 0
    tokens: int = 0
    seconds: float = 0.0
    cursor: Cursor = field(default_factory=Cursor)

    @property
    def hours(self) -> float:
        """Hours spent training."""
        return self.seconds / 3600


@dataclass(frozen=True, slots=True)
class State:
    """All that resuming needs; `optimiser` is as `Optimiser.state` gives it."""

    weights: Weights
    optimiser: Mapping[str, Any]
    progress: Progress


def own_weights(weights: Weights) -> dict[str, torch.Tensor]:
    """Give the weights without the names that are ties and tables: each tensor once, contiguous."""
    derived = ("lm_head.weight", "embed_tokens.weight", "embed_positions.weight")
    return {
        name: tensor.detach().contiguous() for name, tensor in weights.items() if not name.endswith(derived)
    }


def save_state(run: Path, state: State) -> None:
    """Write state.pt beside itself and rename it, so that a stop at any moment leaves a whole one."""
    beside = run / "state.pt.tmp"
    progress = asdict(state.progress)
    torch.save(
        {"weights": dict(state.weights), "optimiser": dict(state.optimiser), "progress": progress}, beside
    )
    beside.replace(run / "state.pt")


def load_state(run: Path) -> State:
    """Read state.pt; raises CheckpointError when there is none or it is none of ours."""
    path = run / "state.pt"
    if not path.is_file():
        raise CheckpointError(path, "no state to resume: leave --resume out to begin a run")
    try:
        stored = torch.load(path, weights_only=True)
        progress = Progress(**{**stored["progress"], "cursor": Cursor(**stored["progress"]["cursor"])})
        return State(stored["weights"], stored["optimiser"], progress)
    except (RuntimeError, KeyError, TypeError, EOFError, OSError) as error:
        raise CheckpointError(path, f"not a state of this trainer: {' '.join(str(error).split())}") from error


def save_snapshot(run: Path, step: int, weights: Weights, keep: int) -> None:
    """Add the weights at `step` to the snapshots and remove all but the newest `keep`."""
    folder = run / "snapshots"
    folder.mkdir(exist_ok=True)
    path = folder / f"step-{step:09d}.safetensors"
    beside = folder / f"{path.name}.tmp"
    save_file(own_weights(weights), beside)
    beside.replace(path)
    for old in sorted(folder.glob("step-*.safetensors"))[:-keep]:
        old.unlink()


def average_snapshots(run: Path, count: int) -> dict[str, torch.Tensor]:
    """Give the mean of the newest `count` snapshots' weights, or of all if there are fewer."""
    paths = sorted((run / "snapshots").glob("step-*.safetensors"))[-count:]
    if not paths:
        raise CheckpointError(run / "snapshots", "no snapshot to export: train first")
    total = load_file(paths[0])
    for path in paths[1:]:
        for name, tensor in load_file(path).items():
            total[name] += tensor
    return {name: tensor / len(paths) for name, tensor in total.items()}


@contextmanager
def locked(run: Path) -> Iterator[None]:
    """Hold the run folder; raises RunBusyError when another process does."""
    with (run / "lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunBusyError(run) from error
        yield
