from __future__ import annotations

from itertools import combinations

import pytest
from alignment_fixture import WordEncoder
from hypothesis import given, settings
from hypothesis import strategies as st

from alignment import Bead, LanguageNameError, Row, TooFewVersionsError, align_versions
from alignment.rows import reconciled

ENCODER = WordEncoder()
WORDS = st.sampled_from("sun rain road house river bread letter night bridge horse".split())
SENTENCES = st.lists(st.lists(WORDS, min_size=1, max_size=5).map(" ".join), max_size=12)
LANGUAGES = ["de", "en", "es", "fr", "ru"]


@st.composite
def beads(draw: st.DrawFn, n: int, m: int) -> list[Bead]:
    """Return any alignment of n and m sentences."""
    found = []
    i = j = 0
    while i < n or j < m:
        a = draw(st.integers(0, min(3, n - i)))
        b = draw(st.integers(0, min(3, m - j))) if a else 1
        if a > 1 and not b:
            a = 1
        if not a and j == m:
            continue
        score = draw(st.floats(0.1, 1)) if a and b else 0.0
        found.append(Bead(tuple(range(i, i + a)), tuple(range(j, j + b)), score))
        i, j = i + a, j + b
    return found


@st.composite
def contrary_pairs(draw: st.DrawFn) -> tuple[dict[tuple[str, str], list[Bead]], dict[str, int]]:
    """Return alignments of up to five versions that need not agree with one another."""
    languages = LANGUAGES[: draw(st.integers(2, 5))]
    sizes = {language: draw(st.integers(0, 6)) for language in languages}
    pairs = {(one, other): draw(beads(sizes[one], sizes[other])) for one, other in combinations(languages, 2)}
    return pairs, sizes


def spans(rows: list[Row]) -> list[dict[str, tuple[int, ...]]]:
    return [dict(row.sentences) for row in rows]


@given(contrary_pairs())
@settings(max_examples=300, deadline=None)
def test_rows_are_monotone_and_total_whatever_the_pairs_say(
    made: tuple[dict[tuple[str, str], list[Bead]], dict[str, int]],
) -> None:
    pairs, sizes = made
    rows = reconciled(pairs, sizes)
    for language, size in sizes.items():
        assert [i for row in rows for i in row.sentences[language]] == list(range(size))
    for row in rows:
        assert any(row.sentences.values())
        assert list(row.sentences) == list(sizes)
        assert 0 <= row.score <= 1
        if sum(map(bool, row.sentences.values())) == 1:
            assert row.score == 0


@given(contrary_pairs())
@settings(max_examples=50, deadline=None)
def test_permuting_the_languages_permutes_the_columns(
    made: tuple[dict[tuple[str, str], list[Bead]], dict[str, int]],
) -> None:
    pairs, sizes = made
    turned = dict(reversed(sizes.items()))
    assert spans(reconciled(pairs, sizes)) == spans(reconciled(pairs, turned))
    assert all(list(row.sentences) == list(turned) for row in reconciled(pairs, turned))


@given(SENTENCES, SENTENCES, SENTENCES)
@settings(max_examples=15, deadline=None)
def test_permuting_the_versions_permutes_the_columns(
    one: list[str], two: list[str], three: list[str]
) -> None:
    rows = align_versions({"en": one, "es": two, "ru": three}, ENCODER)
    turned = align_versions({"ru": three, "en": one, "es": two}, ENCODER)
    assert rows == turned
    assert all(list(row.sentences) == ["ru", "en", "es"] for row in turned)


def test_two_versions_give_the_beads_of_their_pair() -> None:
    pairs = {("en", "es"): [Bead((0, 1), (0,), 0.8), Bead((), (1,), 0.0), Bead((2,), (2,), 0.6)]}
    rows = reconciled(pairs, {"es": 3, "en": 3})
    assert spans(rows) == [{"es": (0,), "en": (0, 1)}, {"es": (1,), "en": ()}, {"es": (2,), "en": (2,)}]
    assert [row.score for row in rows] == pytest.approx([0.8, 0.0, 0.6])


def test_what_matches_the_same_sentence_is_in_one_row() -> None:
    pairs = {
        ("en", "es"): [Bead((0,), (0,), 0.9), Bead((1,), (1, 2), 0.9)],
        ("en", "ru"): [Bead((0, 1), (0,), 0.9)],
        ("es", "ru"): [Bead((0,), (0,), 0.5), Bead((1,), (), 0.0), Bead((2,), (), 0.0)],
    }
    rows = reconciled(pairs, {"en": 2, "es": 3, "ru": 1})
    assert spans(rows) == [{"en": (0, 1), "es": (0, 1, 2), "ru": (0,)}]


def test_what_the_pivot_lacks_is_joined_and_the_gap_is_explicit() -> None:
    pairs = {
        ("en", "es"): [Bead((0,), (0,), 0.9), Bead((), (1,), 0.0), Bead((1,), (2,), 0.9)],
        ("en", "ru"): [Bead((0,), (0,), 0.9), Bead((), (1,), 0.0), Bead((1,), (2,), 0.9)],
        ("es", "ru"): [Bead((0,), (0,), 0.3), Bead((1,), (1,), 0.7), Bead((2,), (2,), 0.3)],
    }
    rows = reconciled(pairs, {"en": 2, "es": 3, "ru": 3})
    assert spans(rows)[1] == {"en": (), "es": (1,), "ru": (1,)}
    assert rows[1].score == pytest.approx(0.7)
    assert rows[0].score == pytest.approx((0.9 + 0.9 + 0.3) / 3)


def test_a_join_that_would_cross_a_row_is_not_made() -> None:
    pairs = {
        ("en", "es"): [Bead((0,), (0,), 0.9), Bead((), (1,), 0.0), Bead((1,), (2,), 0.9)],
        ("en", "ru"): [Bead((), (0,), 0.0), Bead((0,), (1,), 0.9), Bead((1,), (2,), 0.9)],
        ("es", "ru"): [
            Bead((0,), (), 0.0),
            Bead((1,), (0,), 0.2),
            Bead((2,), (1,), 0.2),
            Bead((), (2,), 0.0),
        ],
    }
    rows = spans(reconciled(pairs, {"en": 2, "es": 3, "ru": 3}))
    assert {"en": (), "es": (1,), "ru": ()} in rows
    assert {"en": (), "es": (), "ru": (0,)} in rows


def test_a_version_without_sentences_has_a_gap_in_every_row() -> None:
    rows = align_versions({"en": ["One here.", "Two there."], "es": []}, ENCODER)
    assert spans(rows) == [{"en": (0,), "es": ()}, {"en": (1,), "es": ()}]


@pytest.mark.parametrize("versions", [{}, {"en": ["A text."]}])
def test_fewer_than_two_versions_are_refused(versions: dict[str, list[str]]) -> None:
    with pytest.raises(TooFewVersionsError, match="two or more versions are needed") as caught:
        align_versions(versions, ENCODER)
    assert caught.value.languages == tuple(versions)


def test_a_blank_language_is_refused() -> None:
    with pytest.raises(LanguageNameError, match="' '"):
        align_versions({"en": ["A text."], " ": ["Un texto."]}, ENCODER)


def test_each_version_is_encoded_once() -> None:
    encoder = WordEncoder()
    versions = {"en": ["One here."], "es": ["Two there."], "ru": ["Three."]}
    align_versions(versions, encoder)
    assert sorted(encoder.encoded) == ["One here.", "Three.", "Two there."]
