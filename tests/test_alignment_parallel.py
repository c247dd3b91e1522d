from __future__ import annotations

import pytest
from alignment_fixture import WordEncoder

from alignment.parallel import UnequalVersionsError, parallel_rows

ARTICLE = [
    "The town council opened the new bridge over the river on Monday.",
    "Twelve engineers had worked on it for three years.",
    "Shopkeepers complained that the road stayed closed too long.",
    "The mayor promised that the next project would be quicker.",
    "Children threw flowers from a boat.",
]


def test_rows_follow_the_sentences_and_a_wrong_one_scores_low() -> None:
    wrong = [*ARTICLE[:3], "Completely different words stand here instead, none shared.", ARTICLE[4]]
    rows = parallel_rows({"en": ARTICLE, "es": wrong}, WordEncoder())
    assert [dict(row.sentences) for row in rows] == [{"en": (i,), "es": (i,)} for i in range(5)]
    scores = [row.score for row in rows]
    assert min(scores[:3] + scores[4:]) > 0.9
    assert scores[3] < 0.5


def test_versions_of_different_sizes_are_refused() -> None:
    with pytest.raises(UnequalVersionsError, match="en has 5, es has 4"):
        parallel_rows({"en": ARTICLE, "es": ARTICLE[1:]}, WordEncoder())


def test_empty_versions_have_no_rows() -> None:
    assert parallel_rows({"en": [], "es": []}, WordEncoder()) == []
