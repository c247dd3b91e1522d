"""What the routes of the other services' APIs work with, put together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from service.coalesce import Coalescer
from service.compat.documents import DOCUMENT_TABLES, Documents
from service.compat.glossaries import GLOSSARY_TABLES, Glossaries
from service.compat.texts import TextTranslator
from service.database import open_database

if TYPE_CHECKING:
    import anyio
    from anyio.abc import TaskGroup
    from fastapi import Request

    from service.detect import Detector
    from service.pipeline import Pipeline


@dataclass(frozen=True, slots=True)
class Compat:
    """The parts, one of each for all routes."""

    texts: TextTranslator
    flights: Coalescer
    glossaries: Glossaries
    documents: Documents


def build_compat(
    pipeline: Pipeline,
    detector: Detector,
    model_work: anyio.CapacityLimiter,
    database: str,
    tasks: TaskGroup,
) -> Compat:
    """Return the parts; work that nobody waits for runs in `tasks`. Raises DatabaseError."""
    texts = TextTranslator(pipeline, detector, model_work)
    return Compat(
        texts,
        Coalescer(tasks),
        Glossaries(open_database(database, GLOSSARY_TABLES)),
        Documents(
            open_database(database, DOCUMENT_TABLES),
            tasks,
            lambda document: texts.translate_document(
                document.name, document.content, document.source, document.target, document.glossary
            ),
        ),
    )


def parts_of(request: Request) -> Compat:
    """Return the parts that the lifespan built."""
    parts: Compat = request.state.compat
    return parts
