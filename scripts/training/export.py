"""Writing weights as a Marian folder that transformers and CTranslate2's converter load unchanged."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save_file
from transformers import MarianConfig

from models.layout import CONFIG, SAFETENSORS
from training.errors import CheckpointError
from training.state import Weights, average_snapshots, own_weights
from training.vocabulary import Vocabulary, read_files

if TYPE_CHECKING:
    from pathlib import Path

    from training.config import Config


def export_marian(
    folder: Path, weights: Weights, config: MarianConfig, vocabulary: Vocabulary, targets: tuple[str, ...]
) -> None:
    """Write the folder beside `folder` and move it into place: weights in float16, configuration, vocabulary.

    config.json still says float32: that is what the weights are to be computed in, on a CPU at least.
    """
    folder = folder.resolve()
    beside = folder.with_name(f"{folder.name}.tmp")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    half = {name: tensor.to(torch.float16) for name, tensor in own_weights(weights).items()}
    save_file(half, beside / SAFETENSORS, metadata={"format": "pt"})
    (beside / SAFETENSORS).chmod(0o644)  # safetensors writes for the owner only
    shape = config.to_dict() | {"architectures": ["MarianMTModel"], "dtype": "float32"}
    shape.pop("_name_or_path", None)  # of the folder it began from, on this machine
    _write_json(beside / CONFIG, shape)
    _write_json(beside / "generation_config.json", _generation(config))
    _write_json(beside / "tokenizer_config.json", _tokenizer(targets, int(config.max_position_embeddings)))
    vocabulary.files.write(beside)
    _move(beside, folder)


def export_run(config: Config, folder: Path) -> None:
    """Write the mean of a run's newest snapshots as a Marian folder; the run may be going on meanwhile."""
    run = config.run
    if not (run / CONFIG).is_file():
        raise CheckpointError(run, "no run to export: train first")
    shape = MarianConfig.from_json_file(run / CONFIG)
    weights = average_snapshots(run, config.session.average)
    vocabulary = Vocabulary(read_files(run / "vocabulary"), config.vocabulary.tags)
    export_marian(folder, weights, shape, vocabulary, config.targets)


def _generation(config: MarianConfig) -> dict[str, Any]:
    return {
        "bad_words_ids": [[config.pad_token_id]],
        "decoder_start_token_id": config.decoder_start_token_id,
        "eos_token_id": config.eos_token_id,
        "pad_token_id": config.pad_token_id,
        "num_beams": 4,
    }


def _tokenizer(targets: tuple[str, ...], longest: int) -> dict[str, Any]:
    return {
        "tokenizer_class": "MarianTokenizer",
        "source_lang": "en",
        "target_lang": "+".join(targets),
        "separate_vocabs": False,
        "unk_token": "<unk>",
        "eos_token": "</s>",
        "pad_token": "<pad>",
        "model_max_length": longest,
    }


def _write_json(path: Path, value: dict[str, Any]) -> None:
    path.write_text(json.dumps(value, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _move(beside: Path, folder: Path) -> None:
    """Put `beside` in the place of `folder`, which steps aside: a full folder is not replaced in one step."""
    old = folder.with_name(f"{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    beside.replace(folder)
    shutil.rmtree(old, ignore_errors=True)
