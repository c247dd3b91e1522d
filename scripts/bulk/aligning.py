"""The one function that every engine runs: a document in, its record or the reason there is none out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from alignment.errors import AlignmentError
from alignment.lexical import LexicalEncoder
from bulk.errors import BulkError
from bulk.filters import sifted
from bulk.language import LangidCheck
from bulk.measured import MeasuredEncoder
from bulk.record import Record
from bulk.task import Outcome, packed
from models.errors import ModelError
from service.assembly import bare_encoder, build_pipeline, build_store
from service.errors import ServiceError

if TYPE_CHECKING:
    from bulk.language import LanguageCheck
    from bulk.options import RunOptions
    from bulk.task import Task
    from service.pipeline import Pipeline


class DocumentAligner:
    """Reads, aligns and sifts documents; never raises for one that is bad."""

    def __init__(
        self,
        pipeline: Pipeline,
        options: RunOptions,
        encoder: MeasuredEncoder | None = None,
        check: LanguageCheck | None = None,
    ) -> None:
        self._pipeline = pipeline
        self._options = options
        self._encoder = encoder
        self._check = check

    def __call__(self, task: Task) -> Outcome:
        """Align one document."""
        began, encoding = time.perf_counter(), self._encoding()
        try:
            sifting = sifted(self._record(task), self._options.filters, self._check)
        except (ServiceError, ModelError, AlignmentError, BulkError) as error:
            return Outcome.failed(task, _line(str(error)), time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001  # one bad document must not lose the run
            reason = f"unforeseen {type(error).__name__}: {_line(str(error))}"
            return Outcome.failed(task, reason, time.perf_counter() - began)
        return Outcome(
            task.number,
            task.document.id,
            task.fingerprint,
            packed(sifting.record),
            dropped=dict(sifting.dropped),
            seconds=time.perf_counter() - began,
            encoding=self._encoding() - encoding,
        )

    def _record(self, task: Task) -> Record:
        document, options = task.document, self._options
        missing = [name for name in options.translate_missing if name not in document.versions]
        articles = document.articles(options.languages, options.settings.max_bytes, least=1 if missing else 2)
        return Record.of(document.id, self._pipeline.compare(articles, missing))

    def _encoding(self) -> float:
        return self._encoder.seconds if self._encoder is not None else 0.0


def build_aligner(options: RunOptions) -> DocumentAligner:
    """Load what aligning needs; raise a ModelError or a BulkError where something cannot be had."""
    bare = bare_encoder(options.settings, build_store(options.settings))
    # The aligner weighs letters otherwise than meanings: it has to see that there is no encoder.
    encoder = None if isinstance(bare, LexicalEncoder) else MeasuredEncoder(bare)
    pipeline = build_pipeline(options.settings, encoder=encoder or bare)
    for language in options.translate_missing:
        pipeline.engines.translator(language)  # before the first document, not at it
    check = LangidCheck() if options.check_language else None
    return DocumentAligner(pipeline, options, encoder, check)


def _line(message: str) -> str:
    return " ".join(message.split())
