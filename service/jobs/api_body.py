"""What is sent as a job, read from a request: JSON, a JSON line an article, or a form of files."""

# No postponed annotations here: pydantic reads them.
from typing import Any

import anyio.to_thread
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import FormData, UploadFile

from service.config import Settings
from service.errors import LimitError
from service.jobs.errors import MediaTypeError, SubmissionError
from service.jobs.submission import (
    FileIn,
    JobIn,
    Targets,
    checked,
    tasks_of,
    tasks_of_files,
    tasks_of_lines,
)
from service.jobs.task import Kind, Task
from service.requests import Language

_TARGETS: TypeAdapter[list[str]] = TypeAdapter(Targets)
_LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)
_FORM_FIELDS = frozenset({"files", "task", "source", "targets", "model", "extract"})


async def tasks_in(request: Request, targets: list[str]) -> list[Task]:
    """Return the tasks that a request holds; `targets` are for the articles that name none.

    Raises MediaTypeError, SubmissionError, LimitError, FileFormatError or RequestValidationError.
    """
    settings: Settings = request.state.settings
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind == "multipart/form-data":
        tasks = await _files(request, settings)
    else:
        body = await request.body()
        tasks = await anyio.to_thread.run_sync(_texts, kind, body, targets)
    return list(checked(tasks, max_articles=settings.max_job_articles, max_bytes=settings.max_bytes))


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """Return a JSON schema with its references replaced by what they refer to."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {key: _inlined(value, definitions) for key, value in schema.items() if key != "$defs"}


_JOB_SCHEMA = JobIn.model_json_schema()
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "application/json": {"schema": _inlined(_JOB_SCHEMA, _JOB_SCHEMA["$defs"])},
        "application/x-ndjson": {
            "schema": {"type": "string"},
            "example": '{"id": "rain", "text": "Rain fell all night.", "targets": ["es"]}\n',
        },
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["files"],
                "properties": {
                    "files": {"type": "array", "items": {"type": "string", "format": "binary"}},
                    "task": {"type": "string", "enum": [kind.value for kind in Kind]},
                    "source": {"type": "string", "default": "en"},
                    "targets": {"type": "array", "items": {"type": "string"}},
                    "model": {"type": "string"},
                    "extract": {"type": "boolean"},
                },
            }
        },
    },
}


def _texts(kind: str, body: bytes, targets: list[str]) -> list[Task]:
    if kind in ("application/x-ndjson", "application/jsonl"):
        return tasks_of_lines(body, targets)
    if kind != "application/json":
        raise MediaTypeError(kind)
    try:
        job = JobIn.model_validate_json(body)
    except ValidationError as error:
        raise _invalid(error, "body") from error
    return tasks_of(job.articles, job.targets or targets, job.model)


async def _files(request: Request, settings: Settings) -> list[Task]:
    """Read the files of a form; every one is held to the usual limit by `checked`."""
    async with request.form(max_files=settings.max_job_articles * 3, max_fields=100) as form:
        unknown = sorted(set(form.keys()) - _FORM_FIELDS)
        if unknown:
            raise SubmissionError(f'The form has a field "{unknown[0][:100]}" that nobody knows.')
        files: list[FileIn] = []
        for item in form.getlist("files"):
            if not isinstance(item, UploadFile) or not item.filename:
                raise SubmissionError("A part named files has no file name; send files.")
            if (item.size or 0) > settings.max_bytes:
                raise LimitError(item.filename, "bytes", item.size, settings.max_bytes)
            files.append(FileIn(name=item.filename, content=await item.read()))
        kind = _field(form, "task") or Kind.TRANSLATE
        if kind not in list(Kind):
            raise SubmissionError(f'The task "{kind[:100]}" is none; there are {", ".join(Kind)}.')
        targets = [
            part.strip()
            for value in form.getlist("targets")
            for part in str(value).split(",")
            if part.strip()
        ]
        try:
            return tasks_of_files(
                files,
                kind=Kind(kind),
                source=_LANGUAGE.validate_python(_field(form, "source") or "en"),
                targets=_TARGETS.validate_python(targets),
                model=_field(form, "model") or None,
                extract=_field(form, "extract").lower() in ("true", "1", "yes", "on"),
            )
        except ValidationError as error:
            raise _invalid(error, "form") from error


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _invalid(error: ValidationError, place: str) -> RequestValidationError:
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return RequestValidationError([{**item, "loc": (place, *item["loc"])} for item in found])
