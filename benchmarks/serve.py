#!/usr/bin/env python3
"""How many requests the service answers, how soon, and what it costs over the bare engine.

    python benchmarks/serve.py                            every part, with the shipped starter
    python benchmarks/serve.py --part clients --requests 200 --sentences 1
    python benchmarks/serve.py --part memory --many 20000

clients: requests a second and latencies at 1, 8 and 64 clients at once, each request an article of
`--sentences` of its own into one language, against the same engine in a process without HTTP that is called
one request at a time. overhead: one article of 25 sentences, over HTTP and by the bare engine, in turns. Both
ask for no similarity, so that the same work is compared; a line more tells what measuring it adds. memory:
what the server holds before and after many requests. The server is `triptych serve`, in a process of its own
on this machine, with the translation memory off, so that every sentence is translated; its clients share the
cores with it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from socket import create_connection
from threading import Lock
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from socket import socket

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CLIENTS = (1, 8, 64)
WHO = "The mayor|A fisherman|The old captain|Her sister|The harbour office|A young doctor|The council".split(
    "|"
)
DID = "saw|painted|sold|found|repaired|remembered|described|counted".split("|")
WHAT = "the boats|a red house|three letters|the new bridge|the market|an empty street|the storm".split("|")
WHEN = "on Monday|before the rain|after the meeting|in the spring|at night|near the station".split("|")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=("clients", "overhead", "memory"), action="append")
    parser.add_argument("--requests", type=int, default=320, help="for each number of clients")
    parser.add_argument("--sentences", type=int, default=2, help="of each request, but for overhead")
    parser.add_argument("--many", type=int, default=20_000, help="requests, for memory")
    parser.add_argument("--runs", type=int, default=7, help="for overhead; the median counts")
    parser.add_argument("--beams", type=int, default=4)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="of the engine, everywhere")
    parser.add_argument("--store", type=Path, help="where the converted starter is kept")
    args = parser.parse_args(arguments)
    parts = args.part or ["clients", "overhead", "memory"]
    with tempfile.TemporaryDirectory(prefix="triptych-benchmark-") as scratch:
        os.environ |= {
            "TRIPTYCH_STORE": str(args.store or Path(scratch) / "store"),
            "TRIPTYCH_MEMORY": "off",
            "TRIPTYCH_DATABASE": "off",
            "TRIPTYCH_BEAMS": str(args.beams),
            "TRIPTYCH_THREADS": str(args.threads),
        }
        if "clients" in parts:
            clients(args.requests, args.sentences)
        if "overhead" in parts:
            overhead(args.runs)
        if "memory" in parts:
            memory(args.many, args.sentences)
    return 0


def sentences(count: int, seed: int) -> list[str]:
    """Make different sentences of eight to twelve words."""
    draw = random.Random(seed)
    made: dict[str, None] = {}
    while len(made) < count:
        who, did, what, when = (draw.choice(words) for words in (WHO, DID, WHAT, WHEN))
        made[f"{who} {did} {what} {when}, {draw.randint(2, 99)} days later."] = None
    return list(made)


@contextmanager
def server() -> Iterator[tuple[str, int]]:
    """Run `triptych serve`; give its address and its process number."""
    command = [sys.executable, "-m", "service", "serve", "--port", "0"]
    with (
        tempfile.TemporaryFile("w+") as log,
        subprocess.Popen(command, cwd=ROOT, stderr=log) as process,
    ):
        try:
            while not (found := re.search(r"running on (http://\S+)", text_of(log))):
                if process.poll() is not None:
                    sys.exit(f"serve.py: the server did not start: {text_of(log)}")
                time.sleep(0.2)
            yield found.group(1), process.pid
        finally:
            process.terminate()


def text_of(log: IO[str]) -> str:
    """Return what a log holds."""
    log.seek(0)
    return log.read()


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found.group(1)) / 1000 if found else float("nan")


def storm(
    base: str, articles: Sequence[str], at_once: int, *, similarity: bool = False
) -> tuple[list[float], Counter[int], float]:
    """Send every article, so many at once; return the latencies, the statuses and the seconds it took.

    A thread and a kept connection for each client, without a library: the clients share the cores with what
    is measured, and httpx with 64 connections took as much of them as the server.
    """
    waiting = iter(articles)
    lock = Lock()
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    address = urlsplit(base)

    def client() -> None:
        connection = create_connection((address.hostname or "", address.port or 80), timeout=600)
        while True:
            with lock:
                article = next(waiting, None)
            if article is None:
                break
            body = json.dumps({"text": article, "targets": ["es"], "similarity": similarity})
            began = time.perf_counter()
            status = post(connection, address.netloc, body.encode())
            with lock:
                latencies.append(time.perf_counter() - began)
                statuses[status] += 1
        connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(at_once) as pool:
        for done in [pool.submit(client) for _ in range(at_once)]:
            done.result()
    return latencies, statuses, time.perf_counter() - began


def post(connection: socket, host: str, body: bytes) -> int:
    """Ask for a translation over a kept connection; return the answer's status when all of it is there."""
    head = (
        f"POST /v1/translate HTTP/1.1\r\nHost: {host}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    answer, whole = b"", 0
    while not whole or len(answer) < whole:
        piece = connection.recv(65_536)
        if not piece:
            sys.exit("serve.py: the server hung up")
        answer += piece
        if not whole and (end := answer.find(b"\r\n\r\n")) >= 0:
            length = re.search(rb"content-length: (\d+)", answer[:end], re.IGNORECASE)
            whole = end + 4 + (int(length[1]) if length else 0)
    return int(answer.split(maxsplit=2)[1])


def articles_of(count: int, length: int, seed: int) -> list[str]:
    """Make articles of so many sentences."""
    made = sentences(length * count, seed)
    return [" ".join(made[first : first + length]) for first in range(0, len(made), length)]


def bare(texts: Sequence[Sequence[str]]) -> list[float]:
    """Translate by the engine alone, a list of sentences at a time; return the seconds each took."""
    from models import DecodingSettings, Store, load_translator, read_catalog

    store = Store(Path(os.environ["TRIPTYCH_STORE"]), read_catalog(), ROOT / "models")
    translator = load_translator(
        store=store,
        settings=DecodingSettings(beams=int(os.environ["TRIPTYCH_BEAMS"])),
        threads=int(os.environ["TRIPTYCH_THREADS"]),
    )
    translator.translate(texts[0], target="es")
    took = []
    for text in texts:
        began = time.perf_counter()
        translator.translate(text, target="es")
        took.append(time.perf_counter() - began)
    return took


def clients(requests: int, length: int) -> None:
    """Print the table of throughput and latency for articles of so many sentences."""
    few = sentences(length * min(requests, 100), seed=0)
    alone = bare([few[first : first + length] for first in range(0, len(few), length)])
    rate = len(alone) / sum(alone)
    print(f"\n{'':28}{'requests/s':>11}{'ratio':>7}{'p50 s':>8}{'p95 s':>8}{'p99 s':>8}  statuses")
    row("bare engine, one at a time", alone, rate, 1.0, Counter())
    with server() as (base, _):
        storm(base, articles_of(8, length, seed=99), 8)
        most = CLIENTS[-1]
        for at_once, similarity in [*((count, False) for count in CLIENTS), (most, True)]:
            articles = articles_of(requests, length, seed=at_once + similarity)
            found = storm(base, articles, at_once, similarity=similarity)
            latencies, statuses, seconds = found
            reached = requests / seconds
            name = f"service, {at_once} clients" + (" + similarity" if similarity else "")
            row(name, latencies, reached, reached / rate, statuses)
            wrong = [status for status in statuses if status >= 500 and status != 503]
            if wrong:
                print(f"  answers that must not be: {wrong}")


def row(name: str, latencies: Sequence[float], rate: float, ratio: float, statuses: Counter[int]) -> None:
    """Print a line of the table."""
    cuts = statistics.quantiles(latencies, n=100)
    told = " ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"{name:28}{rate:11.1f}{ratio:7.2f}{cuts[49]:8.3f}{cuts[94]:8.3f}{cuts[98]:8.3f}  {told}")


def overhead(runs: int) -> None:
    """Print what HTTP and pipeline add to the engine for one article of 25 sentences."""
    texts = [sentences(25, seed) for seed in range(1 + 2 * runs)]
    with server() as (base, _), httpx.Client(base_url=base, timeout=600) as session:

        def served(text: Sequence[str], *, similarity: bool) -> float:
            body = {"text": " ".join(text), "targets": ["es"], "similarity": similarity}
            began = time.perf_counter()
            session.post("/v1/translate", json=body).raise_for_status()
            return time.perf_counter() - began

        served(texts[0], similarity=True)
        whole = statistics.median(served(text, similarity=False) for text in texts[1 : runs + 1])
        measured = statistics.median(served(text, similarity=True) for text in texts[runs + 1 :])
    alone = statistics.median(bare(texts[1 : runs + 1]))
    print(f"\none article of 25 sentences into Spanish, median of {runs}, seconds")
    print(f"{'bare engine':40}{alone:8.3f}")
    print(f"{'over HTTP':40}{whole:8.3f}{whole / alone - 1:+8.1%}")
    print(f"{'over HTTP, similarity measured':40}{measured:8.3f}{measured / alone - 1:+8.1%}")


def memory(many: int, length: int) -> None:
    """Print what the server holds before and after many requests."""
    with server() as (base, pid):
        storm(base, articles_of(200, length, seed=5), 64)
        before = resident(pid)
        statuses: Counter[int] = Counter()
        for part in range(0, many, 1000):
            _, found, _ = storm(base, articles_of(min(1000, many - part), length, seed=part + 7), 64)
            statuses += found
        after = resident(pid)
        print(f"\nresident memory after 200 requests {before:.0f} MB, after {many:,} more {after:.0f} MB")
        print(f"statuses {json.dumps(dict(statuses))}")


if __name__ == "__main__":
    sys.exit(main())
