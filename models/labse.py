"""LaBSE (Feng et al. 2022, "Language-agnostic BERT Sentence Embedding"), through transformers.

Follows the repository sentence-transformers/LaBSE: a BERT of 109 languages, the last hidden state of the
first token ([CLS]), a dense layer with tanh (folder `2_Dense`), unit length. The checkpoint has BERT's own
pooler as well; the dense layer is used, as there.

Left out: cutting sentences off at 256 tokens, which loses text; long ones go in stretches
(`models.long_sentences`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from models.device import resolve_device
from models.encoder_layout import DENSE, check_encoder_layout, dense_weights
from models.encoding import encode_with
from models.errors import CheckpointInvalidError
from models.quiet import without_progress_bars

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    from torch import nn

_BATCH_CHARACTERS = 16_384


class LabseEncoder:
    """Runs a loaded BERT and the dense layer after it."""

    def __init__(self, tokenizer: Any, network: nn.Module, dense: nn.Linear, *, longest: int) -> None:
        """`longest` is how many tokens the network takes, those at both ends counted."""
        self._tokenizer = tokenizer
        self._network: Any = network
        self._dense = dense
        self._longest = longest

    @property
    def encoder_id(self) -> str:
        """The encoder's id in the catalog."""
        return "labse"

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 vectors of shape (len(sentences), dim), rows of unit length; (0, dim) for none."""
        dimensions = self._dense.out_features
        return encode_with(self._run, sentences, dimensions=dimensions, characters=_BATCH_CHARACTERS)

    def _run(self, texts: list[str]) -> npt.NDArray[np.float32]:
        import torch

        tokens = self._tokenizer(
            texts,
            padding=True,
            truncation=True,  # a stretch of 2,000 characters, one letter a word, may still be too long
            max_length=self._longest,
            return_tensors="pt",
        ).to(self._dense.weight.device)
        with torch.inference_mode():
            first = self._network(**tokens).last_hidden_state[:, 0]
            vectors: npt.NDArray[np.float32] = torch.tanh(self._dense(first)).float().cpu().numpy()
        return vectors


def load_labse_encoder(folder: Path, *, device: str = "auto") -> LabseEncoder:
    """Load the files of sentence-transformers/LaBSE from a folder.

    `device` is "auto" (a GPU where there is one), "cpu" or "cuda". Raises CheckpointInvalidError or
    DeviceError.
    """
    import torch
    from safetensors import SafetensorError
    from transformers import AutoTokenizer, BertModel

    chosen = resolve_device(device, gpu=torch.cuda.is_available(), runtime="torch")
    check_encoder_layout(folder)
    try:
        load: Any = AutoTokenizer.from_pretrained
        tokenizer = load(folder, local_files_only=True)
        with without_progress_bars():
            network = BertModel.from_pretrained(
                folder, dtype=torch.float32, local_files_only=True, use_safetensors=True
            )
        weights = dense_weights(folder)
        dense = torch.nn.Linear(weights["linear.weight"].shape[1], weights["linear.weight"].shape[0])
        dense.load_state_dict(
            {"weight": weights["linear.weight"], "bias": weights["linear.bias"]}, strict=True
        )
    except (OSError, SafetensorError, ValueError, RuntimeError, KeyError) as error:
        problem = " ".join(str(error).split())[:200]
        raise CheckpointInvalidError(folder, f"{DENSE} or BERT cannot be loaded ({problem})") from error
    placed: Any = network
    return LabseEncoder(
        tokenizer,
        placed.to(chosen).eval(),
        dense.to(chosen).eval(),
        longest=int(network.config.max_position_embeddings),
    )
