from __future__ import annotations

import pytest

from models.catalog import Entry, Kind, Origin, read_catalog
from models.routes import find_route, reachable


def entry(name: str, source: str, *targets: str, quality: str = "fast") -> Entry:
    return Entry(name, Kind.TRANSLATOR, "", Origin.HUB, quality, source, dict.fromkeys(targets, ""))


STARTER = entry("starter", "en", "es", "ru", quality="starter")
FAST = entry("fast-es", "en", "es")
BEST = entry("best-es", "en", "es", quality="best")
INTO = entry("es-en", "es", "en")


def ids(way: tuple[Entry, ...]) -> list[str]:
    return [leg.id for leg in way]


@pytest.mark.parametrize(
    ("entries", "quality", "chosen"),
    [
        ([STARTER, FAST, BEST], "best", "best-es"),
        ([STARTER, FAST, BEST], "fast", "fast-es"),
        ([STARTER, FAST], "best", "fast-es"),
        ([STARTER, BEST], "fast", "best-es"),
        ([STARTER], "best", "starter"),
        ([FAST, BEST], None, "fast-es"),
        ([BEST, FAST], None, "best-es"),
    ],
)
def test_the_best_there_is_or_the_fast_one_is_chosen(
    entries: list[Entry], quality: str | None, chosen: str
) -> None:
    assert ids(find_route(entries, "en", "es", quality)) == [chosen]


def test_without_a_direct_checkpoint_the_way_is_through_english() -> None:
    assert ids(find_route([STARTER, INTO], "es", "ru")) == ["es-en", "starter"]
    direct = entry("es-ru", "es", "ru")
    assert ids(find_route([STARTER, INTO, direct], "es", "ru")) == ["es-ru"]


@pytest.mark.parametrize(("source", "target"), [("es", "ru"), ("en", "fr"), ("en", "en"), ("ru", "es")])
def test_where_there_is_no_way_there_is_none(source: str, target: str) -> None:
    assert find_route([STARTER], source, target) == ()


def test_what_can_be_reached_is_told_by_source() -> None:
    assert reachable([STARTER, INTO]) == {"en": ("es", "ru"), "es": ("ru", "en")}


@pytest.mark.parametrize("source", ["en", "es", "ru"])
@pytest.mark.parametrize("target", ["en", "es", "ru"])
def test_the_catalog_leads_from_each_of_its_languages_into_each_other(source: str, target: str) -> None:
    way = find_route(read_catalog().entries, source, target, "best")
    assert bool(way) == (source != target)
    assert len(way) <= (1 if "en" in (source, target) else 2)
