"""A Marian checkpoint into CTranslate2's format, array by array.

Neither torch nor transformers is needed. CTranslate2's own converter takes it that padding is the last piece
and starts the decoder from zeros. This one keeps every piece and starts from whichever the checkpoint names,
so that any Marian checkpoint of transformers will do; that the padding piece is never put out is ensured by
its bias. Weights are post-norm Transformers (Vaswani et al. 2017) with sinusoidal positions, as Marian
(Junczys-Dowmunt et al. 2018) trains them. Left out: Marian's separate vocabularies.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from models.errors import CheckpointInvalidError
from models.layout import CONFIG, SAFETENSORS, VOCAB, read_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from models.attention import Heads

    Array = npt.NDArray[np.float32]

FORM = 2  # of what is written here; another number makes converted folders anew
NEVER = -1e9  # a logit that leaves no probability, yet is no infinity to spoil a sum


def convert_checkpoint(folder: Path, place: Path, quantization: str, heads: Heads) -> None:
    """Write a checkpoint in CTranslate2's format into an empty folder.

    `quantization` is CTranslate2's: "float32", "int8", "float16"; `heads` is the attention it tells when
    asked. Raises CheckpointInvalidError.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    config = read_json(folder, CONFIG)
    vocab = read_json(folder, VOCAB)
    try:
        weights = load_file(folder / SAFETENSORS)
        spec = _specification(config, vocab, weights, heads)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointInvalidError(folder, f"it cannot be converted ({error})") from error
    spec.validate()
    spec.optimize(quantization=quantization)
    spec.save(str(place))


def _specification(
    config: Mapping[str, Any], vocab: Mapping[str, int], weights: Mapping[str, Array], heads: Heads
) -> Any:
    import numpy as np
    from ctranslate2.specs import TransformerSpec  # type: ignore[import-untyped]
    from ctranslate2.specs.common_spec import Activation  # type: ignore[import-untyped]

    activations = {
        "relu": Activation.RELU,
        "swish": Activation.SWISH,
        "silu": Activation.SWISH,
        "gelu": Activation.GELU,
    }
    if not config.get("share_encoder_decoder_embeddings", True):
        raise ValueError("it has separate vocabularies")
    told_layer, told_heads = heads.within(config["decoder_layers"], config["decoder_attention_heads"])
    spec = TransformerSpec.from_config(
        (config["encoder_layers"], config["decoder_layers"]),
        config["encoder_attention_heads"],
        pre_norm=False,
        activation=activations[config["activation_function"]],
        alignment_layer=told_layer,
        alignment_heads=told_heads,
    )
    embedding = weights["model.shared.weight"].astype(np.float32)
    pieces = [f"<unused {id_}>" for id_ in range(len(embedding))]
    for piece, id_ in vocab.items():
        pieces[id_] = piece
    sinusoidal = sinusoids(config["max_position_embeddings"], config["d_model"])
    for side, name in ((spec.encoder, "encoder"), (spec.decoder, "decoder")):
        side.scale_embeddings = math.sqrt(config["d_model"]) if config["scale_embedding"] else 1.0
        positions = weights.get(f"model.{name}.embed_positions.weight", sinusoidal)
        side.position_encodings.encodings = positions.astype(np.float32)
        for number, layer in enumerate(side.layer):
            _set_layer(layer, weights, f"model.{name}.layers.{number}")
    spec.encoder.embeddings[0].weight = embedding
    spec.decoder.embeddings.weight = embedding
    spec.decoder.projection.weight = embedding
    bias = weights.get("final_logits_bias", np.zeros((1, len(embedding)), np.float32))[0].astype(np.float32)
    bias[config["pad_token_id"]] = NEVER
    spec.decoder.projection.bias = bias
    spec.register_source_vocabulary(pieces)
    spec.register_target_vocabulary(pieces)
    spec.config.unk_token = "<unk>"
    spec.config.eos_token = pieces[config["eos_token_id"]]
    spec.config.bos_token = pieces[config["decoder_start_token_id"]]
    spec.config.decoder_start_token = pieces[config["decoder_start_token_id"]]
    return spec


def sinusoids(positions: int, dimensions: int) -> Array:
    """Return Marian's position encodings, (positions, dimensions): sines in the first half, then cosines."""
    import numpy as np

    rates = 10000.0 ** (-2.0 * (np.arange(dimensions) // 2) / dimensions)
    angles = np.arange(positions)[:, None] * rates[None, :]
    half = dimensions // 2 + dimensions % 2
    table = np.empty((positions, dimensions))
    table[:, :half] = np.sin(angles[:, 0::2])
    table[:, half:] = np.cos(angles[:, 1::2])
    return table.astype(np.float32)


def _set_layer(layer: Any, weights: Mapping[str, Array], name: str) -> None:
    _set_attention(layer.self_attention, weights, f"{name}.self_attn", fused=(("q", "k", "v"),))
    if hasattr(layer, "attention"):
        _set_attention(layer.attention, weights, f"{name}.encoder_attn", fused=(("q",), ("k", "v")))
    _set_linear(layer.ffn.linear_0, weights, f"{name}.fc1")
    _set_linear(layer.ffn.linear_1, weights, f"{name}.fc2")
    _set_norm(layer.ffn.layer_norm, weights, f"{name}.final_layer_norm")


def _set_attention(
    attention: Any, weights: Mapping[str, Array], name: str, fused: tuple[tuple[str, ...], ...]
) -> None:
    *inputs, output = attention.linear
    for linear, letters in zip(inputs, fused, strict=True):
        _set_linear(linear, weights, *(f"{name}.{letter}_proj" for letter in letters))
    _set_linear(output, weights, f"{name}.out_proj")
    _set_norm(attention.layer_norm, weights, f"{name}_layer_norm")


def _set_linear(linear: Any, weights: Mapping[str, Array], *names: str) -> None:
    import numpy as np

    linear.weight = np.concatenate([weights[f"{name}.weight"] for name in names]).astype(np.float32)
    linear.bias = np.concatenate([weights[f"{name}.bias"] for name in names]).astype(np.float32)


def _set_norm(norm: Any, weights: Mapping[str, Array], name: str) -> None:
    import numpy as np

    norm.gamma = weights[f"{name}.weight"].astype(np.float32)
    norm.beta = weights[f"{name}.bias"].astype(np.float32)
