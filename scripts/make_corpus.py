#!/usr/bin/env python3
"""Make a synthetic corpus: documents in English, Spanish and Russian, and the rows a perfect aligner finds.

    python scripts/make_corpus.py OUTPUT --documents 2000

OUTPUT, a folder, gets ID.LANG.txt files, or with --form jsonl one manifest corpus.jsonl, and gold.jsonl with
each document's rows. With --bad N, N further documents are such as a real corpus has: one that is not UTF-8,
one without a second version, an empty one, one of an unknown format, by turns. The same options give the
same bytes on every machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bulk.maker import LANGUAGES, Maker, Rates

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BAD = ("not-utf8", "lonely", "empty", "unknown")


def bad_files(number: int, languages: Sequence[str]) -> tuple[str, Mapping[str, bytes]]:
    """Return the id of a bad document, and its files' contents by what follows the id in their names."""
    kind = _BAD[number % len(_BAD)]
    first, second = languages[:2]
    good = b"These words are here. They are good.\n"
    contents = {
        "not-utf8": {f"{first}.txt": b"caf\xe9 au lait\n", f"{second}.txt": good},
        "lonely": {f"{first}.txt": good},
        "empty": {f"{first}.txt": b"", f"{second}.txt": good},
        "unknown": {f"{first}.docx": good, f"{second}.txt": good},
    }
    return f"bad-{number:05d}-{kind}", contents[kind]


def write(output: Path, options: argparse.Namespace) -> None:
    """Write the corpus that the options describe."""
    rates = Rates(options.merge, options.omit, options.add)
    maker = Maker(
        options.seed, languages=options.languages, events=options.events, rates=rates, long=options.long
    )
    output.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        gold = stack.enter_context((output / "gold.jsonl").open("wb"))
        manifest = (
            stack.enter_context((output / "corpus.jsonl").open("wb")) if options.form == "jsonl" else None
        )
        for number in range(options.documents):
            made = maker.document(number)
            gold.write(_line({"id": made.id, "rows": [dict(row) for row in made.rows]}))
            if manifest is not None:
                manifest.write(_line({"id": made.id, "versions": dict(made.texts)}))
                continue
            for language, text in made.texts.items():
                (output / f"{made.id}.{language}.txt").write_bytes(text.encode())
        for number in range(options.bad):
            name, files = bad_files(number, options.languages)
            if manifest is None:
                for ending, content in files.items():
                    (output / f"{name}.{ending}").write_bytes(content)
            else:
                manifest.write(b"".join(_bad_line(name, files)))


def _bad_line(name: str, files: Mapping[str, bytes]) -> Iterator[bytes]:
    """Yield a manifest's line that is as bad as the files would be."""
    if name.endswith(("not-utf8", "unknown")):
        yield b'{"id": "' + name.encode() + b'", "versions": \xff\n'
    else:
        yield _line(
            {
                "id": name,
                "versions": {ending.partition(".")[0]: text.decode() for ending, text in files.items()},
            }
        )


def _line(facts: object) -> bytes:
    return json.dumps(facts, ensure_ascii=False).encode() + b"\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the script; bad usage is one line on standard error and exit code 2."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter, prog="make_corpus.py"
    )
    parser.add_argument("output", type=Path, metavar="OUTPUT")
    parser.add_argument("--documents", type=int, default=100, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("--events", type=int, default=20, metavar="N", help="sentences of each, about")
    parser.add_argument("--long", action="store_true", help="sentences as long as those of news")
    parser.add_argument("--languages", nargs="+", default=list(LANGUAGES), choices=LANGUAGES, metavar="LANG")
    parser.add_argument("--form", choices=("files", "jsonl"), default="files")
    parser.add_argument("--bad", type=int, default=0, metavar="N", help="documents that cannot be aligned")
    for name, rate in (("merge", Rates().merge), ("omit", Rates().omit), ("add", Rates().add)):
        parser.add_argument(f"--{name}", type=float, default=rate, metavar="RATE")
    options = parser.parse_args(arguments)
    problem = _problem(options)
    if problem:
        print(f"make_corpus.py: {problem}", file=sys.stderr)
        return 2
    try:
        write(options.output, options)
    except OSError as error:
        print(f"make_corpus.py: {options.output} cannot be written to: {error.strerror}.", file=sys.stderr)
        return 2
    return 0


def _problem(options: argparse.Namespace) -> str:
    if len(set(options.languages)) != len(options.languages) or len(options.languages) < 2:
        return f"--languages are {' '.join(options.languages)}; name two or three different ones."
    if options.documents < 0 or options.bad < 0 or options.events < 2:
        return "--documents and --bad are 0 or more, --events 2 or more."
    if not all(0 <= rate <= 1 for rate in (options.merge, options.omit, options.add)):
        return "--merge, --omit and --add are rates, 0 to 1."
    return ""


if __name__ == "__main__":
    sys.exit(main())
