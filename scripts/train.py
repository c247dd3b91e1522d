#!/usr/bin/env python3
"""Train a small Marian from aligned text, or fine-tune any Marian on your own (TSV or TMX).

    python scripts/train.py --minutes 60                                begin the starter model
    python scripts/train.py --resume --minutes 60 --cooldown-minutes 9 --export build/starter
    python scripts/train.py my.toml --init models/starter --minutes 30 --export build/mine
    python scripts/train.py --export-only --export build/starter        of a run that may be going on

The configuration tells what and how (scripts/starter.toml shows the keys); the run folder it names holds the
state, the log and the learning curve. SIGTERM and Ctrl-C save the state and end with 0; bad input ends with 2
and one line.
"""

from __future__ import annotations

import argparse
import math
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from models.cores import physical_cores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from training.config import Config

HERE = Path(__file__).resolve().parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Do as the command line says; give the exit status."""
    args = parse(arguments)
    from training.errors import TrainingError  # now that the command line is known to be good

    try:
        run(args)
    except TrainingError as error:
        print(f"train.py: {error}", file=sys.stderr)
        return 2
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("config", type=Path, nargs="?", default=HERE / "starter.toml", help="default: %(default)s")
    add("--run", type=Path, metavar="DIR", help="run folder, in place of the configuration's")
    add("--resume", action="store_true", help="go on from the run folder's state")
    add("--init", type=Path, metavar="DIR", help="begin from this Marian folder (fine-tuning)")
    add("--minutes", type=float, default=math.inf, metavar="N", help="end after N, the cool-down counted in")
    add("--steps", type=float, default=math.inf, metavar="N", help="end when the run has made N updates")
    add("--threads", type=int, default=physical_cores(), metavar="N", help="default: %(default)s")
    add(
        "--cooldown-minutes",
        type=float,
        default=0.0,
        metavar="N",
        help="for --export, let the rate fall to 0 over the last N of --minutes; the state stays undecayed",
    )
    add("--export", type=Path, metavar="DIR", help="write a Marian folder at the end")
    add("--export-only", action="store_true", help="write --export from the newest snapshots; train nothing")
    args = parser.parse_args(arguments)
    if args.cooldown_minutes and not args.cooldown_minutes <= args.minutes < math.inf:
        parser.error("--cooldown-minutes is a part of --minutes: give --minutes at least as large")
    if args.resume and args.init:
        parser.error("--resume goes on with a run's own weights: leave --init out")
    if args.export_only and not args.export:
        parser.error("--export-only needs --export DIR")
    return args


def run(args: argparse.Namespace) -> None:
    """Train or export; raise TrainingError on bad input."""
    from training.config import load_config

    config = load_config(args.config)
    if args.run:
        config = config.model_copy(update={"run": args.run.expanduser().resolve()})
    if args.export_only:
        from training.export import export_run

        export_run(config, args.export)
    else:
        train(config, args)


def train(config: Config, args: argparse.Namespace) -> None:
    """Run one session in the run folder, alone."""
    import torch
    from training.session import Limits, Session
    from training.start import begin, resume
    from training.state import locked
    from training.validation import read_development_set

    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.append(received))
    torch.set_num_threads(args.threads)
    config.run.mkdir(parents=True, exist_ok=True)
    with locked(config.run):
        development = read_development_set(config.validation) if config.validation else None
        session = Session(
            resume(config) if args.resume else begin(config, args.init),
            config,
            development,
            stopped=lambda: bool(signals),
            clock=time.monotonic,
            tell=lambda line: print(line, flush=True),
        )
        cooled = session.run(Limits(args.minutes, args.steps, args.cooldown_minutes))
        if args.export and not signals:
            session.export(args.export, cooled=cooled)


if __name__ == "__main__":
    sys.exit(main())
