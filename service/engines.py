"""The translators a pipeline can use, loaded when first asked for and kept."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from models.errors import UnsupportedTargetError
from service.errors import LanguageError
from service.glossary import NO_TERMS
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.translation import Translator
    from service.batcher import Batcher
    from service.glossary import Glossary

    Layers = Callable[[Translator, Glossary], Translator]


class Engines:
    """Translators by checkpoint id, and which of them serves a language.

    `preferred` names checkpoints in order of preference; `load` loads one, raising a ModelError where it
    cannot. `batching` makes the batcher of a loaded one, and `layers` puts round it what works on sentences
    before they reach it: a glossary, a memory. Without them a translator is used as it is.
    """

    def __init__(
        self,
        load: Callable[[str], Translator],
        preferred: Sequence[str],
        batching: Callable[[Translator], Batcher] | None = None,
        layers: Layers | None = None,
    ) -> None:
        self._load = load
        self._preferred = tuple(preferred)
        self._batching = batching
        self._layers = layers
        self._loaded: dict[str, Translator] = {}
        self._batchers: dict[str, Batcher] = {}
        self._lock = Lock()

    def load_preferred(self) -> None:
        """Load every preferred checkpoint now, so that no request waits for it."""
        for checkpoint_id in self._preferred:
            self._translator(checkpoint_id)

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages the preferred checkpoints translate into, in their order."""
        return tuple(
            dict.fromkeys(target for name in self._preferred for target in self._translator(name).targets)
        )

    @property
    def loaded(self) -> tuple[str, ...]:
        """The ids of the checkpoints in memory."""
        return tuple(self._loaded)

    def translator(self, target: str, checkpoint_id: str | None = None) -> Translator:
        """Return the translator into a language: the one named, else the first preferred one that has it.

        Raises LanguageError, UnsupportedTargetError, or what loading raises (UnknownCheckpointError,
        CheckpointMissingError, CheckpointDamagedError).
        """
        if checkpoint_id is not None:
            translator = self._translator(checkpoint_id)
            if target not in translator.targets:
                raise UnsupportedTargetError(checkpoint_id, target, translator.targets)
            return translator
        for name in self._preferred:
            translator = self._translator(name)
            if target in translator.targets:
                return translator
        raise LanguageError(target, self.targets, "translation")

    def bound(
        self,
        target: str,
        checkpoint_id: str | None = None,
        work: Work | None = None,
        glossary: Glossary = NO_TERMS,
    ) -> Translator:
        """Return the translator that `translator` does as one piece of work sees it: batched, with its terms.

        Raises as `translator` does; the result's `translate` as `Batcher.translate` and the layers do.
        """
        translator = self.translator(target, checkpoint_id)
        if self._batching is not None:
            translator = self._batcher(translator, self._batching).bound(work or Work())
        return self._layers(translator, glossary) if self._layers is not None else translator

    def close(self) -> None:
        """Finish what is in work and take no more."""
        with self._lock:
            batchers = list(self._batchers.values())
        for batcher in batchers:
            batcher.close()

    def _batcher(self, translator: Translator, batching: Callable[[Translator], Batcher]) -> Batcher:
        with self._lock:
            if translator.checkpoint_id not in self._batchers:
                self._batchers[translator.checkpoint_id] = batching(translator)
            return self._batchers[translator.checkpoint_id]

    def _translator(self, checkpoint_id: str) -> Translator:
        with self._lock:  # two requests at once load it once
            if checkpoint_id not in self._loaded:
                self._loaded[checkpoint_id] = self._load(checkpoint_id)
            return self._loaded[checkpoint_id]
