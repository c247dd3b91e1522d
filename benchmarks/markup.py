#!/usr/bin/env python3
"""How well inline markup finds its place in translations: by attention, by the encoder, by both.

    python benchmarks/markup.py                       marked.tsv, with the shipped starter
    python benchmarks/markup.py --model opus-mt-en-ru --languages ru

Each line of marked.tsv is an English sentence and its Spanish and Russian translations by people, with the
marked words in square brackets. A place is exact when it covers the same words as the brackets; F1 is over
the words, mean of the sentences. The translations are not the model's own: its attention has to cope with
words that it would not have chosen.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    import numpy.typing as npt

    from models import Encoder
    from models.attention import Attention
    from service.build import PartialMark

    Span = tuple[int, int]


class Blind:
    """An encoder to which all is alike."""

    encoder_id = "blind"

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the same vector for each."""
        import numpy as np

        return np.ones((len(sentences), 1), np.float32)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    from models import load_encoder, load_translator
    from models.attention import Attentive
    from service.build import PartialMark

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sentences", type=Path, default=Path(__file__).with_name("marked.tsv"))
    parser.add_argument("--model", default="starter")
    parser.add_argument("--languages", nargs="+", default=["es", "ru"], choices=["es", "ru"])
    args = parser.parse_args(arguments)
    lines = [line.split("\t") for line in args.sentences.read_text(encoding="utf-8").splitlines()]
    encoder, translator = load_encoder(), load_translator(args.model)
    if not isinstance(translator, Attentive):
        raise SystemExit(f"{args.model} does not tell its attention")
    print(f"{'':12}{'':10}{'exact':>7}{'F1':>7}{'ms a mark':>11}")
    for language in args.languages:
        pairs = [(unmarked(line[0]), unmarked(line[1 if language == "es" else 2])) for line in lines]
        texts = [(source, target) for (source, _), (target, _) in pairs]
        attention = translator.attention(texts, target=language)
        marks = [PartialMark(0, 0, *span, None) for (_, span), _ in pairs]
        wanted = [span for _, (_, span) in pairs]
        for name, used, looks in (
            ("encoder", encoder, [None] * len(texts)),
            ("attention", Blind(), attention),
            ("both", encoder, attention),
        ):
            report(language, name, texts, marks, wanted, used, looks)
    return 0


def report(
    language: str,
    name: str,
    texts: Sequence[tuple[str, str]],
    marks: Sequence[PartialMark],
    wanted: Sequence[Span],
    encoder: Encoder,
    attention: Sequence[Attention | None],
) -> None:
    """Place every mark, and print how well."""
    from service.markup import place_marks

    began = time.perf_counter()
    found = [
        place_marks(source, target, [mark], encoder, looks)[0]
        for (source, target), mark, looks in zip(texts, marks, attention, strict=True)
    ]
    spent = (time.perf_counter() - began) / len(found)
    ours = [words(target, span) for (_, target), span in zip(texts, found, strict=True)]
    theirs = [words(target, span) for (_, target), span in zip(texts, wanted, strict=True)]
    exact = sum(one == other for one, other in zip(ours, theirs, strict=True)) / len(found)
    f1 = sum(
        2 * len(one & other) / max(len(one) + len(other), 1) for one, other in zip(ours, theirs, strict=True)
    ) / len(found)
    print(f"{language:12}{name:10}{exact:7.2f}{f1:7.3f}{1000 * spent:11.1f}")


def unmarked(text: str) -> tuple[str, Span]:
    """Take the brackets out of a sentence, and say where they were."""
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), (start, end)


def words(text: str, span: Span) -> set[int]:
    """Return the numbers of the words that share a character with a span."""
    found, position = set(), 0
    for number, word in enumerate(text.split()):
        start = text.index(word, position)
        position = start + len(word)
        if start < span[1] and position > span[0]:
            found.add(number)
    return found


if __name__ == "__main__":
    sys.exit(main())
