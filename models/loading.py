"""Ready-made translators and encoders by catalog id: the one place that puts their parts together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.catalog import Kind, Origin
from models.decoding import DecodingSettings
from models.errors import CheckpointInvalidError, EngineError
from models.guarded import GuardedTranslator
from models.manifest import read_manifest
from models.store import Store, default_store
from models.tokenizer import load_tokenizer
from models.translator import Checkpoint, MarianTranslator
from models.use import load_use_encoder

if TYPE_CHECKING:
    from pathlib import Path

    from models.encoder import Encoder
    from models.engine import Engine
    from models.translation import Translator
    from models.translator import TokenCount


def load_translator(
    checkpoint_id: str = "starter",
    *,
    store: Store | None = None,
    device: str = "auto",
    engine: str = "auto",
    settings: DecodingSettings | None = None,
    threads: int | None = None,
    count: TokenCount | None = None,
) -> Translator:
    """Load a checkpoint of the store, guarded.

    `device` is "auto" (a GPU where the engine finds one), "cpu" or "cuda"; `engine` is "ctranslate2" (int8 on
    a processor, float16 on a GPU; the checkpoint is converted once), "torch", or "auto": ctranslate2 where it
    is installed and can keep what it converts. `threads` are the processor's (None: its physical cores; never
    more). `count`, where given, is told how many tokens were read and written.

    Raises UnknownCheckpointError, CheckpointMissingError, CheckpointDamagedError, CheckpointInvalidError,
    DeviceError, EngineError.
    """
    store = store or default_store()
    settings = settings or DecodingSettings()
    entry = store.translator(checkpoint_id)
    folder, loaded = _load_engine(store, checkpoint_id, engine, device, threads)
    tokenizer = load_tokenizer(folder, normalise=entry.normalise)
    for tag in filter(None, entry.targets.values()):
        if tag not in tokenizer.tags:
            raise CheckpointInvalidError(folder, f"its vocabulary has no {tag}")
    # Training lengths are known for few checkpoints; with half the positions an output may be twice as long.
    limit = entry.sentence_limit or loaded.positions // 2 - 8
    checkpoint = Checkpoint(checkpoint_id, read_manifest(folder).revision, entry.targets, limit)
    translator = MarianTranslator(checkpoint, tokenizer, loaded, settings, count)
    return GuardedTranslator(
        translator, translator.with_settings(settings.against_loops()), source=entry.source
    )


def _load_engine(
    store: Store, checkpoint_id: str, wanted: str, device: str, threads: int | None
) -> tuple[Path, Engine]:
    """Load an engine, and tell which checked folder it runs: the checkpoint's own or its converted form."""
    if wanted not in ("auto", "ctranslate2", "torch"):
        raise EngineError(wanted, "there are auto, ctranslate2 and torch")
    if wanted != "torch":
        try:
            from models.ctranslate import find_device, load_ctranslate_engine

            place = find_device(device)
            quantization = "float16" if place == "cuda" else "int8"
            folder = store.convert(checkpoint_id, quantization)
            return folder, load_ctranslate_engine(
                folder, quantization=quantization, device=place, threads=threads
            )
        except (ImportError, OSError) as error:
            if wanted == "ctranslate2":
                raise EngineError(wanted, str(error)) from error
    from models.marian import load_torch_engine

    folder = store.open(checkpoint_id)
    heads = store.catalog[checkpoint_id].heads
    return folder, load_torch_engine(folder, device=device, threads=threads, heads=heads)


def load_encoder(
    encoder_id: str = "use", *, store: Store | None = None, device: str = "auto", threads: int = 1
) -> Encoder:
    """Load an encoder: the package's, or one of the store's on a device ("auto", "cpu" or "cuda").

    Raises UnknownCheckpointError, EncoderMissingError, CheckpointMissingError, CheckpointDamagedError,
    CheckpointInvalidError, DeviceError.
    """
    store = store or default_store()
    if store.catalog.one_of(Kind.ENCODER, encoder_id).origin is Origin.PACKAGE:
        return load_use_encoder(threads=threads)
    from models.labse import load_labse_encoder

    return load_labse_encoder(store.open(encoder_id), device=device)
