"""Aligners for the tests of engines: made in worker processes, so they must be found by name."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

from bulk.aligning import DocumentAligner
from service_fakes import fake_pipeline

from models.errors import ModelError

if TYPE_CHECKING:
    from bulk.options import RunOptions
    from bulk.task import Outcome, Task


def letters(options: RunOptions) -> DocumentAligner:
    """Align by letters; nothing is loaded."""
    return DocumentAligner(fake_pipeline(), options)


class Mortal(DocumentAligner):
    """Dies at "deadly" documents always, at "once" ones unless the file that they name is there."""

    def __call__(self, task: Task) -> Outcome:
        text = task.document.versions["en"].text or ""
        if text.startswith("deadly"):
            os.kill(os.getpid(), signal.SIGKILL)
        if text.startswith("once ") and not (mark := Path(text.split()[1])).exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__call__(task)


def mortal(options: RunOptions) -> DocumentAligner:
    """Align by letters, and die now and then."""
    return Mortal(fake_pipeline(), options)


def stillborn(options: RunOptions) -> DocumentAligner:
    """Die before being ready."""
    os.kill(os.getpid(), signal.SIGKILL)
    return letters(options)


def unable(options: RunOptions) -> DocumentAligner:
    """Say what is missing."""
    raise ModelError("The encoder is not there; get it.")
