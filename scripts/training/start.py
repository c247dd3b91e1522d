"""Beginning or resuming a run: vocabulary, model, optimiser and data, put together."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import torch
from transformers import MarianConfig, MarianMTModel

from models.layout import CONFIG
from training.batches import BatchStream
from training.embedding import sentence_vectors
from training.errors import EmptyCorpusError, RunExistsError
from training.guide import Guide, load_guide
from training.model import embeddings, load_model, marian_config, new_model, padding
from training.optimiser import Optimiser
from training.pool import load_pool, read_pairs
from training.state import Progress, load_state
from training.vocabulary import FILES, Vocabulary, VocabularyFiles, learn, read_files

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt

    from training.config import Config


@dataclass(slots=True)
class Training:
    """The parts of a run in memory; `progress` moves on with every update."""

    model: MarianMTModel
    optimiser: Optimiser
    stream: BatchStream
    vocabulary: Vocabulary
    progress: Progress
    guide: Guide | None = None


def begin(config: Config, init: Path | None) -> Training:
    """Begin a run in `config.run`, from fresh weights or from the Marian folder `init`."""
    run = config.run
    if (run / "state.pt").exists():
        raise RunExistsError(run)
    files = read_files(init) if init else _learnt(config)
    vocabulary = Vocabulary(files, config.vocabulary.tags)
    if init:
        model = load_model(init)
    else:
        model = new_model(marian_config(config.model, vocabulary), config.session.seed)
        if config.model.embedding == "sentences":
            _embed(model, sentence_vectors(files.pieces, config.model.d_model, config.session.seed))
    _keep(run, files, model.config)
    return _assemble(config, model, vocabulary, Progress())


def resume(config: Config) -> Training:
    """Take up the run in `config.run` as it was last saved; raises CheckpointError when there is none."""
    run = config.run
    state = load_state(run)
    vocabulary = Vocabulary(read_files(run / "vocabulary"), config.vocabulary.tags)
    model = MarianMTModel(MarianConfig.from_json_file(run / CONFIG))
    model.load_state_dict(dict(state.weights), strict=False)
    training = _assemble(config, model, vocabulary, state.progress)
    training.optimiser.restore(state.optimiser)
    return training


def _assemble(config: Config, model: MarianMTModel, vocabulary: Vocabulary, progress: Progress) -> Training:
    _set_dropout(model, config.model.dropout)
    # Eager attention can be guided, and in bfloat16 is three times as fast, backward, on a CPU as the fused
    # one.
    if config.optimiser.precision == "bfloat16" or config.guide is not None:
        model.set_attn_implementation("eager")
    model.train()
    pool = load_pool(config.run, config.corpus, vocabulary)
    stream = BatchStream(
        pool,
        pool.weights(config.corpus),
        seed=config.session.seed,
        shard_pairs=config.batches.shard,
        budget=config.batches.budget,
        pad=vocabulary.pad,
        start=int(model.config.decoder_start_token_id),
        longest=config.batches.limit,
    )
    guide = None
    if config.guide is not None and progress.step < config.guide.until:
        pieces, start = int(model.config.vocab_size), int(model.config.decoder_start_token_id)
        guide = load_guide(config.run, pool, pieces, config.guide, vocabulary.pad, start)
    return Training(model, Optimiser(model, config.optimiser), stream, vocabulary, progress, guide)


def _embed(model: MarianMTModel, vectors: npt.NDArray[np.float32]) -> None:
    with torch.no_grad():
        embeddings(model).copy_(torch.from_numpy(vectors))
        embeddings(model)[padding(model)] = 0


def _learnt(config: Config) -> VocabularyFiles:
    """Learn a joint vocabulary of the corpus, or take the one that a run without a state has left."""
    folder = config.run / "vocabulary"
    if all((folder / name).is_file() for name in FILES):
        return read_files(folder)
    pairs = read_pairs(config.corpus)
    first = next(pairs, None)
    if first is None:
        raise EmptyCorpusError([file.path for file in config.corpus.files])
    settings = config.vocabulary
    return learn(
        (side for pair in chain([first], pairs) for side in (pair.source, pair.translation)),
        size=settings.size,
        coverage=settings.character_coverage,
        sample=settings.sample,
        tags=sorted(settings.tags.values()),
    )


def _keep(run: Path, files: VocabularyFiles, shape: MarianConfig) -> None:
    folder = run / "vocabulary"
    folder.mkdir(exist_ok=True)
    files.write(folder)
    beside = run / f"{CONFIG}.tmp"
    beside.write_text(json.dumps(shape.to_dict(), indent=2, sort_keys=True) + "\n", encoding="utf-8")
    beside.replace(run / CONFIG)


def _set_dropout(model: MarianMTModel, share: float) -> None:
    """Set this session's dropout, whatever the model was made with; attention's own stays as it is."""
    model.config.dropout = share
    for module in model.modules():
        if isinstance(getattr(module, "dropout", None), float) and not hasattr(module, "q_proj"):
            module.dropout = share  # type: ignore[assignment]
