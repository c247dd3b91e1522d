from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import bulk_aligners
import pytest
from bulk.document import Document, Text
from bulk.engines.here import HereEngine
from bulk.engines.local import LocalEngine
from bulk.errors import EngineError
from bulk.options import RunOptions
from bulk.task import Outcome, Task, unpacked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk.engines.engine import Engine

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = RunOptions(("en", "es"))


def task(number: int, english: str) -> Task:
    versions = {"en": Text(text=english), "es": Text(text=english.upper())}
    return Task(number, Document(f"d{number}", versions), b"")


def tasks(*texts: str) -> Iterator[Task]:
    return (task(number, text) for number, text in enumerate(texts))


def outcomes(engine: Engine, work: Iterator[Task]) -> dict[int, Outcome]:
    found = [each for each in engine.outcomes(work, lambda: False) if each is not None]
    assert len({each.number for each in found}) == len(found)
    return {each.number: each for each in found}


TEXTS = [f"A ship left. It was number {number}." for number in range(12)]


def test_workers_give_what_this_process_gives() -> None:
    here = outcomes(HereEngine(bulk_aligners.letters, OPTIONS), tasks(*TEXTS))
    workers = outcomes(LocalEngine(bulk_aligners.letters, OPTIONS, 2), tasks(*TEXTS))
    assert {number: each.packed for number, each in workers.items()} == {
        number: each.packed for number, each in here.items()
    }
    assert [row.score > 0.5 for row in unpacked(here[0].packed or b"").rows] == [True, True]


def test_no_more_documents_are_in_work_than_workers_can_take() -> None:
    taken = 0

    def counted() -> Iterator[Task]:
        nonlocal taken
        for number, text in enumerate(TEXTS):
            taken += 1
            yield task(number, text)

    settled = 0
    for outcome in LocalEngine(bulk_aligners.letters, OPTIONS, 1).outcomes(counted(), lambda: False):
        assert taken - settled <= 3  # two with the worker, one in hand
        settled += outcome is not None
    assert settled == len(TEXTS)


def test_a_worker_that_dies_is_replaced_and_only_a_document_that_kills_twice_fails(tmp_path: Path) -> None:
    texts = ["deadly words here", f"once {tmp_path / 'mark'} and no more", *TEXTS[:4]]
    found = outcomes(LocalEngine(bulk_aligners.mortal, OPTIONS, 2), tasks(*texts))
    assert {number: bool(each.reason) for number, each in found.items()} == {
        number: number == 0 for number in range(6)
    }
    assert "SIGKILL" in found[0].reason


def test_what_workers_cannot_have_is_said_once() -> None:
    with pytest.raises(EngineError, match="The encoder is not there"):
        outcomes(LocalEngine(bulk_aligners.unable, OPTIONS, 2), tasks(*TEXTS))
    with pytest.raises(EngineError, match="end before they begin"):
        outcomes(LocalEngine(bulk_aligners.stillborn, OPTIONS, 1), tasks(*TEXTS))


def test_a_killed_run_leaves_no_workers_and_can_be_resumed_with_another_number_of_them(
    tmp_path: Path,
) -> None:
    make_corpus(tmp_path / "in", 48, 25)  # so large that there is work left when the first shard is seen
    base = [sys.executable, ROOT / "scripts" / "align_corpus.py", tmp_path / "in"]
    options = ["--languages", "en", "es", "ru", "--shard-documents", "4", "--to", "jsonl", "tsv"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    killed = subprocess.Popen([*base, tmp_path / "out", *options, "--workers", "2"], **quiet)  # type: ignore[call-overload]
    while not list((tmp_path / "out").glob("manifests/*")) and killed.poll() is None:
        time.sleep(0.02)
    killed.send_signal(signal.SIGSTOP)  # so that the workers are counted before it can dismiss them
    workers = children(killed.pid)
    killed.kill()
    assert killed.wait() == -signal.SIGKILL
    assert len(workers) >= 2
    subprocess.run([*base, tmp_path / "out", *options, "--workers", "1", "--resume"], check=True, **quiet)  # type: ignore[call-overload]
    subprocess.run([*base, tmp_path / "whole", *options, "--workers", "0"], check=True, **quiet)  # type: ignore[call-overload]
    assert content(tmp_path / "out") == content(tmp_path / "whole")
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def make_corpus(folder: Path, documents: int, events: int) -> None:
    shape = ["--documents", str(documents), "--events", str(events)]
    subprocess.run([sys.executable, ROOT / "scripts" / "make_corpus.py", folder, *shape], check=True)


def children(parent: int) -> list[int]:
    """Return the descendants of a process."""
    try:
        found = [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    except OSError:  # it has ended
        return []
    return found + [pid for child in found for pid in children(child)]


def title(pid: int) -> str:
    """Return what a process is called: an actor of Ray's after what it does."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""


def content(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("run.sqlite3")
    }


def test_ray_gives_the_same_bytes_and_survives_the_loss_of_an_actor(tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="ray is not installed: pip install 'triptych[ray]'")
    make_corpus(tmp_path / "in", 32, 6)
    base = [sys.executable, ROOT / "scripts" / "align_corpus.py"]
    options = ["--languages", "en", "es", "ru", "--shard-documents", "16", "--ledger"]
    source = f"file://{tmp_path / 'in'}"
    ray = ["--engine", "ray", "--workers", "1"]
    run = subprocess.Popen(
        [*base, source, f"file://{tmp_path / 'out'}", *options, tmp_path / "ledger", *ray],
        stderr=subprocess.PIPE,
        text=True,
    )
    killed: list[int] = []

    def kill_one() -> None:
        while run.poll() is None and not killed:
            for pid in children(run.pid):
                if "MapWorker" in title(pid) and "submit" in title(pid):  # it has documents in work
                    os.kill(pid, signal.SIGKILL)
                    killed.append(pid)
                    break
            time.sleep(0.05)

    killer = threading.Thread(target=kill_one)
    killer.start()
    said = run.communicate()[1]
    killer.join()
    assert run.returncode == 0, said[-2000:]
    assert killed
    subprocess.run(
        [*base, source, tmp_path / "whole", *options, tmp_path / "ledger-2", "--workers", "0"],
        check=True,
        stderr=subprocess.DEVNULL,
    )
    assert content(tmp_path / "out") == content(tmp_path / "whole")
