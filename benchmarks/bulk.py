#!/usr/bin/env python3
"""How fast bulk alignment is, what the encoder's share of it is, and how much memory it takes.

    python benchmarks/bulk.py                    2,000 synthetic documents: about 15 minutes on two cores
    python benchmarks/bulk.py --documents 200

Runs scripts/align_corpus.py as anyone would: with one worker and with two, on a quarter of the documents for
memory, and killed half-way and resumed. Seconds are the clock's from the start of the program to its end,
loading included; processor seconds are those of all its processes; memory is the largest process's. Outputs
are compared: they must be the same byte for byte.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

SCRIPTS = Path(__file__).resolve().parent.parent / "scripts"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took: seconds by the clock and the processor, of these in the encoder; MB."""

    name: str
    documents: int
    seconds: float
    processor: float
    encoding: float
    memory: float

    def row(self) -> str:
        """Return a line of the table."""
        share = f"{self.encoding / self.processor:.0%}"
        return (
            f"| {self.name} | {self.documents:,} | {self.seconds:.1f} | {self.documents / self.seconds:.2f} "
            f"| {self.processor:.1f} | {share} | {self.memory:.0f} |"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=2_000, metavar="N")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        corpora = {count: _corpus(folder, count) for count in (args.documents, args.documents // 4)}
        whole = corpora[args.documents]
        one = _run("one worker", whole, folder / "one", args.documents, "--workers", "1")
        two = _run("two workers", whole, folder / "two", args.documents, "--workers", "2")
        part = args.documents // 4
        fewer = _run("two workers", corpora[part], folder / "part", part, "--workers", "2")
        broken = _broken(whole, folder / "broken", two.seconds / 2)
        resumed = _run("resumed", whole, folder / "broken", args.documents, "--workers", "2", "--resume")
        print("| run | documents | seconds | documents/s | processor s | in the encoder | MB |")
        print("|---|---:|---:|---:|---:|---:|---:|")
        for taken in (one, two, fewer, resumed):
            print(taken.row())
        beads, sentences = _counts(folder / "two")
        print(f"\ntwo workers have {one.seconds / two.seconds:.2f} times the throughput of one")
        print(
            f"killed after {broken:.1f} s and resumed: {broken + resumed.seconds - two.seconds:+.1f} s in all"
        )
        print(
            f"{beads:,} beads of {sentences:,} sentences; {two.processor / beads * 1e6 / 3600:.1f}", end=" "
        )
        print("processor hours a million beads")
        same = _content(folder / "one") == _content(folder / "two") == _content(folder / "broken")
        print(f"outputs are {'the same byte for byte' if same else 'NOT THE SAME'}")
    return 0 if same else 1


def _corpus(folder: Path, documents: int) -> Path:
    output = folder / f"corpus-{documents}"
    script = [sys.executable, SCRIPTS / "make_corpus.py", output, "--form", "jsonl", "--long"]
    subprocess.run([*script, "--documents", str(documents)], check=True)
    return output / "corpus.jsonl"


def _start(source: Path, output: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, SCRIPTS / "align_corpus.py", source, output, "--languages", "en", "es", "ru"]
    shards = ["--shard-documents", "50", "--log-json", *options]
    return subprocess.Popen([*command, *shards], stderr=subprocess.DEVNULL)


def _run(name: str, source: Path, output: Path, documents: int, *options: str) -> Taken:
    before = _encoding(output)
    began = time.monotonic()
    process = _start(source, output, *options)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{name}: exit code {process.returncode}")
    encoding = _encoding(output) - before
    return Taken(name, documents, seconds, usage.ru_utime + usage.ru_stime, encoding, usage.ru_maxrss / 1024)


def _broken(source: Path, output: Path, seconds: float) -> float:
    """Run, and kill the run after so many seconds; return how long it was."""
    began = time.monotonic()
    process = _start(source, output, "--workers", "2")
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()
    return time.monotonic() - began


def _encoding(output: Path) -> float:
    ledger = output / "run.sqlite3"
    if not ledger.exists():
        return 0.0
    table = sqlite3.connect(ledger)
    try:
        return float(table.execute("SELECT total(encoding) FROM documents").fetchone()[0])
    finally:
        table.close()


def _counts(output: Path) -> tuple[int, int]:
    """Return the beads and sentences of a run."""
    shards = [json.loads(path.read_bytes()) for path in (output / "manifests").iterdir()]
    beads = sum(shard["beads"] for shard in shards)
    return beads, sum(sum(shard["sentences"].values()) for shard in shards)


def _content(output: Path) -> dict[str, bytes]:
    return {
        path.relative_to(output).as_posix(): path.read_bytes()
        for path in output.rglob("*")
        if path.is_file() and not path.name.startswith("run.sqlite3")
    }


if __name__ == "__main__":
    sys.exit(main())
