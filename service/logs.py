"""Logs as JSON lines or plain ones, each with the id of the request it belongs to.

A line never holds an article's text: neither bodies nor query strings are logged, and of an unforeseen error
its type and its place in the code, but not its message, unless `text` allows it.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextvars import ContextVar
from typing import TYPE_CHECKING, Literal

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

if TYPE_CHECKING:
    from types import TracebackType

    Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="-")

# A record's attributes that are not a line's own facts.
_OWN = frozenset({*RESERVED_ATTRS, "message", "asctime", "request_id", "color_message"})


class _WithRequestId(logging.Filter):
    """Puts the request's id on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = REQUEST_ID.get()
        return True


def _place(raised: Raised, *, message: bool) -> str:
    kind, error, place = raised
    if kind is None:
        return ""
    if message:
        return "".join(traceback.format_exception(kind, error, place)).rstrip()
    return "".join(traceback.format_tb(place)) + kind.__name__


class _Json(JsonFormatter):
    def __init__(self, *, text: bool) -> None:
        super().__init__(
            "{asctime}{levelname}{name}{request_id}{message}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger", "message": "event"},
            datefmt="%Y-%m-%dT%H:%M:%S%z",
            json_ensure_ascii=False,
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
        )
        self._text = text

    def formatException(self, ei: Raised) -> str:  # noqa: N802  (the standard library's name)
        return _place(ei, message=self._text)


class _Plain(logging.Formatter):
    def __init__(self, *, text: bool) -> None:
        super().__init__("{asctime} {levelname:7} {request_id} {message}", style="{")
        self._text = text

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        facts = {name: value for name, value in vars(record).items() if name not in _OWN}
        return " ".join([line, *(f"{name}={value}" for name, value in facts.items())])

    def formatException(self, ei: Raised) -> str:  # noqa: N802  (the standard library's name)
        return _place(ei, message=self._text)


def configure_logs(form: Literal["json", "plain"], *, level: str, text: bool) -> None:
    """Send the logs of this process to standard error in the form asked for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json(text=text) if form == "json" else _Plain(text=text))
    handler.addFilter(_WithRequestId())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
