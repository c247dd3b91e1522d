from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import pytest

from service.logs import REQUEST_ID, configure_logs

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, factory = list(root.handlers), root.level, logging.getLogRecordFactory()
    logging.setLogRecordFactory(logging.LogRecord)  # Ray, once imported, adds to every record
    yield
    root.handlers[:], root.level = handlers, level
    logging.setLogRecordFactory(factory)


def fail(text: str) -> None:
    raise ValueError(text)


def log_a_failure() -> None:
    try:
        fail("the minister's own words")
    except ValueError:
        logging.getLogger("triptych").exception("unexpected error")


def test_a_json_line_carries_facts_and_the_request_it_belongs_to(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("json", level="info", text=False)
    token = REQUEST_ID.set("r-1")
    logging.getLogger("triptych.request").info("request", extra={"route": "/v1/translate", "status": 200})
    REQUEST_ID.reset(token)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("time")
    assert line == {
        "level": "INFO",
        "logger": "triptych.request",
        "request_id": "r-1",
        "event": "request",
        "route": "/v1/translate",
        "status": 200,
    }


def test_a_plain_line_carries_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("plain", level="info", text=False)
    logging.getLogger("triptych.request").info("request", extra={"status": 200})
    assert capsys.readouterr().err.rstrip().endswith("INFO    - request status=200")


@pytest.mark.parametrize("form", ["json", "plain"])
def test_an_errors_message_is_logged_only_when_asked_for(
    form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logs(form, level="info", text=False)  # type: ignore[arg-type]
    log_a_failure()
    quiet = capsys.readouterr().err
    assert "ValueError" in quiet
    assert "in fail" in quiet
    assert "ValueError: " not in quiet
    configure_logs(form, level="info", text=True)  # type: ignore[arg-type]
    log_a_failure()
    assert "ValueError: the minister's own words" in capsys.readouterr().err


def test_lines_below_the_level_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs("plain", level="warning", text=False)
    logging.getLogger("triptych").info("quiet")
    assert capsys.readouterr().err == ""
