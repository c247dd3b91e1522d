"""One article of a job: what is to be done with it, how that is kept, and doing it."""

from __future__ import annotations

import hashlib
import json
import zlib
from base64 import b64decode, b64encode
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Unpack

from service.article import Format
from service.documents import article_of_file
from service.errors import ArticleError
from service.formats import decoded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Article
    from service.options import Options
    from service.result import Aligned
    from service.work import Work

_PACKAGES = frozenset({Format.DOCX, Format.ODT, Format.PDF})  # whose text is not what lies in the file


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


@dataclass(frozen=True, slots=True)
class Bundle:
    """The tasks of a job as they are kept, in order; equal digests are equal tasks."""

    names: tuple[str, ...]
    contents: tuple[bytes, ...]
    digest: str


class Works(Protocol):
    """What a pipeline does with articles (`service.pipeline.Pipeline`)."""

    def translate(self, article: Article, targets: Sequence[str], **options: Unpack[Options]) -> Aligned:
        """Translate an article."""

    def align(self, versions: Sequence[Article]) -> Aligned:
        """Align versions."""

    def compare(
        self,
        articles: Sequence[Article],
        translate_missing: Sequence[str] = (),
        **options: Unpack[Options],
    ) -> Aligned:
        """Compare versions."""


def done(task: Task, pipeline: Works, work: Work) -> Aligned:
    """Do what a task asks for; raises whatever reading its documents or the pipeline raises.

    Where `work` is cancelled, what is to be translated and has not reached an engine ends it with a
    CancelledError.
    """
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
        return pipeline.translate(articles[0], task.targets, model=task.model, work=work)
    if task.kind is Kind.ALIGN:
        return pipeline.align(articles)
    return pipeline.compare(articles, task.targets, model=task.model, work=work)


def characters_of(task: Task) -> int:
    """Return how many characters a task counts for; documents that cannot be read count for none.

    A text counts as it was sent, a docx, odt or PDF file by the text in it.
    """
    count = 0
    for document in task.documents:
        with suppress(ArticleError):
            if document.format in _PACKAGES:
                count += len(article_of_file(document.content, document.format, document.language, "").text)
            else:
                count += len(decoded(document.content, ""))
    return count


def bundled(tasks: Sequence[Task]) -> Bundle:
    """Return tasks as they are kept."""
    contents = tuple(packed(task) for task in tasks)
    digests = b"".join(hashlib.sha256(content).digest() for content in contents)
    return Bundle(tuple(task.id for task in tasks), contents, hashlib.sha256(digests).hexdigest())


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
