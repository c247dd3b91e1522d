"""A Marian to train, and its loss.

The loss fuses the output layer, softmax and label smoothing (as Hsu et al. 2024, "Liger Kernel", do): rows
are taken a few hundred at a time, and the gradients computed on the way, so that the (tokens, vocabulary)
matrix is never whole in memory and stays in the cache. Padding has no part in it: not as rows, nor as an
output.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from transformers import MarianConfig, MarianMTModel

from training.errors import CheckpointError

if TYPE_CHECKING:
    from pathlib import Path

    from training.batches import Batch
    from training.config import Model
    from training.vocabulary import Vocabulary

POSITIONS = 512
NEVER = -1e4  # as a logit, within float16: a token that is never written
_ROWS = 512


def marian_config(shape: Model, vocabulary: Vocabulary) -> MarianConfig:
    """Give the configuration of a new model with one tied embedding."""
    return MarianConfig(
        vocab_size=vocabulary.size,
        d_model=shape.d_model,
        encoder_layers=shape.encoder_layers,
        decoder_layers=shape.decoder_layers,
        encoder_ffn_dim=shape.ffn,
        decoder_ffn_dim=shape.ffn,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        max_position_embeddings=POSITIONS,
        pad_token_id=vocabulary.pad,
        eos_token_id=vocabulary.eos,
        bos_token_id=None,
        decoder_start_token_id=vocabulary.pad,
        forced_eos_token_id=None,
        scale_embedding=True,
        activation_function="relu",
        dropout=shape.dropout,
    )


def new_model(config: MarianConfig, seed: int) -> MarianMTModel:
    """Make a model with fresh weights; the padding row, which starts the decoder, is zero and stays so.

    Matrices begin as Glorot and Bengio (2010) have them, those that write into a residual stream divided by
    the square root of how many do (Radford et al. 2019, section 2.3). With transformers' own beginning
    (normal, 0.02) a post-norm encoder collapsed: every layer came to add one constant vector, the same at
    every position, until the decoder saw nothing of the source.
    """
    torch.manual_seed(seed)
    model = MarianMTModel(config)
    depth = {"encoder": 2 * config.encoder_layers, "decoder": 3 * config.decoder_layers}
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if ".layers." in name and weight.ndim == 2:
                torch.nn.init.xavier_uniform_(weight)
                if name.endswith(("out_proj.weight", "fc2.weight")):
                    weight.div_(math.sqrt(depth[name.split(".")[1]]))
        embeddings(model).normal_(std=config.d_model**-0.5)
        embeddings(model)[padding(model)] = 0
        model.final_logits_bias[:, padding(model)] = NEVER
    return model


def load_model(folder: Path) -> MarianMTModel:
    """Load a Marian folder's model in float32; raises CheckpointError when it cannot be loaded."""
    try:
        model = MarianMTModel.from_pretrained(folder, dtype=torch.float32, local_files_only=True)
    except (OSError, SafetensorError, ValueError, RuntimeError, KeyError) as error:
        raise CheckpointError(folder, f"not a Marian folder: {' '.join(str(error).split())}") from error
    if not model.config.tie_word_embeddings or not model.config.share_encoder_decoder_embeddings:
        raise CheckpointError(folder, "its embeddings are not tied, which training here needs")
    return model


def embeddings(model: MarianMTModel) -> torch.Tensor:
    """Give the tied embedding, (vocabulary, d_model)."""
    weight: torch.Tensor = model.model.shared.weight
    return weight


def padding(model: MarianMTModel) -> int:
    """Give the id of the padding token."""
    return int(model.model.shared.padding_idx or 0)


def batch_loss(model: MarianMTModel, batch: Batch, *, smoothing: float, bfloat16: bool) -> torch.Tensor:
    """Compute the mean label-smoothed cross-entropy of the real target tokens, in nats: a scalar."""
    return attentive_loss(model, batch, smoothing=smoothing, bfloat16=bfloat16, attend=False)[0]


def attentive_loss(
    model: MarianMTModel, batch: Batch, *, smoothing: float, bfloat16: bool, attend: bool = True
) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Compute the same loss, and where the last decoder layer looks: (pairs, target, source), heads' mean."""
    pad = padding(model)
    mask = batch.source != pad
    with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
        output = model.model(
            input_ids=batch.source,
            attention_mask=None if bool(mask.all()) else mask,
            decoder_input_ids=batch.decoder,  # causal: what stands behind the end changes nothing before it
            use_cache=False,
            output_attentions=attend,
        )
    hidden = output.last_hidden_state
    real = batch.labels != pad
    embedding = embeddings(model)
    bias = model.final_logits_bias[0]
    loss: torch.Tensor = _SmoothedLoss.apply(  # type: ignore[no-untyped-call]
        hidden[real],
        embedding,
        bias,
        batch.labels[real],
        pad,
        smoothing,
        torch.bfloat16 if bfloat16 else torch.float32,
    )
    return loss, output.cross_attentions[-1].mean(dim=1) if attend else None


class _SmoothedLoss(torch.autograd.Function):
    """Smoothed cross-entropy of `hidden` (n, d) @ `embedding`.T (d, vocabulary) + `bias`, `labels` (n,)."""

    @staticmethod
    def forward(
        ctx: Any,
        hidden: torch.Tensor,
        embedding: torch.Tensor,
        bias: torch.Tensor,
        labels: torch.Tensor,
        pad: int,
        smoothing: float,
        dtype: torch.dtype,
    ) -> torch.Tensor:
        rows, weight = hidden.to(dtype), embedding.to(dtype)
        others = smoothing / (len(weight) - 1)  # the share of each output but padding
        hidden_grad = torch.empty_like(rows)
        embedding_grad = torch.zeros_like(embedding)
        total = 0.0
        for begin in range(0, len(rows), _ROWS):
            part, wanted = rows[begin : begin + _ROWS], labels[begin : begin + _ROWS, None]
            logits = (part @ weight.T).float().add_(bias)
            logits[:, pad] = NEVER
            logs = torch.log_softmax(logits, dim=1)
            spread = logs.sum(dim=1) - logs[:, pad]
            total -= float(((1 - smoothing) * logs.gather(1, wanted)[:, 0] + others * spread).sum())
            slope = logs.exp_().sub_(others)
            slope[:, pad] = 0
            slope.scatter_add_(1, wanted, torch.full_like(wanted, smoothing - 1, dtype=slope.dtype))
            slope = slope.div_(len(rows)).to(dtype)
            torch.mm(slope, weight, out=hidden_grad[begin : begin + _ROWS])
            embedding_grad += slope.T @ part
        ctx.save_for_backward(hidden_grad.to(hidden.dtype), embedding_grad)
        return hidden.new_tensor(total / len(rows), dtype=torch.float32)

    @staticmethod
    def backward(ctx: Any, *grads: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        hidden_grad, embedding_grad = ctx.saved_tensors
        return (
            hidden_grad * grads[0].to(hidden_grad.dtype),
            embedding_grad * grads[0],
            None,
            None,
            None,
            None,
            None,
        )
