"""How well the aligner aligns the development set: by pair, in one document, cut short, in rows, repeated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from development import PAIRS, articles, as_gold, by_article, figures, whole, without_third

from alignment import LexicalEncoder, align, align_versions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from development import Gold

    from models import Encoder

Row = frozenset[tuple[str, int]]  # (language, sentence)
HEAD = f"{'':38} strict  lax     null"
ROUNDS = 4  # of the development set: about 11,000 sentences


def print_quality(encoder: Encoder) -> None:
    """Print the figures of every pair, with and without an encoder, and galechurch's."""
    import galechurch

    def ours(source: list[str], target: list[str]) -> Gold:
        return as_gold(align(source, target, encoder))

    def without(source: list[str], target: list[str]) -> Gold:
        return as_gold(align(source, target, LexicalEncoder()))

    def lengths(source: list[str], target: list[str]) -> Gold:
        return [
            (
                list(range(bead.source_start, bead.source_end)),
                list(range(bead.target_start, bead.target_end)),
            )
            for bead in galechurch.align(source, target).beads
        ]

    print(HEAD)
    for pair in PAIRS:
        documents = by_article(pair)
        for name, aligner in (("", ours), (", encoder none", without), (", galechurch", lengths)):
            print(f"{f'{pair}, by article{name}':38} {figures(documents, aligner)}", flush=True)
        document = whole(pair)
        print(f"{f'{pair}, one document':38} {figures([document], ours)}", flush=True)
        for third, name in enumerate(("first", "middle", "last")):
            short = without_third(document, third)
            print(f"{f'{pair}, without the {name} third':38} {figures([short], ours)}", flush=True)
    print()
    print_rows(encoder)


def print_long(encoder: Encoder) -> None:
    """Print the figures of one very long document beside those by article."""
    pair = PAIRS[0]
    document = whole(pair, ROUNDS)
    print(HEAD)
    for name, documents in (
        ("by article", by_article(pair)),
        (f"{len(document[0]):,} sentences", [document]),
    ):
        found = figures(documents, lambda one, other: as_gold(align(one, other, encoder)))
        print(f"{f'{pair}, {name}':38} {found}", flush=True)
    print()


def print_rows(encoder: Encoder) -> None:
    """Print how many rows over three versions are right."""
    right = found_rows = shared_right = shared_rows = 0
    for article in articles():
        versions = article["sentences"]
        gold = _gold_rows(article)
        found = {
            frozenset((language, i) for language, indices in row.sentences.items() for i in indices)
            for row in align_versions(versions, encoder)
        }
        # As the scorer has it: precision over all rows, recall over those with two versions or more.
        right += len(found & gold)
        found_rows += len(found)
        shared_right += len(found & _shared(gold))
        shared_rows += len(_shared(gold))
    precision, recall = right / found_rows, shared_right / shared_rows
    strict = 2 * precision * recall / (precision + recall)
    print(f"rows over three versions: strict F1 {strict:.4f} ({right:,} of {found_rows:,} exactly right)\n")


def _gold_rows(article: dict[str, dict[str, Gold]]) -> set[Row]:
    """Return the rows that follow from the gold beads: what hangs together over all pairs."""
    rows: dict[tuple[str, int], set[tuple[str, int]]] = {
        (language, i): {(language, i)}
        for language, sentences in article["sentences"].items()
        for i in range(len(sentences))
    }
    for pair, beads in article["gold"].items():
        one, other = pair.split("-")
        for ours, theirs in beads:
            members = [(one, i) for i in ours] + [(other, j) for j in theirs]
            together = set().union(*(rows[member] for member in members))
            for member in together:
                rows[member] = together
    return {frozenset(row) for row in rows.values()}


def _shared(rows: Iterable[Row]) -> set[Row]:
    """Return the rows with two versions or more."""
    return {row for row in rows if len({language for language, _ in row}) > 1}
