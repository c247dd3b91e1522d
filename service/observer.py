"""What an onlooker is told of the work that goes on; metrics are made of it."""

from __future__ import annotations

from typing import Protocol


class Observer(Protocol):
    """Told by batchers and memories, from any thread; must return at once and never raise."""

    def queued(self, checkpoint_id: str, sentences: int) -> None:
        """So many sentences wait for a checkpoint now."""

    def started(self, checkpoint_id: str, waits: list[float]) -> None:
        """Sentences go to the engine, after having waited so many seconds each."""

    def translated(
        self, checkpoint_id: str, sentences: int, characters: int, requests: int, seconds: float
    ) -> None:
        """Hear that a batch of so many sentences with so many characters, of so many requests, is done."""

    def generated(self, checkpoint_id: str, source_tokens: int, target_tokens: int) -> None:
        """Hear how many tokens an engine has read and written."""

    def stage(self, name: str, seconds: float) -> None:
        """Hear how long a stage of the pipeline took: "translate", "build", "align", "audit"."""

    def refused(self, checkpoint_id: str, sentences: int) -> None:
        """So many sentences were not taken in: the queue is full."""

    def dropped(self, checkpoint_id: str, sentences: int) -> None:
        """So many sentences left the queue untranslated: cancelled, or too late."""

    def shared(self, checkpoint_id: str, sentences: int) -> None:
        """So many sentences were in work already, and are not translated twice."""

    def recalled(self, approved: int, remembered: int, missing: int) -> None:
        """Of the sentences looked up in the memory, so many were approved, there, and not there."""


class Unobserved:
    """An observer that takes no notice."""

    def queued(self, checkpoint_id: str, sentences: int) -> None:
        """Take no notice."""

    def started(self, checkpoint_id: str, waits: list[float]) -> None:
        """Take no notice."""

    def translated(
        self, checkpoint_id: str, sentences: int, characters: int, requests: int, seconds: float
    ) -> None:
        """Take no notice."""

    def generated(self, checkpoint_id: str, source_tokens: int, target_tokens: int) -> None:
        """Take no notice."""

    def stage(self, name: str, seconds: float) -> None:
        """Take no notice."""

    def refused(self, checkpoint_id: str, sentences: int) -> None:
        """Take no notice."""

    def dropped(self, checkpoint_id: str, sentences: int) -> None:
        """Take no notice."""

    def shared(self, checkpoint_id: str, sentences: int) -> None:
        """Take no notice."""

    def recalled(self, approved: int, remembered: int, missing: int) -> None:
        """Take no notice."""
