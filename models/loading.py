"""Ready-made translators and encoders by catalog id: the one place that puts their parts together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.catalog import Kind, read_catalog
from models.decoding import DecodingSettings
from models.errors import CheckpointInvalidError, EncoderMissingError, UnknownCheckpointError
from models.guarded import GuardedTranslator
from models.store import Store, default_store
from models.tokenizer import load_tokenizer
from models.translator import Checkpoint, MarianTranslator
from models.use import load_use_encoder

if TYPE_CHECKING:
    from models.encoder import Encoder
    from models.translation import Translator


def load_translator(
    checkpoint_id: str = "starter",
    *,
    store: Store | None = None,
    device: str = "auto",
    settings: DecodingSettings | None = None,
    threads: int | None = None,
) -> Translator:
    """Load a checkpoint of the store, guarded.

    `device` is "auto" (a GPU where there is one), "cpu" or "cuda"; `threads` are the processor's (None: as
    many as the engine takes by itself). Raises UnknownCheckpointError, CheckpointMissingError,
    CheckpointDamagedError, CheckpointInvalidError, DeviceError.
    """
    from models.marian import load_torch_engine

    store = store or default_store()
    settings = settings or DecodingSettings()
    manifest = store.verify(checkpoint_id)
    folder = store.folder(checkpoint_id)
    entry = store.catalog[checkpoint_id]
    tokenizer = load_tokenizer(folder, normalise=entry.normalise)
    for tag in filter(None, entry.targets.values()):
        if tag not in tokenizer.tags:
            raise CheckpointInvalidError(folder, f"its vocabulary has no {tag}")
    engine = load_torch_engine(folder, device=device, threads=threads)
    # Training lengths are known for few checkpoints; with half the positions an output may be twice as long.
    limit = entry.sentence_limit or engine.positions // 2 - 8
    checkpoint = Checkpoint(checkpoint_id, manifest.revision, entry.targets, limit)
    translator = MarianTranslator(checkpoint, tokenizer, engine, settings)
    return GuardedTranslator(translator, translator.with_settings(settings.against_loops()))


def load_encoder(encoder_id: str = "use", *, threads: int = 1) -> Encoder:
    """Load an encoder; raise UnknownCheckpointError, EncoderMissingError."""
    encoders = read_catalog().of_kind(Kind.ENCODER)
    if encoder_id not in {entry.id for entry in encoders}:
        raise UnknownCheckpointError(encoder_id, [entry.id for entry in encoders])
    if encoder_id != "use":
        raise EncoderMissingError(encoder_id, f"triptych models pull {encoder_id}")
    return load_use_encoder(threads=threads)
