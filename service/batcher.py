"""Sentences of all requests through one checkpoint, in batches.

A thread or two feed the engine. While a batch is translated, what arrives waits in a queue bounded in
sentences; the next batch is made of what waits then, some of every request (`service.rotation`), so nothing
waits for a batch to fill. With two threads the engine does not stand idle while sentences are cut into
pieces and results are looked at. A translation depends on its sentence alone (see `models.engine.Engine`), so
that it is the same whatever it is batched with.

Leaves out: a batch in the engine is not interrupted; work cancelled then is dropped after it.
"""

from __future__ import annotations

import time
from threading import Condition, Thread
from typing import TYPE_CHECKING

from models.attention import attention_of
from models.errors import UnsupportedTargetError
from models.nbest import n_best_of
from service.errors import OverloadedError, StoppingError
from service.observer import Unobserved
from service.rotation import Request, Rotation
from service.wrapped import Wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from models.attention import Attention
    from models.translation import Translation, Translator
    from service.observer import Observer
    from service.rotation import Unit
    from service.turns import Turns
    from service.work import Work


class Batcher:
    """Feeds one translator with the sentences of many threads.

    `turns` is shared by all batchers and lets as many engines run at once as there are cores for. The queue
    holds `capacity` sentences, and any request when it is empty. A batch has up to `sentences` sentences and
    `characters` characters, `share` sentences of each request before any gives more; `lanes` batches are in
    work at once.
    """

    def __init__(
        self,
        translator: Translator,
        turns: Turns,
        *,
        capacity: int = 20_000,
        sentences: int = 64,
        characters: int = 6_000,
        share: int = 8,
        lanes: int = 1,
        clock: Callable[[], float] = time.monotonic,
        observer: Observer | None = None,
    ) -> None:
        self.translator = translator
        self._turns = turns
        self._capacity = capacity
        self._sentences = sentences
        self._characters = characters
        self._clock = clock
        self._observer = observer or Unobserved()
        self._rotation = Rotation(share)
        self._changed = Condition()
        self._lanes = lanes
        self._threads: list[Thread] = []
        self._closed = False

    def bound(self, work: Work) -> Translator:
        """Return the translator as one piece of work sees it."""
        return BatchedTranslator(self, work)

    def translate(self, sentences: Sequence[str], target: str, work: Work) -> list[Translation]:
        """Translate sentences, one result for each in order, repeated ones once.

        Raises UnsupportedTargetError, OverloadedError, DeadlineError, CancelledError or StoppingError.
        """
        if target not in self.translator.targets:
            raise UnsupportedTargetError(self.translator.checkpoint_id, target, self.translator.targets)
        distinct = list(dict.fromkeys(sentences))
        if not distinct:
            return []
        with self._changed:
            request = self._admit(distinct, target, work)
            self._changed.notify_all()
        request.done.wait()
        if request.problem is not None:
            raise request.problem
        results = {unit.sentence: unit.result for unit in request.units}
        return [result for sentence in sentences if (result := results[sentence]) is not None]

    def attention(self, pairs: Sequence[tuple[str, str]], target: str) -> list[Attention | None]:
        """Return the attention of (sentence, translation) pairs, in turn with the batches."""
        found: list[Attention | None] = []
        for start in range(0, len(pairs), self._sentences):
            with self._turns.turn(self):
                found += attention_of(self.translator, pairs[start : start + self._sentences], target=target)
        return found

    def n_best(self, sentences: Sequence[str], target: str, most: int, work: Work) -> list[list[Translation]]:
        """Return up to `most` translations of each sentence, in turn with the batches.

        A turn takes about as long as one of theirs. Raises UnsupportedTargetError, DeadlineError or
        CancelledError.
        """
        found: list[list[Translation]] = []
        size = max(self._sentences // most, 1)
        for start in range(0, len(sentences), size):
            with self._turns.turn(self):
                if (problem := work.problem(self._clock())) is not None:
                    raise problem
                part = sentences[start : start + size]
                found += n_best_of(self.translator, part, target=target, most=most)
        return found

    def close(self) -> None:
        """Take no more work, and return when what was taken is done."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            threads = list(self._threads)
        for thread in threads:
            thread.join()

    def _admit(self, sentences: Sequence[str], target: str, work: Work) -> Request:
        """Put a request's sentences into the queue; the lock is held."""
        if self._closed:
            raise StoppingError
        now = self._clock()
        if (problem := work.problem(now)) is not None:
            raise problem
        waiting = self._rotation.waiting
        new = self._rotation.unseen(sentences, target)
        if waiting and waiting + new > self._capacity and not work.admitted.is_set():
            self._observer.refused(self.translator.checkpoint_id, len(sentences))
            raise OverloadedError("sentences", waiting, self._capacity)
        work.admitted.set()
        if not self._threads:
            name = self.translator.checkpoint_id
            self._threads = [Thread(target=self._serve, name=name, daemon=True) for _ in range(self._lanes)]
            for thread in self._threads:
                thread.start()
        request = self._rotation.add(sentences, target, work, now)
        if new < len(sentences):
            self._observer.shared(self.translator.checkpoint_id, len(sentences) - new)
        self._observer.queued(self.translator.checkpoint_id, self._rotation.waiting)
        return request

    def _serve(self) -> None:
        while self._wait():
            with self._turns.turn(self):
                if batch := self._take():
                    self._run(batch)

    def _wait(self) -> bool:
        """Wait until a sentence waits; False when none will any more."""
        with self._changed:
            while not self._rotation.waiting:
                if self._closed:
                    return False
                self._changed.wait()
            return True

    def _take(self) -> list[Unit]:
        name = self.translator.checkpoint_id
        with self._changed:
            now = self._clock()
            if dropped := self._rotation.drop(now):
                self._observer.dropped(name, dropped)
            batch = self._rotation.take(self._sentences, self._characters)
            self._observer.queued(name, self._rotation.waiting)
        if batch:
            self._observer.started(name, [now - unit.since for unit in batch])
        return batch

    def _run(self, batch: Sequence[Unit]) -> None:
        """Translate a batch; should it fail, each sentence by itself, so that only the guilty one does."""
        began = self._clock()
        with self._changed:
            requests = len({request for unit in batch for request in unit.claims})
        try:
            self._translate(batch)
        except Exception:  # noqa: BLE001  # whatever it is, those who wait hear of it below
            for unit in batch:
                if unit.result is None and unit.claims:
                    self._run_alone(unit)
        self._observer.translated(
            self.translator.checkpoint_id,
            sentences=len(batch),
            characters=sum(len(unit.sentence) for unit in batch),
            requests=requests,
            seconds=self._clock() - began,
        )

    def _run_alone(self, unit: Unit) -> None:
        try:
            self._translate([unit])
        except Exception as problem:  # noqa: BLE001  # those who wait for it raise it
            with self._changed:
                self._rotation.spoil(unit, problem)

    def _translate(self, batch: Sequence[Unit]) -> None:
        found = self.translator.translate([unit.sentence for unit in batch], target=batch[0].target)
        with self._changed:
            for unit, result in zip(batch, found, strict=True):
                self._rotation.settle(unit, result)


class BatchedTranslator(Wrapped):
    """One piece of work's view of a batcher."""

    def __init__(self, batcher: Batcher, work: Work) -> None:
        super().__init__(batcher.translator)
        self._batcher = batcher
        self._work = work

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order; raises as `Batcher.translate` does."""
        return self._batcher.translate(sentences, target, self._work)

    def attention(self, pairs: Sequence[tuple[str, str]], *, target: str) -> list[Attention | None]:
        """Return what the translator inside tells of its attention, in turn with the batches."""
        return self._batcher.attention(pairs, target)

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        """Return up to `most` translations of each sentence; raises as `Batcher.n_best` does."""
        return self._batcher.n_best(sentences, target, most, self._work)
