"""The command line of a bulk run: what may be asked for, and what that means."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bulk import storage
from bulk.errors import OptionError
from bulk.filters import Filters, parse_types
from bulk.options import RunOptions, with_missing
from bulk.writers.forms import form_of
from models.cores import physical_cores
from service.assembly import release
from service.config import read_settings
from service.errors import FileError, VersionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

LEDGER: Final = "run.sqlite3"
_DIGITS: Final = 100_000  # the most shards that sort by name


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for: the run's options, and how to run it this time."""

    inputs: tuple[str, ...]
    output: str
    ledger: Path
    options: RunOptions
    engine: str
    workers: int
    ray_address: str | None
    gpu_fraction: float
    resume: bool
    retry_failed: bool
    overwrite: bool
    verify: bool
    dry_run: bool
    log_json: bool

    def reader_options(self) -> dict[str, Any]:
        """Return what the reader is told."""
        told = self.options.input
        return {
            "languages": self.options.languages,
            "pattern": told["pattern"],
            "tmx_documents": told["tmx-documents"],
            "lines_per_document": told["lines-per-document"],
            "chapters": told["chapters"],
            "max_bytes": self.options.settings.max_bytes,
        }


def read_command(description: str, arguments: Sequence[str] | None) -> Command:
    """Read the command line; raise OptionError, VersionsError, FileError or a SettingsError."""
    args = _parser(description).parse_args(arguments)
    languages = with_missing(args.languages, args.translate_missing)
    if len(languages) < 2 or len(set(args.languages)) < len(args.languages):
        raise VersionsError("Name two or more different languages, e.g. --languages en es ru.")
    if args.overwrite and (args.resume or args.retry_failed):
        raise OptionError("--overwrite begins anew, --resume and --retry-failed go on: give one.")
    if args.shard_documents < 1 or args.workers < 0 or not 0 <= args.min_score <= 1 or args.gpu_fraction < 0:
        raise OptionError(
            "--shard-documents is 1 or more, --workers and --gpu-fraction 0 or more, --min-score from 0 to 1."
        )
    settings = read_settings()
    if args.encoder:
        settings = settings.model_copy(update={"encoder": args.encoder})
    # Each worker is one core's work, the engine in it too.
    settings = settings.model_copy(update={"threads": settings.threads or 1})
    options = RunOptions(
        languages=languages,
        forms=_forms(args.to, args.compress),
        shard_documents=args.shard_documents,
        translate_missing=tuple(args.translate_missing),
        filters=Filters(args.min_score, parse_types(args.types) if args.types else ()),
        dedupe=args.dedupe,
        check_language=args.check_language,
        input={
            "pattern": args.pattern,
            "tmx-documents": args.tmx_documents,
            "lines-per-document": args.lines_per_document,
            "chapters": args.chapters,
        },
        settings=settings,
        release=release(),
    )
    return Command(
        inputs=tuple(args.input),
        output=args.output,
        ledger=_ledger(args),
        options=options,
        engine=args.engine,
        workers=args.workers,
        ray_address=args.ray_address,
        gpu_fraction=args.gpu_fraction,
        resume=args.resume or args.retry_failed,
        retry_failed=args.retry_failed,
        overwrite=args.overwrite,
        verify=args.verify,
        dry_run=args.dry_run,
        log_json=args.log_json,
    )


def _forms(names: Sequence[str], compress: str | None) -> tuple[str, ...]:
    forms = []
    for name in names:
        form, packed = form_of(name)
        if compress and form.compressible and not packed:
            name = f"{name}.{compress}"
        forms.append(name)
    if len({form_of(name)[0].name for name in forms}) < len(forms):
        raise OptionError("--to names a form twice; each is written once.")
    return tuple(forms)


def _ledger(args: argparse.Namespace) -> Path:
    if args.ledger is not None:
        return Path(args.ledger)
    if not storage.is_local(args.output):
        raise OptionError(f"{args.output} is an address; say with --ledger FILE where the ledger lies.")
    output = Path(args.output)
    if output.exists() and not output.is_dir():
        raise FileError(f"{output} is a file; name a folder to write to.")
    return output / LEDGER


def _parser(description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter, prog="align_corpus.py"
    )
    add = parser.add_argument
    add("input", nargs="+", metavar="INPUT", help="folders, files, globs, addresses, or - (docs/bulk.md)")
    add("output", metavar="OUTPUT", help="a folder or an address")
    add("--languages", nargs="+", required=True, metavar="LANG", help="the first counts as the original")
    group = parser.add_argument_group("input")
    group.add_argument("--pattern", metavar="P", help="what files are called: {lang}/news-{id}.{ext}")
    group.add_argument("--tmx-documents", default="file", metavar="HOW", help="file, tuid or prop:TYPE")
    group.add_argument("--lines-per-document", type=int, default=0, metavar="N", help="of parallel files")
    group.add_argument("--chapters", action="store_true", help="an EPUB's chapters are documents")
    group = parser.add_argument_group("what to do")
    group.add_argument(
        "--translate-missing", nargs="+", default=[], metavar="LANG", help="make versions that are not there"
    )
    group.add_argument("--encoder", metavar="ID", help="default: TRIPTYCH_ENCODER")
    group.add_argument("--min-score", type=float, default=0.0, metavar="S", help="leave out rows below it")
    group.add_argument("--types", metavar="T", help="keep rows of these types, e.g. 1:1,1:2")
    group.add_argument("--dedupe", action="store_true", help="keep the first of equal rows")
    group.add_argument("--check-language", action="store_true", help="leave out rows in another language")
    group = parser.add_argument_group("output")
    group.add_argument("--to", nargs="+", default=["jsonl", "tmx"], metavar="FORM", help="default: jsonl tmx")
    group.add_argument("--compress", choices=("gz", "zst"), help="forms that can be")
    group.add_argument("--shard-documents", type=int, default=1_000, metavar="N", help="default: 1000")
    group = parser.add_argument_group("the run")
    group.add_argument("--resume", action="store_true", help="go on with the run in OUTPUT")
    group.add_argument("--retry-failed", action="store_true", help="go on, and try again what failed")
    group.add_argument("--overwrite", action="store_true", help="begin anew; the old run's files go")
    group.add_argument("--verify", action="store_true", help="with --resume: check all checksums")
    group.add_argument("--dry-run", action="store_true", help="say what would be done, and how long it takes")
    group.add_argument("--ledger", metavar="FILE", help=f"default: OUTPUT/{LEDGER}")
    group.add_argument("--log-json", action="store_true", help="events as JSON lines on standard error")
    group.add_argument("--engine", choices=("local", "ray"), default="local")
    group.add_argument(
        "--workers",
        type=int,
        default=physical_cores(),
        metavar="N",
        help="default: the cores; 0: in this process",
    )
    group.add_argument("--ray-address", metavar="A", help="a cluster; default: one on this machine")
    group.add_argument(
        "--gpu-fraction", type=float, default=0.0, metavar="F", help="of a GPU, each Ray actor"
    )
    return parser
