from __future__ import annotations

import random

from alignment_fixture import WordEncoder

from alignment import align_versions, order_findings

WORDS = (
    "harbour ferry night island council mayor ticket pier storm school bridge road letter bread horse".split()
)
ENCODER = WordEncoder()


def article(seed: int, size: int = 24) -> list[str]:
    """Make sentences that share a few words with each other and have three of their own.

    With fewer of their own, a reversed version has alignments so good that rounding, which differs from
    processor to processor, decides whether there is anything to look into.
    """
    rng = random.Random(seed)
    return [
        " ".join([*rng.sample(WORDS, 3), *(f"w{rng.randrange(9999)}" for _ in range(3))]) for _ in range(size)
    ]


def kinds(versions: dict[str, list[str]]) -> list[tuple[str, str]]:
    rows = align_versions(versions, ENCODER)
    return [(each.language, each.kind) for each in order_findings(rows, versions, ENCODER)]


def test_a_reversed_version_is_said_to_be_reversed() -> None:
    one = article(1)
    versions = {"en": one, "es": one[::-1], "ru": one}
    rows = align_versions(versions, ENCODER)
    (found,) = order_findings(rows, versions, ENCODER)
    assert (found.language, found.kind, found.row) == ("es", "order", 0)
    assert "in reverse" in found.reason


def test_a_shuffled_version_is_in_another_order() -> None:
    one = article(2)
    shuffled = one[:]
    random.Random(5).shuffle(shuffled)
    assert kinds({"en": one, "es": shuffled}) == [("es", "order")]


def test_versions_in_order_other_articles_and_a_moved_paragraph_are_none() -> None:
    one = article(3)
    assert kinds({"en": one, "es": one}) == []
    assert kinds({"en": one, "es": [f"other{n} quite{n} text{n}" for n in range(24)]}) == []
    assert kinds({"en": one, "es": one[4:] + one[:4]}) == []
    assert kinds({"en": one, "es": []}) == []
