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
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import numpy as np
import torch
from weights.article import NAMES, Article, learnable
from weights.edits import edited, paragraphs, right_beads

from alignment.aligner import encoded
from alignment.lexical import LexicalEncoder
from alignment.weights import Weights
from models import load_encoder
from models.cached import CachedEncoder, MemoryVectors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from alignment.aligner import Encoder

PAIRS = (("en", "es"), ("en", "ru"), ("es", "ru"))
RATES = {
    "tight": {"merge": 0.02, "split": 0.02, "delete": 0.003, "insert": 0.0},
    "faithful": {"merge": 0.05, "split": 0.03, "delete": 0.008, "insert": 0.003},
    "free": {"merge": 0.08, "split": 0.06, "delete": 0.025, "insert": 0.01},
    "heavy": {"merge": 0.14, "split": 0.10, "delete": 0.12, "insert": 0.08},
}
PARAGRAPH = 0.35  # chance of a line to begin one
WITH_BLOCKS = 0.25  # share of the made articles that have paragraphs
PRIOR = 1.0  # precision of the Gaussian prior, in units of one article
VECTORS = 2**33  # bytes of those that are kept: all of them


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


def development_articles(bench: Path, encoder: Encoder) -> list[Article]:
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
    bench: Path, rates: Mapping[str, float], share: float, rng: random.Random, encoder: Encoder
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
    encoder = CachedEncoder(LexicalEncoder() if lexical else load_encoder(), MemoryVectors(VECTORS))
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
