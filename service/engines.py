"""The translators a pipeline can use, loaded when first asked for and kept."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from models.errors import UnsupportedTargetError
from service.errors import LanguageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.translation import Translator


class Engines:
    """Translators by checkpoint id, and which of them serves a language.

    `preferred` names checkpoints in order of preference; `load` loads one, raising a ModelError where it
    cannot.
    """

    def __init__(self, load: Callable[[str], Translator], preferred: Sequence[str]) -> None:
        self._load = load
        self._preferred = tuple(preferred)
        self._loaded: dict[str, Translator] = {}
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

    def serving(self, target: str) -> list[str]:
        """Return the ids of the preferred checkpoints that have a target, in order; raise a ModelError."""
        return [name for name in self._preferred if target in self._translator(name).targets]

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

    def _translator(self, checkpoint_id: str) -> Translator:
        with self._lock:  # two requests at once load it once
            if checkpoint_id not in self._loaded:
                self._loaded[checkpoint_id] = self._load(checkpoint_id)
            return self._loaded[checkpoint_id]
