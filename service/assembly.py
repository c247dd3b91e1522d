"""Where a pipeline is put together from settings: checkpoints, engines, encoder, memory, terms.

It knows no web framework: the command line and bulk workers need none. What the HTTP service has besides is
put together in `service.keeping` and `service.app`.
"""

from __future__ import annotations

import logging
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from alignment.lexical import LexicalEncoder
from models.cached import CachedEncoder, MemoryVectors
from models.cores import physical_cores
from models.decoding import DecodingSettings
from models.loading import load_encoder, load_translator
from models.store import Store, default_store
from service.acceptance import Limits
from service.batcher import Batcher
from service.detect import LangidDetector, surely
from service.engines import Engines
from service.errors import MemoryFileError
from service.glossary import read_glossaries
from service.glossed import GlossaryTranslator
from service.memory.database import Memory
from service.memory.remembering import RememberingTranslator
from service.pipeline import Pipeline
from service.turns import SharedEncoder, Turns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.catalog import Entry
    from models.encoder import Encoder
    from models.translation import Translator
    from service.config import Settings
    from service.glossary import Glossary
    from service.observer import Observer

_LOG = logging.getLogger("triptych")
_LANES = 2  # batches of a checkpoint in work: one in the engine, one before or after it
# What USE-multilingual was trained on (Yang et al. 2020, section 3).
LANGUAGES = ("en", "es", "ru", "ar", "de", "fr", "it", "ja", "ko", "nl", "pl", "pt", "th", "tr", "zh")


def release() -> str:
    """Return the version of Triptych that is installed."""
    try:
        return version("triptych")
    except PackageNotFoundError:
        return "unknown"


def build_store(settings: Settings) -> Store:
    """Return the store of checkpoints that the settings name."""
    return default_store(settings.store)


def build_pipeline(
    settings: Settings, observer: Observer | None = None, *, encoder: Encoder | None = None
) -> Pipeline:
    """Build the pipeline that the settings describe; engines load at first use, the encoder at once.

    `observer` is told of the batches and of what the memory knows; `encoder`, where given, takes the place of
    the one that the settings name. Raises MemoryFileError, or a ModelError when the encoder cannot be had.
    """
    store = build_store(settings)
    cores = physical_cores()
    threads = settings.threads or cores

    def load(checkpoint_id: str) -> Translator:
        return load_translator(
            checkpoint_id,
            store=store,
            device=settings.device,
            engine=settings.engine,
            settings=DecodingSettings(beams=settings.beams),
            threads=threads,
            count=partial(observer.generated, checkpoint_id) if observer else None,
        )

    turns = Turns(max(cores // threads, 1))
    memory = build_memory(settings)
    encoder = encoder or build_encoder(settings, store)

    def candidates() -> Sequence[Entry]:
        if settings.models:
            return [store.translator(checkpoint_id) for checkpoint_id in settings.models]
        return [item.entry for item in store.installed()]

    def batching(translator: Translator) -> Batcher:
        return Batcher(translator, turns, capacity=settings.queue, lanes=_LANES, observer=observer)

    def layers(translator: Translator, glossary: Glossary) -> Translator:
        if glossary:
            translator = GlossaryTranslator(translator, glossary, encoder)
        return RememberingTranslator(translator, memory, release(), observer) if memory else translator

    quality = None if settings.models else settings.quality
    return Pipeline(
        Engines(load, candidates, store.catalog, quality, batching, layers),
        encoder,
        LANGUAGES,
        Limits(settings.max_characters, settings.max_sentences),
        release(),
        partial(surely, LangidDetector(LANGUAGES)),
        observer,
    )


def build_encoder(settings: Settings, store: Store) -> Encoder:
    """Return the encoder that the settings name, for many threads, its vectors kept in memory by content.

    Raises a ModelError when the encoder cannot be had.
    """
    encoder = bare_encoder(settings, store)
    if isinstance(encoder, LexicalEncoder):
        return encoder
    return CachedEncoder(SharedEncoder(encoder, Turns()), MemoryVectors())


def bare_encoder(settings: Settings, store: Store) -> Encoder:
    """Return the encoder that the settings name, for one thread; "none" is lengths and anchors alone.

    Raises a ModelError when the encoder cannot be had.
    """
    if settings.encoder == LexicalEncoder.encoder_id:
        return LexicalEncoder()
    return load_encoder(settings.encoder, store=store, device=settings.device)


def build_memory(settings: Settings) -> Memory | None:
    """Return the translation memory that the settings name, None if they want none.

    Raises MemoryFileError. Where none is named and the store cannot be written to, there is none.
    """
    if settings.memory == Path("off"):
        return None
    path = settings.memory or build_store(settings).root / "memory.db"
    try:
        return Memory(path, settings.memory_units)
    except MemoryFileError as error:
        if settings.memory is None and not path.exists():
            _LOG.warning("there is no translation memory: %s", error.problem)
            return None
        raise


def build_glossaries(settings: Settings) -> dict[str, Glossary]:
    """Return the glossaries that the settings name, by name; raise GlossaryError."""
    return read_glossaries(settings.glossary) if settings.glossary else {}
