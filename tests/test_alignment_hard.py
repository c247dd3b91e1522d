"""Input that no article should be, and encoders of other kinds."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from alignment_fixture import WordEncoder
from service_fakes import fake_pipeline

from alignment import LexicalEncoder, SentencesError, align, align_versions, audit, unrelated_findings
from alignment.aligner import encoded
from alignment.cost import BeadCost, Levels
from alignment.weights import Weights
from models.cached import CachedEncoder, MemoryVectors
from models.loading import load_encoder
from service.article import Article, Format
from service.assembly import build_pipeline
from service.config import Settings
from service.formats import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from alignment import Bead, Encoder

ENCODER = WordEncoder()
WORDS = (
    "harbour ferry night island council mayor ticket pier storm school bridge road letter bread horse window"
    " garden winter doctor train market river music story summer village captain engine paper stone"
).split()


def made(seed: int, size: int) -> list[str]:
    rng = random.Random(seed)
    return [
        " ".join(rng.choices(WORDS, k=rng.randint(5, 12))) + f" w{rng.randrange(size)}" for _ in range(size)
    ]


def complete(beads: Sequence[Bead], source: int, target: int) -> bool:
    return [i for bead in beads for i in bead.source] == list(range(source)) and [
        j for bead in beads for j in bead.target
    ] == list(range(target))


def pairs(beads: Sequence[Bead]) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    return [(bead.source, bead.target) for bead in beads]


@pytest.mark.parametrize("encoder", [ENCODER, LexicalEncoder()])
def test_one_sentence_against_five_thousand(encoder: Encoder) -> None:
    many = [f"Item {i} costs {i * 7} and weighs {i * i} grams." for i in range(5000)]
    assert complete(align(many[3333:3334], many, encoder), 1, 5000)
    assert complete(align(many, many[3333:3334], encoder), 5000, 1)


@pytest.mark.parametrize("encoder", [ENCODER, LexicalEncoder()])
def test_three_thousand_identical_sentences(encoder: Encoder) -> None:
    beads = align(["Yes, it is."] * 3000, ["Yes, it is."] * 3000, encoder)
    assert complete(beads, 3000, 3000)
    assert sum(1 for bead in beads if bead.source and bead.target) > 2700


@pytest.mark.parametrize("encoder", [ENCODER, LexicalEncoder()])
def test_an_empty_side_is_all_gaps_and_said_to_be_unrelated(encoder: Encoder) -> None:
    versions = {"en": made(1, 8), "es": []}
    rows = align_versions(versions, encoder)
    assert [row.sentences["es"] for row in rows] == [()] * 8
    assert [each.kind for each in audit(rows, versions)] == ["unrelated"]


def test_no_shared_content_is_unrelated_and_no_bead_is_forced() -> None:
    english = [f"Wholly unlike number{i} phrase{i * 3} remark{i * 5}" for i in range(40)]
    spanish = [f"Nothing shared token{i} lexeme{i * 3} figure{i * 5}" for i in range(40)]
    rows = align_versions({"en": english, "es": spanish}, ENCODER)
    assert not any(row.sentences["en"] and row.sentences["es"] for row in rows)
    (finding,) = unrelated_findings(rows, ["en", "es"])
    assert (finding.language, finding.kind) == ("es", "unrelated")
    assert "is it the same article?" in finding.reason


def test_a_sentence_of_a_megabyte_is_aligned_where_it_stands() -> None:
    text = made(2, 6)
    text[3] = " ".join(random.Random(3).choices(WORDS, k=170_000))
    assert len(text[3]) > 1_000_000
    versions = {"en": text, "es": text}
    rows = align_versions(versions, CachedEncoder(load_encoder(), MemoryVectors()))
    assert [row.sentences["en"] for row in rows] == [(i,) for i in range(6)]
    assert [row.sentences["es"] for row in rows] == [(i,) for i in range(6)]
    assert audit(rows, versions) == []


class Distorted:
    """An encoder whose vectors are turned, and pulled together by a component that all have in common."""

    def __init__(self, encoder: Encoder, common: float, scale: float) -> None:
        self._encoder = encoder
        self._common = common
        self._scale = scale

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        vectors = self._encoder.encode(sentences)
        turn, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(vectors.shape[1],) * 2))
        common = np.full((len(vectors), 1), self._common)
        return (np.hstack([vectors @ turn, common]) * self._scale).astype(np.float32)


@pytest.mark.parametrize(("common", "scale"), [(0.0, 7.0), (0.5, 1.0), (1.0, 0.1)])
def test_an_encoder_on_another_scale_gives_the_same_beads(common: float, scale: float) -> None:
    source = made(4, 60)
    target = [*source[:10], " ".join(source[10:12]), *source[12:30], *source[33:]]
    plain = align(source, target, ENCODER)
    other = align(source, target, Distorted(ENCODER, common, scale))
    assert pairs(other) == pairs(plain)
    assert np.abs([a.score - b.score for a, b in zip(plain, other, strict=True)]).max() < 0.1


def test_unrelated_is_said_on_another_scale_too() -> None:
    english = [f"Wholly unlike number{i} phrase{i * 3} remark{i * 5}" for i in range(40)]
    spanish = [f"Nothing shared token{i} lexeme{i * 3} figure{i * 5}" for i in range(40)]
    beads = align(english, spanish, Distorted(ENCODER, 1.0, 1.0))
    assert all(not bead.source or not bead.target for bead in beads)


def test_blocks_are_evidence_where_both_versions_have_them() -> None:
    sentences = made(6, 4)
    one, other = encoded(sentences, ENCODER, [0, 0, 1, 1]), encoded(sentences, ENCODER, [0, 0, 1, 1])
    plain = replace(one.side, starts=np.zeros(0, np.bool_))
    levels, weights = Levels(0.1, 0.7, 0.0), Weights.learnt()
    blocked = BeadCost(one.side, other.side, levels, weights).block(range(1, 5), range(1, 5))
    free = BeadCost(plain, plain, levels, weights).block(range(1, 5), range(1, 5))
    edges = (blocked - free) / weights.block
    assert edges[0, 0, 1, 1] == pytest.approx(1, abs=1e-4)  # the second sentences, which end a block
    assert edges[0, 0, 0, 1] == pytest.approx(-2, abs=1e-4)  # the first and the second: two edges of one side
    assert edges[1, 1, 1, 1] == pytest.approx(2, abs=1e-4)  # the whole first blocks
    assert edges[1, 1, 2, 2] == pytest.approx(-2, abs=1e-4)  # the middle, across the edge on both sides


def test_blocks_that_are_no_sequence_of_the_sentences_are_refused() -> None:
    with pytest.raises(SentencesError, match="4 sentences with 2 block numbers"):
        align(made(6, 4), made(6, 4), ENCODER, ([0, 1], [0, 0, 1, 1]))


def test_blocks_change_nothing_where_one_version_has_none() -> None:
    source, target = made(7, 20), made(7, 20)
    beads = align(source, target, ENCODER, ([0] * 20, list(range(20))))
    assert beads == align(source, target, ENCODER)


ENGLISH = (
    "The night ferry left the harbour at nine. The council had voted for it after a long debate. Nobody"
    " in the town wanted to miss the first crossing. The mayor thanked everyone who had come to the pier."
)


def article(text: str, language: str) -> Article:
    return read(text, Format.TEXT, language)


def test_a_version_in_another_language_than_it_is_given_as_is_said() -> None:
    pipeline = fake_pipeline(identify=lambda text: "en" if "night" in text.lower() else None)
    aligned = pipeline.align([article(ENGLISH, "en"), article(ENGLISH, "es")])
    assert [(each.language, each.kind) for each in aligned.findings] == [("es", "language")]
    assert aligned.findings[0].reason == "es reads like en; was the right file given?"


def test_the_service_without_an_encoder_aligns_and_names_the_language() -> None:
    pipeline = build_pipeline(Settings(encoder="none"))
    assert pipeline.encoder_id == "none"
    aligned = pipeline.compare([article(ENGLISH, "en"), article(ENGLISH, "es")])
    assert [dict(row.sentences) for row in aligned.rows] == [{"en": (i,), "es": (i,)} for i in range(4)]
    assert [(each.language, each.kind) for each in aligned.findings] == [("es", "language")]
    assert aligned.signature.endswith("encoder:none")
