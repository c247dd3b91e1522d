from __future__ import annotations

from typing import TYPE_CHECKING

from models.guarded import GuardedTranslator
from models.nbest import distinct, n_best_of
from models.pivot import PivotTranslator
from models.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Listed:
    """Has a list of translations for each sentence it knows, best first."""

    checkpoint_id = "listed"
    signature = "listed"

    def __init__(self, table: Mapping[str, Sequence[Translation]], target: str = "es") -> None:
        self.targets = (target,)
        self._table = table
        self.wanted: list[int] = []

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        return [self._table[sentence][0] for sentence in sentences]

    def n_best(self, sentences: Sequence[str], *, target: str, most: int) -> list[list[Translation]]:
        self.wanted.append(most)
        return [list(self._table[sentence][:most]) for sentence in sentences]


class Plain:
    """Has one translation of everything."""

    checkpoint_id = "plain"
    targets = ("es",)
    signature = "plain"

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        return [Translation(sentence.upper(), -0.5) for sentence in sentences]


def texts(found: Sequence[Sequence[Translation]]) -> list[list[str]]:
    return [[translation.text for translation in translations] for translations in found]


def test_a_translator_that_has_no_others_gives_its_only_translation() -> None:
    assert texts(n_best_of(Plain(), ["fox", "sky"], target="es", most=4)) == [["FOX"], ["SKY"]]


def test_of_equal_texts_the_first_stays() -> None:
    found = distinct([Translation("a", -0.1), Translation("b", -0.2), Translation("a", -0.3)])
    assert [(each.text, each.score) for each in found] == [("a", -0.1), ("b", -0.2)]


def test_what_is_empty_copied_cut_or_goes_round_in_circles_is_no_alternative() -> None:
    sentence = "The small red fox sleeps under the old bridge in 1987."
    good = "El pequeño zorro rojo duerme bajo el viejo puente en 1987."
    inner = Listed(
        {
            sentence: [
                Translation(good, -0.3),
                Translation("", -0.4),
                Translation(sentence, -0.5),
                Translation("El zorro pequeño y rojo duerme bajo", -0.6, ("cut",)),
                Translation("El zorro zorro zorro zorro duerme bajo el puente viejo en 1987", -0.7),
                Translation(good.replace("1987", "1978"), -0.8),  # put right, and then nothing new
                Translation("El zorrito rojo duerme bajo el puente viejo en el año 1987.", -0.9),
            ],
            "Red fox": [Translation("Zorro rojo", -0.1), Translation("El zorro rojo", -0.2)],
        }
    )
    left = "El zorro duerme bajo el puente y no la ve."  # is Spanish already
    found = GuardedTranslator(inner).n_best([sentence, "***", left, "RED FOX"], target="es", most=7)
    assert texts(found) == [
        [good, "El zorrito rojo duerme bajo el puente viejo en el año 1987."],
        [],
        [],
        ["ZORRO ROJO", "EL ZORRO ROJO"],
    ]


def test_by_way_of_a_third_language_the_best_of_it_goes_on() -> None:
    first = Listed({"El zorro.": [Translation("The fox.", -0.25), Translation("A fox.", -0.5)]}, "en")
    second = Listed({"The fox.": [Translation("Лис.", -0.5), Translation("Лиса.", -1.0)]}, "ru")
    [found] = PivotTranslator(first, second, ("es", "en")).n_best(["El zorro."], target="ru", most=3)
    assert [(each.text, each.score) for each in found] == [("Лис.", -0.75), ("Лиса.", -1.25)]
    assert (first.wanted, second.wanted) == ([], [3])
