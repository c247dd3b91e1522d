"""Runs the script in a forked process again and again, and kills it; a program of its own for its tests.

    python tests/bulk_killing.py CORPUS FOLDER KILLS SEED

What takes seconds to load, the encoder among it, is loaded by an unbroken run before the first fork; else
the script runs as it always does. Prints JSON: how many were killed, how many runs ended, how often --resume
found a shard half written, and how many of the ended runs were not, byte for byte, what an unbroken run
gives.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]

import align_corpus  # noqa: E402
from bulk.aligning import DocumentAligner, build_aligner  # noqa: E402
from bulk.options import RunOptions  # noqa: E402


def main(corpus: str, folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    loaded = build_aligner(RunOptions(("en", "es")))

    def build(options: RunOptions) -> DocumentAligner:
        return loaded

    def run(output: Path, *more: str) -> int:
        options = ["--languages", "en", "es", "--workers", "0", "--shard-documents", "3", "--dedupe"]
        forms = ["--to", "jsonl", "tmx.gz", "parquet"]
        return align_corpus.main([corpus, str(output), *options, *forms, *more, "--log-json"], build)

    def forked(output: Path) -> int:
        child = os.fork()
        if not child:
            os._exit(run(output, "--resume"))
        return child

    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    run(folder / "unbroken")
    began = time.monotonic()
    os.waitpid(forked(folder / "killed"), 0)
    length = time.monotonic() - began
    promised = content(folder / "unbroken")
    killed = ended = half = different = 0
    output = folder / "killed-0"
    while killed < kills or (output / "run.sqlite3").exists():
        half += any((output / ".run").glob("part-*"))
        child = forked(output)
        if killed < kills:
            time.sleep(chance.uniform(0, 0.8) * length)
            os.kill(child, signal.SIGKILL)
        status = os.waitpid(child, 0)[1]
        if os.WIFSIGNALED(status):
            killed += 1
            continue
        ended += 1
        different += os.waitstatus_to_exitcode(status) != 0 or content(output) != promised
        output = folder / f"killed-{ended}"
    print(json.dumps({"killed": killed, "ended": ended, "half": half, "different": different}))


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("run.sqlite3")
    }


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
