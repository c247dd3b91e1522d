"""Alignment of two or more versions: rows that are consistent over all of them.

Method: every two versions are aligned. The version whose beads score highest in all is the pivot: a row is
what hangs together over the pivot's beads, so that sentences matching the same pivot sentence share a row.
What the pivot lacks is then joined over the next version in the same way, where that crosses no row made
before, and so on.

Left out: a search over all versions at once; where two pairs disagree, the row holds their union.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from alignment.aligner import Encoder, align_encoded, encoded
from alignment.anchors import KeyReader
from alignment.beads import Bead, Row
from alignment.errors import LanguageNameError, TooFewVersionsError

Pairs = Mapping[tuple[str, str], Sequence[Bead]]
Span = tuple[int, int]  # first sentence, sentence after the last
Spans = dict[str, Span]


def align_versions(
    versions: Mapping[str, Sequence[str]],
    encoder: Encoder,
    blocks: Mapping[str, Sequence[int]] | None = None,
) -> list[Row]:
    """Align the sentences of two or more versions, given by language.

    `blocks` are the numbers of the blocks that the sentences stand in, of the versions where they are known.

    Returns rows in reading order; every sentence of every version is in exactly one, and each row names every
    language, with () where that version has no counterpart. The order of the mapping changes nothing but
    the order of the languages in a row. Raises TooFewVersionsError, LanguageNameError, SentencesError or
    EncoderOutputError.
    """
    languages = list(versions)
    for language in languages:
        if not language.strip():
            raise LanguageNameError(language)
    if len(languages) < 2:
        raise TooFewVersionsError(languages)
    reader = KeyReader()
    sides = {
        language: encoded(versions[language], encoder, (blocks or {}).get(language), reader)
        for language in sorted(languages)
    }
    pairs = {
        (one, other): align_encoded(sides[one], sides[other], encoder)
        for one, other in combinations(sorted(languages), 2)
    }
    return reconciled(pairs, {language: len(versions[language]) for language in languages})


def reconciled(pairs: Pairs, sizes: Mapping[str, int]) -> list[Row]:
    """Make rows from the beads of every two versions.

    `pairs` holds the beads of each two languages in alphabetical order, `sizes` the number of sentences of
    each version; its order becomes the order of the languages in a row.
    """
    rows = _Rows(sizes)
    worth = {
        language: sum(_worth(bead) for pair, beads in pairs.items() if language in pair for bead in beads)
        for language in sizes
    }
    for pivot in sorted(sizes, key=lambda language: (-worth[language], language)):
        rows.grow(pivot, [_turned(beads, pair, pivot) for pair, beads in pairs.items() if pivot in pair])
    means = _RowScores(pairs, sizes)
    return [
        Row({language: tuple(range(*spans.get(language, (0, 0)))) for language in sizes}, means.of(spans))
        for spans in rows.ordered
    ]


@dataclass(frozen=True, slots=True)
class _Link:
    """A bead seen from the pivot."""

    pivot: Span
    language: str
    span: Span


def _turned(beads: Sequence[Bead], pair: tuple[str, str], pivot: str) -> list[_Link]:
    other = pair[1] if pivot == pair[0] else pair[0]
    links = []
    for bead in beads:
        if bead.source and bead.target:
            one, two = (bead.source[0], bead.source[-1] + 1), (bead.target[0], bead.target[-1] + 1)
            links.append(_Link(one, other, two) if pivot == pair[0] else _Link(two, other, one))
    return links


class _Rows:
    """Rows in order, each as spans, and where every sentence stands."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self.ordered: list[Spans] = []
        self._sizes = sizes

    def grow(self, pivot: str, links: Sequence[Sequence[_Link]]) -> None:
        """Give each sentence of the pivot that has no row a row, with what is linked to it and has none."""
        row_of = {language: self._row_of(language) for language in self._sizes}
        free = [
            link
            for each in links
            for link in each
            if all(row_of[pivot][i] < 0 for i in range(*link.pivot))
            and all(row_of[link.language][i] < 0 for i in range(*link.span))
        ]
        slots = {language: _slots(rows, len(self.ordered)) for language, rows in row_of.items()}
        after: dict[int, list[Spans]] = {}
        place = -1
        for spans in self._grouped(pivot, free, row_of[pivot]):
            low, high = _slot(spans, slots)
            while low >= high:  # would cross a row: do without the language that joined last
                spans = dict(list(spans.items())[:-1])
                low, high = _slot(spans, slots)
            place = max(place, low)
            after.setdefault(place, []).append(spans)
        grown = after.get(-1, [])
        for index, row in enumerate(self.ordered):
            grown.append(row)
            grown.extend(after.get(index, []))
        self.ordered = grown

    def _row_of(self, language: str) -> list[int]:
        """Return the row of each sentence of a version, -1 where it has none."""
        rows = [-1] * self._sizes[language]
        for index, spans in enumerate(self.ordered):
            for sentence in range(*spans.get(language, (0, 0))):
                rows[sentence] = index
        return rows

    def _grouped(self, pivot: str, links: Sequence[_Link], row_of: Sequence[int]) -> list[Spans]:
        """Return what hangs together over the pivot, in its order, the pivot's own span first."""
        begins: dict[int, list[_Link]] = {}
        for link in links:
            begins.setdefault(link.pivot[0], []).append(link)
        groups: list[Spans] = []
        stop = 0  # the group before reaches up to here
        for sentence in range(self._sizes[pivot]):
            if row_of[sentence] >= 0:
                continue
            if sentence >= stop:
                groups.append({pivot: (sentence, sentence + 1)})
                stop = sentence + 1
            for link in begins.get(sentence, []):
                stop = max(stop, link.pivot[1])
                groups[-1][pivot] = (groups[-1][pivot][0], stop)
                first, last = groups[-1].get(link.language, link.span)
                groups[-1][link.language] = (min(first, link.span[0]), max(last, link.span[1]))
        return groups


def _slots(rows: Sequence[int], count: int) -> list[Span]:
    """Return, for each sentence, the last row before it and the first one after it with its version."""
    before, last = [], -1
    for row in rows:
        last = max(last, row)
        before.append(last)
    after, following = [], count
    for row in reversed(rows):
        following = row if row >= 0 else following
        after.append(following)
    return list(zip(before, reversed(after), strict=True))


def _slot(spans: Spans, slots: Mapping[str, Sequence[Span]]) -> Span:
    """Return the row after which, and the row before which, a new row with these spans must stand."""
    inside = [slots[language][sentence] for language, span in spans.items() for sentence in range(*span)]
    return max(low for low, _ in inside), min(high for _, high in inside)


def _worth(bead: Bead) -> float:
    return bead.score * (len(bead.source) + len(bead.target))


class _RowScores:
    """The mean score of a row over the pairs of versions in it."""

    def __init__(self, pairs: Pairs, sizes: Mapping[str, int]) -> None:
        self._beads = {}
        for pair, beads in pairs.items():
            one: list[Bead | None] = [None] * sizes[pair[0]]
            other: list[Bead | None] = [None] * sizes[pair[1]]
            for bead in beads:
                for i in bead.source:
                    one[i] = bead
                for j in bead.target:
                    other[j] = bead
            self._beads[pair] = (one, other)

    def of(self, spans: Spans) -> float:
        """Return the mean over pairs; for a pair, the mean over its sentences of their beads' scores."""
        scores = []
        for one, other in combinations(sorted(spans), 2):
            sources, targets = self._beads[one, other]
            beads = [sources[i] for i in range(*spans[one])] + [targets[j] for j in range(*spans[other])]
            scores.append(sum(bead.score for bead in beads if bead is not None) / len(beads))
        return sum(scores) / len(scores) if scores else 0.0
