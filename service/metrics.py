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
        self._tokens = Counter(
            "triptych_tokens", "Target tokens put out by engines", ("checkpoint",), registry=registry
        )
        self._lookups = Counter(
            "triptych_cache_lookups",
            "Sentences looked up in a cache: the translation memory, the encoder's",
            ("cache", "result"),
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

    def queued(self, checkpoint: str, sentences: int) -> None:
        """Say how many sentences wait for a checkpoint's engine."""
        self._queue.labels(checkpoint).set(sentences)

    def batch(self, checkpoint: str, sentences: int, seconds: float, tokens: int) -> None:
        """Note a batch that an engine has translated."""
        self._batches.labels(checkpoint).observe(sentences)
        self._engine.labels(checkpoint).inc(seconds)
        self._tokens.labels(checkpoint).inc(tokens)

    def looked_up(self, cache: str, *, hits: int, misses: int) -> None:
        """Count sentences that were looked up in a cache."""
        self._lookups.labels(cache, "hit").inc(hits)
        self._lookups.labels(cache, "miss").inc(misses)

    def exposition(self) -> bytes:
        """Return the figures in Prometheus' text form, those of all workers where there are several."""
        registry = self._registry
        if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return generate_latest(registry)
