from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from weights.edits import Line, edited, halves, paragraphs, right_beads

LINES = [
    f"Line number {number}, which is long enough to be cut in two; and so it may be." for number in range(30)
]
HEAVY = {"merge": 0.2, "split": 0.2, "delete": 0.2, "insert": 0.1}


def carrying(*groups: tuple[int, ...]) -> list[Line]:
    return [Line("", frozenset(group)) for group in groups]


def test_sentences_that_carry_the_same_lines_make_a_bead() -> None:
    source = carrying((0,), (1, 2), (3,), (4,), (5,), (5,))
    target = carrying((0,), (1,), (2,), (4,), (9,), (5,))
    assert right_beads(source, target) == [
        ((0,), (0,)),
        ((1,), (1, 2)),
        ((2,), ()),
        ((3,), (3,)),
        ((), (4,)),
        ((4, 5), (5,)),
    ]


def test_lines_in_another_order_have_no_right_beads() -> None:
    assert right_beads(carrying((0,), (1,)), carrying((1,), (0,))) is None


def test_a_sentence_is_cut_at_the_punctuation_nearest_its_middle() -> None:
    first, second = halves("The boats stayed in; nobody went out that night, or the next.", 7)
    assert (first.text, second.text) == ("The boats stayed in.", "Nobody went out that night, or the next.")
    assert first.lines == second.lines == {7}
    assert [line.text for line in halves("No place to cut.", 7)] == ["No place to cut."]


@given(st.integers())
def test_versions_made_at_random_have_right_beads_that_hold_every_sentence_once(seed: int) -> None:
    rng = random.Random(seed)
    languages = [list(LINES), list(LINES)]  # what is put in comes from each language's own lines
    versions = [edited(range(len(LINES)), lines, HEAVY, rng) for lines in languages]
    beads = right_beads(*versions)
    assert beads is not None
    for side, version in enumerate(versions):
        assert [index for bead in beads for index in bead[side]] == list(range(len(version)))
        assert len(paragraphs(version, {0, 5, 10}, rng)) == len(version)
