"""The results of a job, given out as they are read from the database: never all of them in memory."""

from __future__ import annotations

import json
import tempfile
import zipfile
import zlib
from importlib.resources import files
from typing import IO, TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined
from lxml import etree

from service.formats import EXTENSIONS
from service.jobs.job import State
from service.render.html import render_html
from service.render.json_form import AlignedOut, aligned_out
from service.render.restored import machine_documents, restored
from service.render.tmx import tmx_header, tmx_units
from service.render.tool import TOOL, tool_version

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from service.jobs.job import Outcome
    from service.result import Aligned

_IN_MEMORY: Final = 16_000_000  # bytes of an archive before it goes to the disk
_CHUNK: Final = 256 * 1024


def pack_result(aligned: Aligned) -> bytes:
    """Return a result as it is kept: its JSON, compressed."""
    return zlib.compress(aligned_out(aligned).model_dump_json(exclude_none=True).encode())


def unpack_result(content: bytes) -> AlignedOut:
    """Return the result that was kept."""
    return AlignedOut.model_validate_json(zlib.decompress(content))


def ndjson(outcomes: Iterable[Outcome]) -> Iterator[bytes]:
    """Yield a JSON line for each article: its id, number, state, and `result` or `problem`."""
    for outcome in outcomes:
        head = json.dumps({"id": outcome.name, "number": outcome.number, "state": outcome.state})
        if outcome.result is not None:
            more = ', "result": ' + zlib.decompress(outcome.result).decode()
        else:
            more = f', "problem": {outcome.problem}' if outcome.problem is not None else ""
        yield f"{head[:-1]}{more}}}\n".encode()


def tmx(outcomes: Iterable[Outcome]) -> Iterator[bytes]:
    """Yield one TMX document with the units of all articles, their ids before those of the rows."""
    header = tmx_header(None, f"{TOOL}:{tool_version()}")
    yield b"<?xml version='1.0' encoding='UTF-8'?>\n<tmx version=\"1.4\">\n  "
    yield etree.tostring(header, encoding="utf-8") + b"\n  <body>\n"
    for outcome in outcomes:
        if outcome.result is not None:
            for unit in tmx_units(restored(unpack_result(outcome.result)), f"{outcome.name}/"):
                yield b"    " + etree.tostring(unit, encoding="utf-8") + b"\n"
    yield b"  </body>\n</tmx>\n"


def index(outcomes: Iterable[Outcome], link: str) -> str:
    """Return a page that lists the articles; `link` is where one is, with {number} for its number."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = (files("service") / "templates" / "job.html").read_text(encoding="utf-8")
    rows = [
        (
            outcome.name,
            outcome.state,
            link.format(number=outcome.number) if outcome.state is State.DONE else "",
            json.loads(outcome.problem)["detail"] if outcome.problem else "",
        )
        for outcome in outcomes
    ]
    return environment.from_string(source).render(rows=rows)


def archive(outcomes: Iterable[Outcome]) -> Iterator[bytes]:
    """Yield a zip: index.html, a side-by-side page an article, and the machine-made documents."""
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as file:
        _write_archive(file, outcomes)
        file.seek(0)
        while chunk := file.read(_CHUNK):
            yield chunk


def _write_archive(file: IO[bytes], outcomes: Iterable[Outcome]) -> None:
    extensions = {format: extension for extension, format in reversed(list(EXTENSIONS.items()))}
    listed = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
        for outcome in outcomes:
            stem = f"{outcome.number:05}"
            if outcome.result is not None:
                result = unpack_result(outcome.result)
                _add(out, f"pages/{stem}.html", render_html(restored(result)).encode())
                for language, (format, content) in machine_documents(result).items():
                    _add(out, f"documents/{stem}.{language}{extensions[format]}", content)
            listed.append(_without_result(outcome))
        _add(out, "index.html", index(listed, "pages/{number:05}.html").encode())


def _add(out: zipfile.ZipFile, name: str, content: bytes) -> None:
    out.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)  # without the time: same bytes


def _without_result(outcome: Outcome) -> Outcome:
    return type(outcome)(outcome.number, outcome.name, outcome.state, outcome.sequence, None, outcome.problem)
