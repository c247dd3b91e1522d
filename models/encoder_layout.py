"""The files of a sentence encoder as sentence-transformers lays out LaBSE.

    config.json  tokenizer.json  model.safetensors (or pytorch_model.bin)
    1_Pooling/config.json  2_Dense/config.json  2_Dense/model.safetensors (or pytorch_model.bin)

and, where they are there, the tokenizer's other files, README.md and LICENSE. Nothing else is ever taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import CheckpointInvalidError
from models.layout import CONFIG, PICKLED, SAFETENSORS, read_json

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from torch import Tensor

POOLING = "1_Pooling/config.json"
DENSE = "2_Dense"

REQUIRED = (CONFIG, "tokenizer.json", POOLING, f"{DENSE}/{CONFIG}")
OPTIONAL = ("tokenizer_config.json", "special_tokens_map.json", "vocab.txt", "README.md", "LICENSE")
_WEIGHTS = ("", f"{DENSE}/")  # where weights lie


def choose_encoder_files(there: Collection[str]) -> tuple[list[str], list[str]]:
    """Return which of the files there are to be taken, and which are missing; safetensors before pickled."""
    weights = [
        f"{place}{PICKLED if f'{place}{SAFETENSORS}' not in there else SAFETENSORS}" for place in _WEIGHTS
    ]
    wanted = [*REQUIRED, *weights]
    missing = [name for name in wanted if name not in there]
    return [*wanted, *(name for name in OPTIONAL if name in there)], missing


def encoder_files_to_take(folder: Path) -> list[str]:
    """Name the files of an encoder worth copying; raise CheckpointInvalidError when one is missing."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    chosen, missing = choose_encoder_files(there)
    if missing:
        raise CheckpointInvalidError(folder, f"it has no {missing[0]}")
    return chosen


def check_encoder_layout(folder: Path) -> None:
    """Check that a folder holds an encoder in LaBSE's layout; raise CheckpointInvalidError."""
    encoder_files_to_take(folder)
    if (kind := read_json(folder, CONFIG).get("model_type")) != "bert":
        raise CheckpointInvalidError(folder, f"its {CONFIG} says model_type {kind!r}, not 'bert'")
    pooling = read_json(folder, POOLING)
    if not pooling.get("pooling_mode_cls_token"):
        raise CheckpointInvalidError(folder, f"its {POOLING} does not take the first token")
    if not str(read_json(folder, f"{DENSE}/{CONFIG}").get("activation_function", "")).endswith("Tanh"):
        raise CheckpointInvalidError(folder, f"its {DENSE} has another activation than tanh")


def dense_weights(folder: Path) -> dict[str, Tensor]:
    """Read the dense layer's weights; raise OSError or SafetensorError."""
    from safetensors.torch import load_file

    return load_file(folder / DENSE / SAFETENSORS)
