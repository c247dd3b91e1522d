#!/usr/bin/env python3
"""Align a corpus: every document's language versions, sentence by sentence.

    python scripts/align_corpus.py INPUT OUTPUT --languages en es ru
    python scripts/align_corpus.py INPUT OUTPUT --languages en es ru --resume

INPUT is one or more folders of ID.LANG.EXT files, JSONL or Parquet manifests, parallel files, TMX, EPUB,
globs or addresses such as s3://; OUTPUT, a folder, gets a folder for each form, failed.jsonl where documents
failed, report.html, and the ledger from which an interrupted run is taken up. See docs/bulk.md.

Exit code: 0 all documents aligned, 1 some failed, 2 bad usage, 3 stopped before the end (a signal, a full
disk); --resume goes on then.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bulk.aligning import build_aligner
from bulk.command import read_command
from bulk.errors import BulkError, RunStoppedError
from bulk.session import STOPPED, dry_run, session

from alignment.errors import AlignmentError
from models.errors import ModelError
from service.errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bulk.engines.engine import Build


def main(arguments: Sequence[str] | None = None, build: Build = build_aligner) -> int:
    """Run the script; what is wrong is one line on standard error."""
    try:
        command = read_command(__doc__ or "", arguments)
        return dry_run(command, build) if command.dry_run else session(command, build)
    except RunStoppedError as error:
        _say(f"{error} What is settled is kept; go on with --resume.")
        return STOPPED
    except (ServiceError, ModelError, AlignmentError, BulkError, OSError) as error:
        _say(str(error))
        return 2


def _say(message: str) -> None:
    print(f"align_corpus.py: {' '.join(message.split())}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
