"""What a run would do and about how long it would take, told by aligning a few of its documents."""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from bulk.task import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk.aligning import DocumentAligner
    from bulk.document import Document
    from bulk.readers import Reader

_STRETCH: Final = 2_000  # documents that the sample is taken from
_SAMPLE: Final = 12
_SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """Documents in all, those aligned to tell (and of them failed), and the seconds one takes a worker."""

    documents: int
    sampled: int
    failed: int
    seconds: float

    def wall_seconds(self, workers: int) -> float:
        """Return about how long the run would take with so many workers, each with a core of its own."""
        return self.documents * self.seconds / workers


def estimate(reader: Reader, align: DocumentAligner) -> Estimate:
    """Count the documents, align some that lie evenly over the first 2,000, and say what that tells.

    The first of the sample is aligned twice, as whatever is loaded late is loaded then.
    """
    documents = reader.documents()
    first = list(islice(documents, _STRETCH))
    counted = reader.count()
    total = counted if counted is not None else len(first) + sum(1 for _ in documents)
    sample = _evenly(first)
    if not sample:
        return Estimate(total, 0, 0, 0.0)
    align(Task(0, sample[0], b""))
    began = time.perf_counter()
    sampled = failed = 0
    for document in sample:
        failed += bool(align(Task(0, document, b"")).reason)
        sampled += 1
        if time.perf_counter() - began > _SECONDS:
            break
    return Estimate(total, sampled, failed, (time.perf_counter() - began) / sampled)


def _evenly(documents: Sequence[Document]) -> list[Document]:
    step = max(len(documents) / _SAMPLE, 1.0)
    return [documents[int(index * step)] for index in range(min(_SAMPLE, len(documents)))]
