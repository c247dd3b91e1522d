"""The files of a Marian checkpoint as transformers and the OPUS-MT repositories lay them out.

    config.json  source.spm  target.spm  vocab.json  model.safetensors (or pytorch_model.bin)

and, where they are there, generation_config.json, tokenizer_config.json, README.md, LICENSE. Nothing else of
a repository is ever taken: its other files (weights for other frameworks) would only cost space.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from models.errors import CheckpointInvalidError

if TYPE_CHECKING:
    from pathlib import Path

    from sentencepiece import SentencePieceProcessor

CONFIG = "config.json"
SOURCE_SPM = "source.spm"
TARGET_SPM = "target.spm"
VOCAB = "vocab.json"
SAFETENSORS = "model.safetensors"
PICKLED = "pytorch_model.bin"
CHECKPOINT_CONFIG = "checkpoint.json"  # config.json, in a converted folder, where CTranslate2 has its own

END = "</s>"
UNKNOWN = "<unk>"

REQUIRED = (CONFIG, SOURCE_SPM, TARGET_SPM, VOCAB)
OPTIONAL = ("generation_config.json", "tokenizer_config.json", "README.md", "LICENSE")


def weights_name(folder: Path) -> str:
    """Name the weights file of a checkpoint, safetensors before pickled; raise CheckpointInvalidError."""
    for name in (SAFETENSORS, PICKLED):
        if (folder / name).is_file():
            return name
    raise CheckpointInvalidError(folder, f"it has neither {SAFETENSORS} nor {PICKLED}")


def files_to_take(folder: Path) -> tuple[str, ...]:
    """Name the files of a checkpoint worth copying; raise CheckpointInvalidError when one is missing."""
    for name in REQUIRED:
        if not (folder / name).is_file():
            raise CheckpointInvalidError(folder, f"it has no {name}")
    extra = [name for name in OPTIONAL if (folder / name).is_file()]
    return (*REQUIRED, weights_name(folder), *extra)


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """Read one of a checkpoint's JSON objects; raise CheckpointInvalidError."""
    try:
        data = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CheckpointInvalidError(folder, f"its {name} cannot be read ({error})") from error
    if not isinstance(data, dict):
        raise CheckpointInvalidError(folder, f"its {name} is not a JSON object")
    return data


def read_vocabulary(folder: Path) -> dict[str, int]:
    """Read a checkpoint's ids by piece; raise CheckpointInvalidError where `</s>` or `<unk>` is missing."""
    vocab = read_json(folder, VOCAB)
    for piece in (END, UNKNOWN):
        if not isinstance(vocab.get(piece), int):
            raise CheckpointInvalidError(folder, f"its {VOCAB} has no {piece}")
    return vocab


def read_spm(folder: Path, name: str) -> SentencePieceProcessor:
    """Read one of a checkpoint's SentencePiece models; raise CheckpointInvalidError."""
    from sentencepiece import SentencePieceProcessor

    processor = SentencePieceProcessor()
    try:
        processor.load(str(folder / name))
    except (OSError, RuntimeError) as error:
        raise CheckpointInvalidError(folder, f"its {name} is not a SentencePiece model") from error
    return processor


def check_layout(folder: Path) -> None:
    """Check that a folder holds a Marian checkpoint an engine can load; raise CheckpointInvalidError.

    Reads the small files and the header of the weights, and compares the vocabulary with the embedding's
    rows.
    """
    files_to_take(folder)
    config = read_json(folder, CONFIG)
    if config.get("model_type") != "marian":
        raise CheckpointInvalidError(
            folder, f"its {CONFIG} says model_type {config.get('model_type')!r}, not 'marian'"
        )
    vocab = read_vocabulary(folder)
    rows = config.get("vocab_size")
    if not isinstance(rows, int) or max(vocab.values()) >= rows:
        raise CheckpointInvalidError(folder, f"its {VOCAB} has ids beyond the {rows} pieces of its {CONFIG}")
    for name in (SOURCE_SPM, TARGET_SPM):
        read_spm(folder, name)
    _check_weights(folder, weights_name(folder), rows)


def _check_weights(folder: Path, name: str, rows: int) -> None:
    if name == PICKLED:
        return  # its content is looked at when it is converted to safetensors
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / name, framework="numpy") as weights:
            names = weights.keys()
            embeddings = [name for name in names if name.endswith(("shared.weight", "embed_tokens.weight"))]
            shapes = {name: weights.get_slice(name).get_shape() for name in embeddings}
    except (OSError, SafetensorError) as error:
        raise CheckpointInvalidError(folder, f"its {name} cannot be read ({error})") from error
    if not shapes:
        raise CheckpointInvalidError(folder, f"its {name} has no embedding")
    for key, shape in shapes.items():
        if shape[0] != rows:
            raise CheckpointInvalidError(
                folder, f"{key} in {name} has {shape[0]} rows, its {CONFIG} says {rows}"
            )
