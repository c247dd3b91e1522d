"""The forms aligned versions are given out in, by name: for `--to` and for the Accept header alike."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from service.render.docx import render_docx
from service.render.html import render_html
from service.render.json_form import render_json
from service.render.ndjson import render_ndjson
from service.render.tmx import render_tmx
from service.render.tsv import render_tsv
from service.render.xliff import render_xliffs

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from service.result import Aligned


@dataclass(frozen=True, slots=True)
class Document:
    """A finished file; `language` names the version it is for, None when it holds them all."""

    content: bytes
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """A form: its media type, its files' extension with the dot, and how it is made.

    Most forms give one document; XLIFF gives one for each target language.
    """

    name: str
    media_type: str
    extension: str
    render: Callable[[Aligned], tuple[Document, ...]]

    def file_name(self, stem: str, document: Document) -> str:
        """Return what to call a document's file: "stem.tmx", "stem.es.xlf"."""
        language = f".{document.language}" if document.language else ""
        return f"{stem}{language}{self.extension}"


def _html(aligned: Aligned) -> tuple[Document, ...]:
    return (Document(render_html(aligned).encode()),)


def _json(aligned: Aligned) -> tuple[Document, ...]:
    return (Document(render_json(aligned)),)


def _ndjson(aligned: Aligned) -> tuple[Document, ...]:
    return (Document(render_ndjson(aligned)),)


def _tmx(aligned: Aligned) -> tuple[Document, ...]:
    return (Document(render_tmx(aligned)),)


def _tsv(aligned: Aligned) -> tuple[Document, ...]:
    return (Document(render_tsv(aligned)),)


def _docx(aligned: Aligned) -> tuple[Document, ...]:
    return (Document(render_docx(aligned)),)


def _xliff(aligned: Aligned) -> tuple[Document, ...]:
    return tuple(Document(content, language) for language, content in render_xliffs(aligned).items())


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form("json", "application/json", ".json", _json),
            Form("html", "text/html", ".html", _html),
            Form("ndjson", "application/x-ndjson", ".ndjson", _ndjson),
            Form("tmx", "application/x-tmx+xml", ".tmx", _tmx),
            Form("tsv", "text/tab-separated-values", ".tsv", _tsv),
            Form("xliff", "application/xliff+xml", ".xlf", _xliff),
            Form(
                "docx",
                "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                ".docx",
                _docx,
            ),
        )
    }
)
