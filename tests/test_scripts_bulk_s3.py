"""Bulk runs from and to S3: the real client against a server of the tests' own on loopback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from alignment.lexical import LexicalEncoder

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "align_corpus.py"
MAKER = SCRIPT.parent / "make_corpus.py"


@pytest.fixture(scope="module")
def bucket() -> Iterator[tuple[Any, dict[str, str]]]:
    """Give a file system with the empty bucket "papers", and the environment in which it is reached."""
    s3fs = pytest.importorskip("s3fs", reason="s3fs is not installed: pip install -e '.[s3]'")
    server_module = pytest.importorskip("moto.server", reason="moto is not installed: make test installs it")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "someone",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    system = s3fs.S3FileSystem(
        key="someone", secret="secret", endpoint_url=environment["AWS_ENDPOINT_URL"], skip_instance_cache=True
    )
    system.mkdir("papers")
    yield system, environment
    server.stop()


def align(environment: dict[str, str], *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, SCRIPT, *map(str, arguments), "--languages", "en", "es"]
    command += ["--encoder", LexicalEncoder.encoder_id, "--shard-documents", "2", "--to", "jsonl", "parquet"]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=300
    )


def test_a_run_from_s3_to_s3_gives_what_a_run_on_this_machine_gives(
    tmp_path: Path, bucket: tuple[Any, dict[str, str]]
) -> None:
    system, environment = bucket
    shape = ("--documents", "5", "--events", "4", "--languages", "en", "es")
    subprocess.run([sys.executable, MAKER, tmp_path / "in", *shape], check=True)
    system.put(str(tmp_path / "in"), "papers/in", recursive=True)
    ledger = ("--ledger", tmp_path / "ledger.sqlite3")
    here = align({}, tmp_path / "in", tmp_path / "out", "--workers", "0")
    assert here.returncode == 0, here.stderr
    there = align(environment, "s3://papers/in", "s3://papers/out", "--workers", "2", *ledger)
    assert there.returncode == 0, there.stderr
    held = {
        path.relative_to(tmp_path / "out").as_posix(): path.read_bytes()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file() and not path.name.startswith("run.sqlite3")
    }
    names = [name.removeprefix("papers/out/") for name in system.find("papers/out")]
    assert sorted(names) == sorted(held)
    for name in ("jsonl/part-00000.jsonl", "jsonl/part-00002.jsonl", "parquet/part-00001.parquet"):
        assert system.cat(f"papers/out/{name}") == held[name]
    again = align(environment, "s3://papers/in", "s3://papers/out", "--workers", "0", *ledger, "--resume")
    assert again.returncode == 0, again.stderr
    assert system.cat("papers/out/jsonl/part-00002.jsonl") == held["jsonl/part-00002.jsonl"]


def test_a_shard_that_was_lost_in_s3_is_written_again(
    tmp_path: Path, bucket: tuple[Any, dict[str, str]]
) -> None:
    system, environment = bucket
    rows = [
        {"id": f"d{n}", "versions": {"en": f"A ship of {n} left.", "es": f"Un barco de {n} salió."}}
        for n in range(10, 15)
    ]
    system.pipe("papers/made.jsonl", "\n".join(map(json.dumps, rows)).encode())
    source, output = "s3://papers/made.jsonl", "s3://papers/lost"
    ledger = ("--workers", "0", "--ledger", tmp_path / "ledger.sqlite3")
    assert align(environment, source, output, *ledger).returncode == 0
    first = system.cat("papers/lost/jsonl/part-00001.jsonl")
    system.rm("papers/lost/jsonl/part-00001.jsonl")
    assert align(environment, source, output, *ledger, "--resume").returncode == 0
    assert system.cat("papers/lost/jsonl/part-00001.jsonl") == first
    assert b"d12" in first


def test_a_bucket_that_is_not_there_is_one_line(tmp_path: Path, bucket: tuple[Any, dict[str, str]]) -> None:
    _, environment = bucket
    ledger = ("--ledger", tmp_path / "ledger.sqlite3")
    found = align(environment, "s3://nowhere/in", "s3://papers/none", *ledger)
    assert found.returncode == 2
    assert "s3://nowhere/in" in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.splitlines()) == 1
