"""How good the model is just now: loss, chrF and BLEU on a development set, decoded greedily."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import sacrebleu
import torch

from training.batches import group_by_length, make_batch
from training.errors import MissingFileError, UnequalLinesError
from training.model import batch_loss
from training.pool import Pool, Ragged

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
    """Read the lines that the settings choose; raises MissingFileError or UnequalLinesError."""
    source = _lines(settings.source)
    chosen = slice(0, settings.every * settings.lines, settings.every)
    references = {}
    for target, path in settings.references.items():
        lines = _lines(path)
        if len(lines) != len(source):
            raise UnequalLinesError(settings.source, len(source), path, len(lines))
        references[target] = tuple(lines[chosen])
    return DevelopmentSet(tuple(source[chosen]), references)


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise MissingFileError(path, "development set")
    return path.read_text(encoding="utf-8").removesuffix("\n").split("\n")


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
        longest = int(lengths[group].max())
        ids = np.full((len(group), longest), vocabulary.pad, np.int64)
        for row, index in zip(ids, group, strict=True):
            row[: lengths[index]] = source[index]
        written = network.generate(
            input_ids=torch.from_numpy(ids),
            attention_mask=torch.from_numpy(ids != vocabulary.pad),
            num_beams=1,
            do_sample=False,
            max_new_tokens=min(
                int(longest * _GROWTH) + _SLACK, int(model.config.max_position_embeddings) - 1
            ),
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
