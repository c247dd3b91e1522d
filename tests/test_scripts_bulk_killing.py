from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING

import align_corpus
import pytest
from bulk import storage
from bulk_aligners import letters
from bulk_killing import content

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

HERE = Path(__file__).resolve().parent
KILLS = 40


def corpus(folder: Path, documents: int, events: int) -> Path:
    script = HERE.parent / "scripts" / "make_corpus.py"
    shape = ["--documents", str(documents), "--events", str(events), "--languages", "en", "es"]
    subprocess.run([sys.executable, script, folder, *shape, "--form", "jsonl"], check=True)
    return folder / "corpus.jsonl"


def run(source: Path, output: Path, *more: str) -> int:
    options = ["--languages", "en", "es", "--workers", "0", "--shard-documents", "5", "--log-json"]
    return align_corpus.main([str(source), str(output), *options, *more], letters)


def test_a_run_killed_dozens_of_times_ends_as_an_unbroken_one(tmp_path: Path) -> None:
    source = corpus(tmp_path / "in", 14, 3)
    program = [sys.executable, HERE / "bulk_killing.py", source, tmp_path, str(KILLS), str(os.getpid())]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    assert found["killed"] >= KILLS
    assert found["ended"] >= 1
    assert found["different"] == 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 300 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "none", place], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system is not allowed here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_disk_stops_a_run_that_goes_on_once_there_is_space(
    small_disk: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = corpus(tmp_path / "in", 24, 20)
    assert run(source, small_disk / "out") == 3
    said = capsys.readouterr().err.splitlines()
    assert said[-1].startswith("align_corpus.py: ")
    assert "--resume" in said[-1]
    assert run(source, small_disk / "out", "--resume") == 3
    subprocess.run(["mount", "-o", "remount,size=20m", small_disk], check=True)
    assert run(source, small_disk / "out", "--resume") == 0
    assert run(source, tmp_path / "unbroken") == 0
    assert content(small_disk / "out") == content(tmp_path / "unbroken")


class Full:
    """A file on a disk that has so many bytes left."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file = file
        self._left = left

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return self._file.write(data)


@pytest.mark.parametrize(
    "form", ["jsonl", "tmx", "tmx.gz", "tsv.zst", "parquet", "html", "moses", "xliff", "datasets"]
)
def test_every_form_gives_way_to_a_full_disk(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = corpus(tmp_path / "in", 7, 6)
    real = storage._open

    def full(path: str, mode: str) -> AbstractContextManager[IO[bytes]]:
        file = real(path, mode)  # type: ignore[arg-type]
        return Full(file, 300) if mode == "wb" else file  # type: ignore[return-value]

    with monkeypatch.context() as patch:
        patch.setattr(storage, "_open", full)
        assert run(source, tmp_path / "out", "--to", form) == 3
    assert "No space left" in capsys.readouterr().err.splitlines()[-1]
    assert run(source, tmp_path / "out", "--to", form, "--resume") == 0
    assert run(source, tmp_path / "unbroken", "--to", form) == 0
    assert content(tmp_path / "out") == content(tmp_path / "unbroken")
