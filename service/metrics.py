"""What Prometheus may scrape: counts and times, never a word of a text.

Names follow Prometheus' own rules (base units, `_total` for counters). With several worker processes the
figures of all of them are added up through the folder that PROMETHEUS_MULTIPROC_DIR names, as
prometheus_client does it; `triptych serve` sets it.
"""

from __future__ import annotations

import os

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
_SENTENCES = (1, 2, 4, 8, 16, 32, 64, 128, 256)


class Metrics:
    """The service's own registry and what is in it; several may live in one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        registry = self._registry
        self._requests = Histogram(
            "triptych_request_seconds",
            "From a request's first byte to the answer's last",
            ("method", "route", "status"),
            registry=registry,
            buckets=_SECONDS,
        )
        self._running = Gauge(
            "triptych_requests_running",
            "Requests being answered",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._stages = Histogram(
            "triptych_stage_seconds",
            "Latency of a stage of the pipeline",
            ("stage",),
            registry=registry,
            buckets=_SECONDS,
        )
        self._queue = Gauge(
            "triptych_queue_sentences",
            "Sentences waiting for an engine",
            ("checkpoint",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._waits = Histogram(
            "triptych_queue_seconds",
            "How long sentences have waited for an engine",
            ("checkpoint",),
            registry=registry,
            buckets=_SECONDS,
        )
        self._batches = Histogram(
            "triptych_batch_sentences",
            "Sentences an engine was given at once",
            ("checkpoint",),
            registry=registry,
            buckets=_SENTENCES,
        )
        self._engine = Counter(
            "triptych_engine_seconds", "Time engines have worked", ("checkpoint",), registry=registry
        )
        self._characters = Counter(
            "triptych_characters", "Characters translated by engines", ("checkpoint",), registry=registry
        )
        self._tokens = Counter(
            "triptych_tokens",
            "Tokens that engines have read (source) and written (target)",
            ("checkpoint", "side"),
            registry=registry,
        )
        self._left_out = Counter(
            "triptych_sentences_untranslated",
            "Sentences that no engine had to translate: refused, dropped, or in work already",
            ("checkpoint", "reason"),
            registry=registry,
        )
        self._memory = Counter(
            "triptych_memory_lookups",
            "Sentences looked up in the translation memory",
            ("result",),
            registry=registry,
        )

    def began(self) -> None:
        """Count a request that has come in."""
        self._running.inc()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Note an answer, or a client that has gone (status 499)."""
        self._running.dec()
        self._requests.labels(method, route, str(status)).observe(seconds)

    def stage(self, name: str, seconds: float) -> None:
        """Note how long a stage of the pipeline took."""
        self._stages.labels(name).observe(seconds)

    def queued(self, checkpoint_id: str, sentences: int) -> None:
        """Say how many sentences wait for a checkpoint."""
        self._queue.labels(checkpoint_id).set(sentences)

    def started(self, checkpoint_id: str, waits: list[float]) -> None:
        """Note how long the sentences of a batch have waited."""
        waiting = self._waits.labels(checkpoint_id)
        for seconds in waits:
            waiting.observe(seconds)

    def translated(
        self, checkpoint_id: str, sentences: int, characters: int, requests: int, seconds: float
    ) -> None:
        """Note a batch that an engine has translated."""
        self._batches.labels(checkpoint_id).observe(sentences)
        self._characters.labels(checkpoint_id).inc(characters)
        self._engine.labels(checkpoint_id).inc(seconds)

    def generated(self, checkpoint_id: str, source_tokens: int, target_tokens: int) -> None:
        """Count tokens."""
        self._tokens.labels(checkpoint_id, "source").inc(source_tokens)
        self._tokens.labels(checkpoint_id, "target").inc(target_tokens)

    def refused(self, checkpoint_id: str, sentences: int) -> None:
        """Count sentences for which the queue was too full."""
        self._left_out.labels(checkpoint_id, "refused").inc(sentences)

    def dropped(self, checkpoint_id: str, sentences: int) -> None:
        """Count sentences that nobody wanted any more."""
        self._left_out.labels(checkpoint_id, "dropped").inc(sentences)

    def shared(self, checkpoint_id: str, sentences: int) -> None:
        """Count sentences that were in work already."""
        self._left_out.labels(checkpoint_id, "shared").inc(sentences)

    def recalled(self, approved: int, remembered: int, missing: int) -> None:
        """Count what became of sentences that were looked up in the memory."""
        for result, count in (("approved", approved), ("remembered", remembered), ("missing", missing)):
            self._memory.labels(result).inc(count)

    def exposition(self) -> bytes:
        """Return the figures in Prometheus' text form, those of all workers where there are several."""
        registry = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
