#!/usr/bin/env python3
"""How well the aligner aligns, how fast it searches and how much memory it takes.

    python benchmarks/align.py                        every part that can be run here
    python benchmarks/align.py --part quality         needs the development set in ../shared
    python benchmarks/align.py --part search --most 10000

encoding   seconds for 1,000 pairs of sentences of news length, with the default encoder; the groups that
           the aligner encodes on top add about 0.15 of it for faithful versions, 0.45 for edited ones
search     seconds and memory by size, galechurch (PyPI) beside it, on made-up versions
quality    strict, lax and null F1 of the development set's scorer for each pair, with and without an
           encoder, and galechurch's, which looks at lengths alone; all articles in one document, whole and
           with a third of the target left out; rows over three versions
long       one document of 11,000 sentences
ablation   each of the aligner's five parts taken out
audit      how often the audit speaks on 3,003 lines that are translations of each other

One core is used, unless OMP_NUM_THREADS says otherwise. With more, threads that wait for each other spin, and
their processor time would be counted.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("OMP_NUM_THREADS", "1")  # read when NumPy is imported

from align_ablation import print_ablation
from align_audit import print_audit
from align_quality import print_long, print_quality
from align_search import print_encoding, print_search
from development import BENCH, kept_encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models import Encoder

SIZES = (1_000, 10_000, 50_000)
PARTS = ("encoding", "search", "quality", "long", "ablation", "audit")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for and print their tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--part", choices=PARTS, action="append")
    parser.add_argument("--most", type=int, default=SIZES[-1], help="sentence pairs, for search")
    args = parser.parse_args(arguments)
    encoder: Encoder | None = None
    for part in args.part or PARTS:
        if part == "encoding":
            print_encoding()
        elif part == "search":
            print_search([size for size in SIZES if size <= args.most])
        elif not BENCH.is_dir():
            print(f"{part}: left out, the development set is not in ../shared")
        elif part == "audit":
            print_audit()
        else:
            encoder = encoder or kept_encoder()
            {"quality": print_quality, "long": print_long, "ablation": print_ablation}[part](encoder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
