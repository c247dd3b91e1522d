from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from bulk.maker import Maker, Rates

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
DOCUMENTS = 24
EVENTS = 14
CONFIG = """
run = "run"
[corpus]
files = [{ path = "out/tmx/part-00000.tmx", target = "es" }]
[vocabulary]
tags = { es = ">>spa<<", ru = ">>rus<<" }
[batches]
growth = [[0, 700]]
[optimiser]
peak = 5e-4
warmup = 6
"""


def call(script: str, *arguments: object) -> None:
    command = [sys.executable, SCRIPTS / script, *map(str, arguments)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def held_out(folder: Path, count: int) -> None:
    """Write sentences, and their translations, that are in no document of the corpus."""
    known = Maker(events=EVENTS, languages=("en", "es"))
    seen = {line for number in range(DOCUMENTS) for line in lines(known.document(number).texts["en"])}
    plain = Maker(events=EVENTS, languages=("en", "es"), rates=Rates(0, 0, 0))
    document = plain.document(DOCUMENTS + 1_000)
    pairs = zip(lines(document.texts["en"]), lines(document.texts["es"]), strict=True)
    new = [pair for pair in pairs if pair[0] not in seen][:count]
    assert len(new) == count
    for place, language in enumerate(("en", "es")):
        (folder / f"held.{language}").write_text(
            "\n".join(pair[place] for pair in new) + "\n", encoding="utf-8"
        )


def lines(text: str) -> list[str]:
    return [line for line in text.replace(". ", ".\n").splitlines() if line]


def chrf(checkpoint: object, folder: Path) -> float:
    scores = folder / "scores.json"
    held = (folder / "held.en", f"es={folder / 'held.es'}")
    call("evaluate.py", checkpoint, *held, "--beams", 1, "--json", scores)
    return float(json.loads(scores.read_text(encoding="utf-8"))["results"][0]["chrf"])


def test_what_was_aligned_teaches_the_starter_its_domain(tmp_path: Path) -> None:
    shape = ("--documents", DOCUMENTS, "--events", EVENTS, "--languages", "en", "es", "--form", "jsonl")
    call("make_corpus.py", tmp_path / "in", *shape)
    kept = ("--types", "1:1", "--min-score", "0.5", "--dedupe")
    source = tmp_path / "in" / "corpus.jsonl"
    call("align_corpus.py", source, tmp_path / "out", "--languages", "en", "es", "--to", "tmx", *kept)
    (tmp_path / "domain.toml").write_text(CONFIG, encoding="utf-8")
    tuned = tmp_path / "tuned"
    starter = ROOT / "models" / "starter"
    length = ("--steps", 14, "--minutes", 2, "--threads", 1)
    call("train.py", tmp_path / "domain.toml", "--init", starter, *length, "--export", tuned)
    held_out(tmp_path, 5)
    assert chrf(tuned, tmp_path) > chrf("starter", tmp_path) + 5
