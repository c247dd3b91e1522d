#!/usr/bin/env python3
"""Measure a checkpoint on line-aligned files: BLEU, chrF and speed.

    python scripts/evaluate.py starter news.en es=news.es ru=news.ru
    python scripts/evaluate.py build/starter news.en es=news.es --as starter --json build/scores.json
    python scripts/evaluate.py build/mine news.en es=news.es --beams 1 --limit 300

The checkpoint is an id of the store (see: triptych models list) or a Marian folder. It is run as Triptych
runs it, converted for CTranslate2, guards and second tries included, so the figures are those a user gets;
--engine torch, several times as slow, computes in float32. Of a folder nobody knows how long the sentences
were that it was trained on, and half its positions are taken for the limit; with --as ID it is run with the
limit, tags and normalisation that the catalog has for that id. Bad input ends with 2 and one line.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import sacrebleu
from training.errors import TrainingError
from training.lines import read_aligned

from models.catalog import Catalog, Entry, Kind, Origin, read_catalog
from models.decoding import DecodingSettings
from models.errors import ModelError
from models.layout import TARGET_SPM, check_layout, read_spm, read_vocabulary
from models.loading import load_translator
from models.store import Store, default_store
from service.config import SettingsError, read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from models.translation import Translator

ENGINES = ("ctranslate2", "torch")
_TAGS = {"es": ">>spa<<", "ru": ">>rus<<"}  # of checkpoints with several targets; others have none


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One target's figures: scores 0 to 100 with sacrebleu's signatures; tokens are the checkpoint's own."""

    target: str
    lines: int
    bleu: float
    chrf: float
    seconds: float
    tokens_per_second: float
    flags: Mapping[str, int]  # how many translations carry each flag
    translator: str  # its signature
    bleu_signature: str
    chrf_signature: str


def evaluate(
    translator: Translator,
    sources: Sequence[str],
    references: Sequence[str],
    target: str,
    *,
    count_tokens: Callable[[str], int],
    clock: Callable[[], float],
) -> tuple[Evaluation, list[str]]:
    """Translate the sources and score them against the references; gives the translations too."""
    began = clock()
    translations = translator.translate(sources, target=target)
    seconds = clock() - began
    output = [translation.text for translation in translations]
    bleu, chrf = sacrebleu.BLEU(), sacrebleu.CHRF()
    scores = [metric.corpus_score(output, [list(references)]).score for metric in (bleu, chrf)]
    evaluation = Evaluation(
        target=target,
        lines=len(sources),
        bleu=round(scores[0], 2),
        chrf=round(scores[1], 2),
        seconds=round(seconds, 1),
        tokens_per_second=round(sum(map(count_tokens, output)) / max(seconds, 1e-9), 1),
        flags=dict(sorted(Counter(flag for one in translations for flag in one.flags).items())),
        translator=translator.signature,
        bleu_signature=bleu.get_signature().format(),
        chrf_signature=chrf.get_signature().format(),
    )
    return evaluation, output


def spread(lines: Sequence[str], limit: int | None) -> list[str]:
    """Choose `limit` lines, evenly spaced over the file; all of them when there are no more."""
    if limit is None or limit >= len(lines):
        return list(lines)
    return [lines[index * len(lines) // limit] for index in range(limit)]


def table(evaluations: Sequence[Evaluation]) -> str:
    """Lay the figures out as a Markdown table, the signatures below it."""
    rows = ["| target | lines | BLEU | chrF | tokens/s | flagged |", "|---|---:|---:|---:|---:|---|"]
    for one in evaluations:
        flags = ", ".join(f"{name} {count}" for name, count in one.flags.items()) or "none"
        rows.append(
            f"| {one.target} | {one.lines} | {one.bleu:.1f} | {one.chrf:.1f} "
            f"| {one.tokens_per_second:.0f} | {flags} |"
        )
    signatures = {
        text for one in evaluations for text in (one.bleu_signature, one.chrf_signature, one.translator)
    }
    return "\n".join([*rows, "", *sorted(signatures)])


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("checkpoint", help="id of the store, or a Marian folder")
    add("source", type=Path, help="English sentences, one a line")
    add("references", nargs="+", type=_reference, metavar="LANG=FILE", help="translations, line-aligned")
    add("--as", dest="as_id", metavar="ID", help="run a folder by the tags, limit and normalisation of ID")
    add("--engine", choices=ENGINES, default=ENGINES[0], help="default: %(default)s")
    add("--beams", type=int, default=4, metavar="N", help="default: %(default)s; 1 is greedy")
    add("--limit", type=int, metavar="N", help="measure on N lines, evenly spaced over the files")
    add("--threads", type=int, metavar="N", help="default: as many as the engine takes")
    add("--json", type=Path, metavar="FILE", help="write the figures there")
    add("--output", type=Path, metavar="DIR", help="write the translations there, one file a target")
    return parser.parse_args(arguments)


def _reference(argument: str) -> tuple[str, Path]:
    target, _, path = argument.partition("=")
    if not target or not path:
        raise argparse.ArgumentTypeError(f"{argument!r} is not LANG=FILE")
    return target, Path(path)


@contextmanager
def opened(
    name: str, *, as_id: str | None, engine: str, beams: int, threads: int | None
) -> Iterator[tuple[Translator, Path]]:
    """Load a checkpoint by id, or from a folder where there is one of that name; gives its folder too."""
    folder = Path(name)
    with TemporaryDirectory(prefix="triptych-evaluate-") as root:
        if folder.is_dir():
            check_layout(folder)  # here, so that an error names this folder and not its copy
            entry = entry_as(as_id) if as_id else entry_of(folder)
            store, name = store_of(folder, entry, Path(root)), entry.id
        else:
            store = default_store(read_settings().store)
        settings = DecodingSettings(beams=beams)
        translator = load_translator(name, store=store, engine=engine, settings=settings, threads=threads)
        yield translator, store.folder(name)


def entry_as(checkpoint_id: str) -> Entry:
    """Make an entry like the catalog's of that id, but for files that are not its own."""
    entry = read_catalog().one_of(Kind.TRANSLATOR, checkpoint_id)
    return replace(entry, origin=Origin.HUB, revision="", files={})


def entry_of(folder: Path) -> Entry:
    """Make an entry for a Marian folder of which no more is known than its files tell."""
    pieces = read_vocabulary(folder)
    targets = {target: tag if tag in pieces else "" for target, tag in _TAGS.items()}
    name = folder.resolve().name
    return Entry(
        name, Kind.TRANSLATOR, licence="", origin=Origin.HUB, quality="", source="en", targets=targets
    )


def store_of(folder: Path, entry: Entry, root: Path) -> Store:
    """Make a store that holds the checkpoint of a Marian folder alone, as this entry."""
    store = Store(root, Catalog((entry,)), shipped=root)
    store.import_folder(folder, entry.id)
    return store


def token_counter(folder: Path) -> Callable[[str], int]:
    """Count a translation's tokens, the end included, as the checkpoint in the folder cuts them."""
    processor = read_spm(folder, TARGET_SPM)
    return lambda text: len(processor.encode(text)) + 1


def run(args: argparse.Namespace) -> None:
    """Measure every target, print the table and write what is asked for."""
    sources, references = read_aligned(args.source, dict(args.references), "file to measure on")
    sources = spread(sources, args.limit)
    evaluations = []
    settings = {"as_id": args.as_id, "engine": args.engine, "beams": args.beams, "threads": args.threads}
    with opened(args.checkpoint, **settings) as (translator, folder):
        count = token_counter(folder)
        for target, lines in references.items():
            evaluation, output = evaluate(
                translator,
                sources,
                spread(lines, args.limit),
                target,
                count_tokens=count,
                clock=time.perf_counter,
            )
            evaluations.append(evaluation)
            if args.output:
                write(args.output / f"{args.source.stem}.{target}", "\n".join([*output, ""]))
    print(table(evaluations))
    if args.json:
        figures = {"checkpoint": translator.checkpoint_id, "source": args.source.name}
        results = [asdict(evaluation) for evaluation in evaluations]
        write(args.json, json.dumps({**figures, "results": results}, indent=2) + "\n")


def write(path: Path, text: str) -> None:
    """Write a file beside its place and move it there; its folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the command line says; give the exit status."""
    args = parse(arguments)
    try:
        run(args)
    except (TrainingError, ModelError, SettingsError, OSError) as error:
        print(f"evaluate.py: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
