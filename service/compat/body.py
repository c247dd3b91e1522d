"""Requests as these APIs take them: JSON or a form, fields in the query as well."""

# No postponed annotations here: pydantic reads the aliases.
import json
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl

from fastapi import Request, UploadFile
from pydantic import BaseModel, BeforeValidator, ValidationError, WithJsonSchema

from service.compat.errors import BodyError

M = TypeVar("M", bound=BaseModel)
_URL_ENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
_MOST_FIELDS = 1_000


def _one_or_more(value: object) -> object:
    return value if isinstance(value, list) else [value]


def _parts(value: object) -> object:
    values = value if isinstance(value, list) else [value]
    texts = [item for item in values if isinstance(item, str)]
    if len(texts) < len(values):
        return values
    return [part.strip() for text in texts for part in text.split(",") if part.strip()]


Texts = Annotated[list[str], BeforeValidator(_one_or_more)]  # one text stands for a list of one
Names = Annotated[list[str], BeforeValidator(_parts)]  # a list, or one string with commas


async def fields_of(request: Request) -> dict[str, Any]:
    """Return a request's fields by name, a list for a name given more than once; raise BodyError.

    A file is an UploadFile. Bodies of other types, and of GET requests that are no form, are not looked at.
    """
    fields = _gathered(list(request.query_params.multi_items()))
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _URL_ENCODED:
        return fields | _gathered(_decoded(await request.body()))
    if kind == _MULTIPART:
        async with request.form() as form:
            return fields | _gathered([(name, await _kept(value)) for name, value in form.multi_items()])
    if kind == "application/json" or kind.endswith("+json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except (ValueError, RecursionError) as error:
            raise BodyError("The body is no JSON.") from error
        if not isinstance(body, dict):
            raise BodyError("The body is no JSON object.")
        return fields | body
    if request.method == "POST" and await request.body():
        raise BodyError(f'The body is of type "{kind[:80]}"; send JSON or a form.')
    return fields


def validated(model: type[M], fields: Mapping[str, Any]) -> M:
    """Return the fields as a model; raise BodyError that names the first that is wrong."""
    try:
        checked = model.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = ".".join(str(part) for part in first["loc"]) or "body"
        raise BodyError(f"{name}: {first['msg']}") from error
    check_unicode(fields)
    return checked


def check_unicode(value: object) -> None:
    """Raise BodyError where a string anywhere inside has half a surrogate pair, which no UTF-8 can hold."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise BodyError(f"A string is no valid Unicode at character {error.start}.") from error
    elif isinstance(value, list):
        for item in value:
            check_unicode(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            check_unicode(item)


def request_body(*kinds: str, model: type[BaseModel]) -> dict[str, Any]:
    """Describe a body for OpenAPI: the same fields in each of the media types."""
    schema = model.model_json_schema()
    content = {
        kind: {"schema": _in_a_form(schema) if kind in (_URL_ENCODED, _MULTIPART) else schema}
        for kind in kinds
    }
    return {"requestBody": {"required": True, "content": content}}


def _in_a_form(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema as a form can fulfil it: a field is not null, and a list has something in it."""
    fields = {}
    for name, field in schema["properties"].items():
        kinds = [kind for kind in field.get("anyOf", []) if kind != {"type": "null"}]
        kinds = [kind | {"minItems": 1} if kind.get("type") == "array" else kind for kind in kinds]
        told = {key: value for key, value in field.items() if key != "anyOf" and value is not None}
        if kinds:
            told |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
        elif told.get("type") == "array":
            told["minItems"] = max(told.get("minItems", 1), 1)
        fields[name] = told
    return schema | {"properties": fields}


class _Upload(BaseModel):
    name: str
    content: bytes


# A file that was uploaded, read into memory.
File = Annotated[_Upload, WithJsonSchema({"type": "string", "format": "binary"})]


async def _kept(value: object) -> object:
    if isinstance(value, UploadFile) or hasattr(value, "filename"):
        upload: Any = value
        return _Upload(name=upload.filename or "", content=await upload.read())
    return value


def _decoded(body: bytes) -> list[tuple[str, Any]]:
    """Return a form's fields, percent-encoded or in plain UTF-8, as `curl -d` sends them; raise BodyError.

    (The framework's own reader takes plain bytes for Latin-1.)
    """
    try:
        text = body.decode()
        return [*parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)]
    except UnicodeDecodeError as error:
        raise BodyError("The form is not UTF-8.") from error
    except ValueError as error:
        raise BodyError(f"The form has more than {_MOST_FIELDS:,} fields.") from error


def _gathered(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return fields
