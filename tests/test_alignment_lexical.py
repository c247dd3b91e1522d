from __future__ import annotations

import numpy as np
import pytest

from alignment import LexicalEncoder, align
from alignment.anchors import DIMENSIONS, KeyReader, anchor_vectors


def test_keys_are_numbers_addresses_and_beginnings_of_words() -> None:
    reader = KeyReader()
    assert reader.keys("Putin paid 1,500.") == {"puti", "paid", "1", "500"}
    assert reader.keys("Путина 1 500") == {"puti", "1", "500"}
    assert reader.keys("See https://a.example/x?y=1, or write to a@b.example.") >= {
        "https://a.example/x?y=1",
        "a@b.example",
    }
    assert reader.keys("") == reader.keys("a of no") == set()


def test_only_what_both_versions_hold_counts_the_rare_most() -> None:
    source = ["Rain in Orla 2029.", "Rain again.", "Rain still.", "Only here 77."]
    target = ["Дождь, Орла, 2029.", "Rain.", "Rain.", "Rain."]
    one, other = anchor_vectors(source, target)
    shared = one @ other.T
    assert one.shape == (4, DIMENSIONS)
    assert shared[0, 0] > shared[0, 1] > 0
    assert not shared[3].any()


def test_anchors_of_nothing_are_nothing() -> None:
    one, other = anchor_vectors([], ["Rain."])
    assert one.shape == (0, DIMENSIONS)
    assert not other.any()


def test_vectors_are_of_unit_length_and_those_of_shared_keys_are_alike() -> None:
    vectors = LexicalEncoder().encode(["Putin paid 1,500.", "Путина, 1 500", "Nothing alike", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1, 1], abs=1e-6)
    assert vectors[0] @ vectors[1] > 0.5 > 0.2 > vectors[0] @ vectors[2]


def test_an_article_is_aligned_by_lengths_and_anchors_alone() -> None:
    english = [f"Ward {n} of Sandhaven counted {n * 37 + 4} votes for Calder." for n in range(12)]
    russian = [f"В округе {n} за Колдер подано {n * 37 + 4} голосов." for n in range(12) if n != 5]
    beads = {(bead.source, bead.target) for bead in align(english, russian, LexicalEncoder())}
    assert {((n,), (n - (n > 5),)) for n in range(12) if n != 5} <= beads
    assert ((5,), ()) in beads
