"""How good the model is just now: loss, chrF and BLEU on a development set, decoded greedily."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sacrebleu
import torch

from training.batches import group_by_length, make_batch, padded
from training.lines import read_aligned
from training.model import batch_loss
from training.pool import Pool, Ragged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from transformers import MarianMTModel

    from training.config import Validation
    from training.vocabulary import Vocabulary

_TOKENS = 2000  # padded tokens a side decoded together
_GROWTH = 1.6  # a translation may have this many times its source's tokens, and a few more
_SLACK = 10


@dataclass(frozen=True, slots=True)
class Score:
    """Quality for one target: cross-entropy in nats a token, and sacrebleu's chrF2 and BLEU, 0 to 100."""

    loss: float
    chrf: float
    bleu: float


@dataclass(frozen=True, slots=True)
class DevelopmentSet:
    """English sentences and, for each target, their reference translations, line by line."""

    source: tuple[str, ...]
    references: Mapping[str, tuple[str, ...]]


def read_development_set(settings: Validation) -> DevelopmentSet:
    """Read the lines that the settings choose; raises as `read_aligned` does."""
    source, references = read_aligned(settings.source, settings.references, "development set")
    chosen = slice(0, settings.every * settings.lines, settings.every)
    return DevelopmentSet(
        tuple(source[chosen]), {target: tuple(lines[chosen]) for target, lines in references.items()}
    )


def validate(model: MarianMTModel, vocabulary: Vocabulary, lines: DevelopmentSet) -> dict[str, Score]:
    """Score every target; leaves the model in training mode."""
    model.train(False)
    scores = {}
    with torch.inference_mode():
        for target, references in lines.references.items():
            output = translate(model, vocabulary, lines.source, target)
            scores[target] = Score(
                loss=_loss(model, vocabulary, lines.source, references, target),
                chrf=sacrebleu.corpus_chrf(output, [list(references)]).score,
                bleu=sacrebleu.corpus_bleu(output, [list(references)]).score,
            )
    model.train()
    return scores


def translate(
    model: MarianMTModel, vocabulary: Vocabulary, sentences: Sequence[str], target: str
) -> list[str]:
    """Greedy translations, one a sentence, in order."""
    network: Any = model
    source = Ragged.pack(vocabulary.encode_source(sentences, target))
    output = [""] * len(sentences)
    lengths = source.lengths
    for group in group_by_length(np.arange(len(sentences)), lengths, lengths, _TOKENS):
        ids = padded(source, group, vocabulary.pad)
        most = int(model.config.max_position_embeddings) - 1
        written = network.generate(
            input_ids=ids,
            attention_mask=ids != vocabulary.pad,
            num_beams=1,
            do_sample=False,
            max_new_tokens=min(int(ids.shape[1] * _GROWTH) + _SLACK, most),
        )
        for index, row in zip(group, written.tolist(), strict=True):
            output[index] = vocabulary.decode(row)
    return output


def _loss(
    model: MarianMTModel,
    vocabulary: Vocabulary,
    sources: Sequence[str],
    references: Sequence[str],
    target: str,
) -> float:
    source = Ragged.pack(vocabulary.encode_source(sources, target))
    labels = Ragged.pack(vocabulary.encode_target(references))
    pool = Pool(source, labels, np.zeros(len(sources), np.int16), ("development",))
    groups = group_by_length(np.arange(len(pool)), source.lengths, labels.lengths, _TOKENS)
    start = int(model.config.decoder_start_token_id)
    batches = [make_batch(pool, group, vocabulary.pad, start) for group in groups]
    total = sum(
        float(batch_loss(model, batch, smoothing=0.0, bfloat16=False)) * batch.tokens for batch in batches
    )
    return total / sum(batch.tokens for batch in batches)
