from __future__ import annotations

import pytest
from service_fakes import FakeTranslator

from models.catalog import Catalog, Entry, read_catalog
from models.errors import CheckpointMissingError, UnsupportedTargetError
from service.engines import Engines
from service.errors import LanguageError, RouteError
from service.notice import starter_notice

CATALOG = read_catalog()


def engines(*here: str, quality: str | None = "best", catalog: Catalog = CATALOG) -> Engines:
    """Engines on a machine that has these checkpoints."""

    def load(checkpoint_id: str) -> FakeTranslator:
        translator = FakeTranslator(targets=tuple(catalog[checkpoint_id].targets))
        translator.checkpoint_id = checkpoint_id
        return translator

    def candidates() -> list[Entry]:
        return [catalog[name] for name in here]

    return Engines(load, candidates, catalog, quality)


def test_the_best_that_is_here_translates_unless_the_fast_one_is_wished_for() -> None:
    both = engines("starter", "opus-mt-en-es", "opus-mt-tc-big-en-es")
    assert both.translator("es").checkpoint_id == "opus-mt-tc-big-en-es"
    assert both.translator("es", quality="fast").checkpoint_id == "opus-mt-en-es"
    assert both.translator("ru").checkpoint_id == "starter"
    assert both.translator("es", "starter", quality="best").checkpoint_id == "starter"


def test_without_a_wish_the_first_is_taken() -> None:
    listed = engines("starter", "opus-mt-en-es", quality=None)
    assert listed.translator("es").checkpoint_id == "starter"
    assert listed.translator("es", quality="fast").checkpoint_id == "opus-mt-en-es"


def test_from_spanish_into_russian_the_way_is_through_english() -> None:
    here = engines("starter", "opus-mt-es-en")
    assert here.translator("ru", source="es").checkpoint_id == "opus-mt-es-en+starter"
    assert here.translator("en", source="es").checkpoint_id == "opus-mt-es-en"
    assert here.translator("ru", "starter", source="es").checkpoint_id == "opus-mt-es-en+starter"
    assert here.pairs == {"en": ("es", "ru"), "es": ("ru", "en")}


def test_a_way_that_is_not_here_names_the_command_that_opens_it() -> None:
    with pytest.raises(RouteError, match=r'"es" into "ru"; get it with: triptych models pull opus-mt-es-en$'):
        engines("starter").translator("ru", source="es")
    with pytest.raises(RouteError, match=r"triptych models pull opus-mt-tc-big-en-es$"):
        engines().translator("es")


def test_with_nothing_here_nothing_is_ready() -> None:
    with pytest.raises(CheckpointMissingError, match="starter"):
        engines().load_preferred()


def test_languages_that_no_checkpoint_knows_are_refused_by_name() -> None:
    with pytest.raises(LanguageError, match='"de" is unknown for translation from; there are en, es, ru'):
        engines("starter").translator("ru", source="de")
    with pytest.raises(LanguageError, match='"xx" is unknown for translation; there are es, ru'):
        engines("starter").translator("xx")
    with pytest.raises(UnsupportedTargetError):
        engines("starter").translator("ru", "opus-mt-en-es")


def test_a_checkpoint_is_loaded_once() -> None:
    here = engines("starter")
    here.load_preferred()
    assert here.loaded == ("starter",)
    assert here.translator("es") is here.translator("ru")


def test_the_starter_is_announced_with_the_one_command_that_gets_better() -> None:
    made = [("starter", "en", "es"), ("starter", "en", "ru")]
    assert starter_notice(made, CATALOG) == (
        "Translation into es and ru is by the small starter model; check every sentence. "
        "For publication quality: triptych models pull opus-mt-tc-big-en-es opus-mt-tc-big-en-zle"
    )
    assert starter_notice([("opus-mt-tc-big-en-es", "en", "es")], CATALOG) == ""
    assert "pull opus-mt-es-en opus-mt-tc-big-en-zle" in starter_notice(
        [("opus-mt-es-en+starter", "es", "ru")], CATALOG
    )
