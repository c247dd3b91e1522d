from __future__ import annotations

from typing import TYPE_CHECKING

from service_fakes import LetterEncoder, ManyTranslator, fake_engines, fake_pipeline

from models.translation import Translation
from service.alternatives import alternatives
from service.article import Format
from service.batcher import Batcher
from service.compose import compose
from service.errors import CancelledError
from service.flags import APPROVED
from service.formats import read
from service.formats.lines import read_lines
from service.glossary import NO_TERMS, Term
from service.glossed import GlossaryTranslator
from service.turns import Turns
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.translation import Translator
    from service.article import Article


class Table(ManyTranslator):
    """Has the translations that a table gives."""

    def __init__(self, **table: Sequence[str]) -> None:
        super().__init__()
        self._table = table

    def _ranked(self, sentence: str) -> list[Translation]:
        flags = (APPROVED,) if sentence.startswith("Approved") else ()
        texts = self._table[sentence.rstrip(".").replace(" ", "_")]
        return [Translation(text, -0.5, flags) for text in texts]

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        return [self._ranked(sentence)[0] for sentence in sentences]

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        self.asked += sentences
        return [self._ranked(sentence)[:most] for sentence in sentences]


def others(translator: Translator, *texts: Article, most: int = 3) -> list[list[str]]:
    encoder = LetterEncoder()
    versions = [compose(text, "es", translator, encoder) for text in texts]
    found = alternatives(texts, versions, translator, encoder, most)
    return [[version.article.source for version in each] for each in found]


def lines(text: str) -> Article:
    return read_lines(text, "en")


def test_texts_are_put_together_rank_by_rank() -> None:
    table = Table(
        Rain_fell=["Llovió.", "Cayó lluvia.", "Hubo lluvia."],
        Boats_stayed=["Los barcos se quedaron.", "Los botes se quedaron."],
    )
    assert others(
        table, lines("Rain fell. Boats stayed."), lines("Boats stayed."), lines("12"), lines("")
    ) == [
        ["Cayó lluvia. Los botes se quedaron.", "Hubo lluvia. Los barcos se quedaron."],
        ["Los botes se quedaron."],
        [],
        [],
    ]
    assert table.asked == ["Rain fell.", "Boats stayed."]


def test_none_says_what_the_translation_or_another_says() -> None:
    table = Table(Rain_fell=["Llovió.", " Llovió. ", "Cayó  lluvia.", "Cayó lluvia."])
    assert others(table, lines("Rain fell.")) == [["Cayó lluvia."]]


def test_what_a_person_approved_has_none() -> None:
    table = Table(Approved_rain=["Lluvia.", "Aguacero."], Boats_stayed=["Se quedaron.", "Siguieron."])
    assert others(table, lines("Approved rain. Boats stayed.")) == [["Lluvia. Siguieron."]]
    assert others(table, lines("Approved rain.")) == [[]]


def test_one_that_lost_an_address_is_none() -> None:
    table = Table(**{"See_https://a.example/b": [
        "Vea https://a.example/b.", "Vea la página.", "Mire https://a.example/b."]})  # fmt: skip
    assert others(table, lines("See https://a.example/b.")) == [["Mire https://a.example/b."]]


def test_markup_is_kept_in_each() -> None:
    html = read("<p>The <b>boats</b> stayed.</p>", Format.HTML, "en")
    assert others(ManyTranslator(), html, most=2) == [
        ["<p>THE <b>BOATS</b> STAYED.!</p>", "<p>THE <b>BOATS</b> STAYED.!!</p>"]
    ]


def test_there_are_never_more_than_fifteen() -> None:
    assert len(others(ManyTranslator(), lines("Rain fell."), most=100)[0]) == 15


def test_terms_are_in_each() -> None:
    table = Table(
        The_quay_was_wet=["El muelle estaba mojado.", "El muelle era húmedo.", "El andén estaba mojado."]
    )
    terms = NO_TERMS.with_terms([Term("quay", "muelle", "es"), Term("wet", None, "es")]).of("es")
    kept = GlossaryTranslator(table, terms, LetterEncoder())
    [found] = kept.n_best(["The quay was wet."], target="es", most=3)
    assert found
    assert all("muelle" in each.text and "wet" in each.text for each in found)


def test_a_batcher_takes_its_turn_and_stops_when_nobody_waits() -> None:
    inner = ManyTranslator()
    engines = fake_engines(inner, lambda translator: Batcher(translator, Turns(1), sentences=8))
    work = Work()
    bound = engines.bound("es", work=work)
    sentences = [f"Boat {number}." for number in range(5)]
    ranked = bound.n_best(sentences, target="es", most=4)  # type: ignore[attr-defined]
    assert [len(each) for each in ranked] == [4] * 5
    work.cancel()
    inner.asked.clear()
    try:
        bound.n_best(sentences, target="es", most=4)  # type: ignore[attr-defined]
    except CancelledError:
        assert inner.asked == []
    else:
        raise AssertionError("it went on")
    engines.close()


def test_the_pipeline_has_none_for_no_texts() -> None:
    assert fake_pipeline(ManyTranslator()).alternatives([], [], 3) == []
