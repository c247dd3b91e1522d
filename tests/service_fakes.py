"""Small stand-ins for engines and encoders, written out in full: what they do is plain to see."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

from models.catalog import Catalog, Entry, Kind, Origin
from models.errors import CheckpointMissingError, UnknownCheckpointError
from models.translation import Translation
from service import cli
from service.acceptance import Limits
from service.engines import Engines
from service.pipeline import Pipeline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from models.encoder import Encoder
    from models.translation import Translator
    from service.batcher import Batcher
    from service.engines import Layers
    from service.observer import Observer


def shout(text: str) -> str:
    """A translation that keeps every character recognisable."""
    return text.upper()


class FakeTranslator:
    """Puts a function in the place of a checkpoint; remembers what it was asked."""

    def __init__(
        self, translate: Callable[[str], str] = shout, targets: tuple[str, ...] = ("es", "ru")
    ) -> None:
        self.checkpoint_id = "starter"
        self.targets = targets
        self.signature = "starter|fake"
        self.asked: list[str] = []
        self._translate = translate

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        self.asked += sentences
        return [Translation(self._translate(sentence), -0.5) for sentence in sentences]


class ManyTranslator(FakeTranslator):
    """Has further translations of everything: the first one with so many exclamation marks behind it."""

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        self.asked += sentences
        return [
            [Translation(self._translate(sentence) + "!" * rank, -0.5 - rank) for rank in range(most)]
            for sentence in sentences
        ]


class LetterEncoder:
    """Vectors of letter counts, case folded: a sentence and its shouted translation are the same."""

    encoder_id = "letters"

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors = np.zeros((len(sentences), 64), np.float32)
        for row, sentence in enumerate(sentences):
            for word in sentence.lower().split():
                vectors[row, zlib.crc32(word.encode()) % 64] += 1
        vectors[:, 0] += 1e-3
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def fake_pipeline(
    translator: FakeTranslator | None = None,
    *,
    limits: Limits | None = None,
    languages: Sequence[str] = ("en", "es", "ru"),
    encoder: Encoder | None = None,
    identify: Callable[[str], str | None] | None = None,
    observer: Observer | None = None,
) -> Pipeline:
    """Return a pipeline of fakes that knows "starter", and "opus-mt-en-es" as one that is not there."""
    chosen = translator or FakeTranslator()
    return Pipeline(
        fake_engines(chosen),
        encoder or LetterEncoder(),
        languages,
        limits or Limits(100_000, 500),
        "0.0",
        identify,
        observer,
    )


def fake_engines(
    translator: Translator,
    batching: Callable[[Translator], Batcher] | None = None,
    layers: Layers | None = None,
) -> Engines:
    """Return engines that have "starter", and know "opus-mt-en-es" as one that is not there."""
    entries = tuple(
        Entry(name, Kind.TRANSLATOR, "", Origin.SHIPPED, quality, "en", dict.fromkeys(translator.targets, ""))
        for name, quality in (("starter", "starter"), ("opus-mt-en-es", "fast"))
    )

    def load(checkpoint_id: str) -> Translator:
        if checkpoint_id == "opus-mt-en-es":
            raise CheckpointMissingError(checkpoint_id, f"triptych models pull {checkpoint_id}")
        if checkpoint_id != "starter":
            raise UnknownCheckpointError(checkpoint_id, ["starter", "opus-mt-en-es"])
        return translator

    return Engines(load, lambda: entries[:1], Catalog(entries), batching=batching, layers=layers)


def run_cli(*arguments: object) -> int:
    """Run the command line in this process; return its exit code."""
    try:
        cli.main([str(argument) for argument in arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0
