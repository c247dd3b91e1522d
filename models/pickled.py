"""Pickled weights turned into safetensors without running what a pickle may hold.

Method: torch's restricted unpickler (`weights_only`), which refuses everything but tensors and plain
containers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.errors import CheckpointInvalidError
from models.layout import PICKLED, SAFETENSORS

if TYPE_CHECKING:
    from pathlib import Path

_TIED = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight")


def unpickle_weights(folder: Path) -> None:
    """Turn a folder's pytorch_model.bin into model.safetensors, running none of its code.

    Raises CheckpointInvalidError when it holds anything but tensors.
    """
    import pickle

    import torch
    from safetensors.torch import save_file

    try:
        weights = torch.load(folder / PICKLED, map_location="cpu", weights_only=True)
        # What is tied shares its memory; safetensors keeps one name of it, and the tied ones are not needed.
        own = {name: tensor.contiguous() for name, tensor in weights.items() if not name.endswith(_TIED)}
        save_file(own, folder / SAFETENSORS, metadata={"format": "pt"})
    except (OSError, RuntimeError, ValueError, AttributeError, EOFError, pickle.UnpicklingError) as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointInvalidError(
            folder, f"its {PICKLED} does not hold weights alone ({problem})"
        ) from error
    (folder / PICKLED).unlink()
