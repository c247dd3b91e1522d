"""Files over HTTP, version 1: a document's text, for an editor."""

# No postponed annotations here: FastAPI reads them.
from typing import Annotated

import anyio
from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel, Field

from service.article import Format
from service.documents import format_of, plain_document
from service.problems import documented
from service.requests import Language

router = APIRouter()


class DocumentOut(BaseModel):
    """A document as a text that can be edited and sent back."""

    name: str = Field(description="The file's name", examples=["rain.docx"])
    format: Format = Field(description="How `text` is written: Markdown for docx and odt, text for pdf")
    text: str = Field(examples=["# Rain\n\nRain fell all night.\n"])


@router.post(
    "/v1/documents",
    tags=["articles"],
    responses=documented(
        {
            400: "The body is no multipart form",
            413: "The file is over the limit",
            415: "No format that is read has such an extension",
            422: "The file is damaged, encrypted or has no text",
        }
    ),
)
async def read_document(
    file: Annotated[UploadFile, File(description="A .txt, .md, .html, .docx, .odt, .srt or .pdf file")],
    language: Annotated[Language, Form()] = "en",
) -> DocumentOut:
    """Read a document and give its text out: for an editor, or to be translated and aligned as a text."""
    name = " ".join((file.filename or "").split())[-200:]
    format = format_of(name)
    content = await file.read()

    def work() -> tuple[str, Format]:
        return plain_document(content, format, language, name)

    text, written = await anyio.to_thread.run_sync(work)
    return DocumentOut(name=name, format=written, text=text)
