"""One article of a job: what is to be done with it, how that is kept, and doing it."""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from service.article import Format
from service.documents import article_of_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Article
    from service.result import Aligned


class Kind(StrEnum):
    """What is done with an article."""

    TRANSLATE = "translate"
    ALIGN = "align"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class Document:
    """A version as it was sent: a text in UTF-8, or a file."""

    language: str
    format: Format
    content: bytes


@dataclass(frozen=True, slots=True)
class Task:
    """An article to translate, or versions of one to align or compare.

    `targets` are what it is translated into, or the missing versions that a comparison makes by machine.
    """

    id: str
    kind: Kind
    documents: tuple[Document, ...]
    targets: tuple[str, ...] = ()
    model: str | None = None
    extract: bool = False

    @property
    def size(self) -> int:
        """The bytes of its documents."""
        return sum(len(document.content) for document in self.documents)


class Works(Protocol):
    """What a pipeline does with articles (`service.pipeline.Pipeline`)."""

    def translate(self, article: Article, targets: Sequence[str], *, model: str | None = None) -> Aligned:
        """Translate an article."""

    def align(self, versions: Sequence[Article]) -> Aligned:
        """Align versions."""

    def compare(
        self, articles: Sequence[Article], translate_missing: Sequence[str] = (), *, model: str | None = None
    ) -> Aligned:
        """Compare versions."""


def done(task: Task, pipeline: Works) -> Aligned:
    """Do what a task asks for; raises whatever reading its documents or the pipeline raises."""
    articles = [
        article_of_file(
            document.content,
            document.format,
            document.language,
            f"The {document.language} article",
            extract=task.extract,
        )
        for document in task.documents
    ]
    if task.kind is Kind.TRANSLATE:
        return pipeline.translate(articles[0], task.targets, model=task.model)
    if task.kind is Kind.ALIGN:
        return pipeline.align(articles)
    return pipeline.compare(articles, task.targets, model=task.model)


def packed(task: Task) -> bytes:
    """Return a task as bytes, the same for the same task."""
    content = {
        "id": task.id,
        "kind": task.kind,
        "documents": [
            [document.language, document.format, b64encode(document.content).decode("ascii")]
            for document in task.documents
        ],
        "targets": task.targets,
        "model": task.model,
        "extract": task.extract,
    }
    return zlib.compress(json.dumps(content).encode())


def unpacked(content: bytes) -> Task:
    """Return the task that was packed."""
    found = json.loads(zlib.decompress(content))
    return Task(
        found["id"],
        Kind(found["kind"]),
        tuple(
            Document(language, Format(format), b64decode(body))
            for language, format, body in found["documents"]
        ),
        tuple(found["targets"]),
        found["model"],
        found["extract"],
    )
