from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from alignment_fixture import WordEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import AlignmentError, EncoderOutputError, SentencesError, align

if TYPE_CHECKING:
    from alignment.beads import Bead

ENCODER = WordEncoder()
WORDS = st.sampled_from("sun rain road house river bread letter night bridge horse".split())
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=25)


def pairs(beads: list[Bead]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.source, bead.target) for bead in beads]


@given(SENTENCES, SENTENCES)
@settings(max_examples=60, deadline=None)
def test_every_sentence_is_in_exactly_one_bead_and_in_order(source: list[str], target: list[str]) -> None:
    beads = align(source, target, ENCODER)
    assert [i for bead in beads for i in bead.source] == list(range(len(source)))
    assert [j for bead in beads for j in bead.target] == list(range(len(target)))
    for bead in beads:
        assert bead.source or bead.target
        assert 0 <= bead.score <= 1
        if not bead.source or not bead.target:
            assert bead.score == 0
            assert len(bead.source) + len(bead.target) == 1


@given(SENTENCES, SENTENCES)
@settings(max_examples=10, deadline=None)
def test_the_same_input_gives_the_same_beads(source: list[str], target: list[str]) -> None:
    assert align(source, target, ENCODER) == align(source, target, ENCODER)


ARTICLE = [
    "The town council opened the new bridge over the river on Monday.",
    "Twelve engineers had worked on it for three years.",
    "Shopkeepers complained that the road stayed closed too long.",
    "Many of them lost customers while trucks blocked the market square.",
    "The mayor promised that the next project would be quicker.",
    "Children threw flowers from a boat.",
    "In the evening a band played old songs until midnight.",
]


def test_an_article_and_itself_are_aligned_sentence_by_sentence() -> None:
    beads = align(ARTICLE, ARTICLE, ENCODER)
    assert pairs(beads) == [((i,), (i,)) for i in range(len(ARTICLE))]
    assert min(bead.score for bead in beads) > 0.9


def test_a_merged_sentence_takes_both_its_parts() -> None:
    target = [*ARTICLE[:2], " ".join(ARTICLE[2:4]), *ARTICLE[4:]]
    assert ((2, 3), (2,)) in pairs(align(ARTICLE, target, ENCODER))
    assert ((2,), (2, 3)) in pairs(align(target, ARTICLE, ENCODER))


def test_a_sentence_without_a_counterpart_stands_alone() -> None:
    beads = align(ARTICLE, ARTICLE[:5] + ARTICLE[6:], ENCODER)
    assert ((5,), ()) in pairs(beads)
    assert ((6,), (5,)) in pairs(beads)


def test_an_empty_side_gives_only_null_beads() -> None:
    assert pairs(align(ARTICLE[:2], [], ENCODER)) == [((0,), ()), ((1,), ())]
    assert pairs(align([], ARTICLE[:2], ENCODER)) == [((), (0,)), ((), (1,))]
    assert align([], [], ENCODER) == []


def test_one_sentence_against_many_finds_its_place() -> None:
    many = [f"Item {i} costs {i * 7} and weighs {i * i} grams." for i in range(100)]
    beads = align([many[66]], many, ENCODER)
    assert len(beads) == 100
    assert ((0,), (66,)) in pairs(beads)


def test_one_sentence_against_thousands_is_partitioned() -> None:
    many = [f"Item {i} costs {i * 7} and weighs {i * i} grams." for i in range(3000)]
    beads = align([many[2222]], many, ENCODER)
    assert [i for bead in beads for i in bead.source] == [0]
    assert [j for bead in beads for j in bead.target] == list(range(3000))


def test_thousands_of_identical_sentences_are_partitioned() -> None:
    beads = align(["Yes."] * 1200, ["Yes."] * 1000, ENCODER)
    assert [i for bead in beads for i in bead.source] == list(range(1200))
    assert [j for bead in beads for j in bead.target] == list(range(1000))
    assert sum(1 for bead in beads if bead.source and bead.target) > 900


def test_empty_sentences_are_kept() -> None:
    beads = align(["", ARTICLE[0], ""], [ARTICLE[0], ""], ENCODER)
    assert sum(len(bead.source) for bead in beads) == 3
    assert sum(len(bead.target) for bead in beads) == 2


def test_a_third_cut_out_of_a_long_version_does_not_mislead() -> None:
    source = [f"{ARTICLE[i % 7]} {i} {i * 7} {i * i}" for i in range(1500)]
    beads = align(source, source[:400] + source[900:], ENCODER)
    right = {((i,), (i,)) for i in range(400)} | {((i,), (i - 500,)) for i in range(900, 1500)}
    assert len(right & set(pairs(beads))) > 0.95 * len(right)


def test_a_string_instead_of_sentences_is_refused() -> None:
    with pytest.raises(SentencesError, match="found one string") as caught:
        align("A text.", ["A text."], ENCODER)
    assert caught.value.found == "one string"
    with pytest.raises(SentencesError, match="a int in it"):
        align(["A text."], [3], ENCODER)  # type: ignore[list-item]


class BadEncoder:
    def __init__(self, vectors: object) -> None:
        self._vectors = np.asarray(vectors, np.float32)

    def encode(self, sentences: object) -> np.ndarray:
        return self._vectors


@pytest.mark.parametrize("vectors", [[[1.0, 0.0]], [1.0, 0.0], [[float("nan"), 1.0], [0.0, 1.0]]])
def test_an_encoder_that_returns_something_else_is_named(vectors: object) -> None:
    with pytest.raises(EncoderOutputError, match="the encoder returned") as caught:
        align(["One.", "Two."], ["One."], BadEncoder(vectors))
    assert isinstance(caught.value, AlignmentError)
    assert caught.value.sentences == 2


def test_versions_of_different_articles_are_not_forced_together() -> None:
    other = [f"Wholly unlike number{i} phrase{i * 3} remark{i * 5} notion{i * 7}" for i in range(40)]
    more = [f"Nothing shared token{i} lexeme{i * 3} figure{i * 5} idea{i * 7}" for i in range(40)]
    assert all(not bead.source or not bead.target for bead in align(other, more, ENCODER))


def test_single_sentences_are_matched() -> None:
    assert pairs(align(ARTICLE[:1], ARTICLE[:1], ENCODER)) == [((0,), (0,))]


def test_a_bead_of_unlike_sentences_scores_low() -> None:
    target = [*ARTICLE[:3], "Quite other words stand here, nowhere else found, of like length.", *ARTICLE[4:]]
    beads = align(ARTICLE, target, ENCODER)
    scores = {bead.source: bead.score for bead in beads if bead.source}
    assert scores[(3,)] < 0.4
    assert min(score for source, score in scores.items() if source != (3,)) > 0.7
