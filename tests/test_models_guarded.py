from __future__ import annotations

from typing import TYPE_CHECKING

from models.guarded import GuardedTranslator
from models.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Scripted:
    """Answers from a table, and remembers what it was asked."""

    checkpoint_id = "scripted"
    targets = ("es",)

    def __init__(self, answers: Mapping[str, Translation], name: str = "scripted") -> None:
        self._answers = answers
        self.signature = name
        self.asked: list[str] = []

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        self.asked += sentences
        return [self._answers[sentence] for sentence in sentences]


LOOP = Translation("zorro zorro zorro zorro zorro", -0.1)
SOUND = Translation("El zorro duerme.", -0.4)


def test_results_are_flagged_and_stay_in_order() -> None:
    inner = Scripted({"The fox sleeps.": SOUND, "In 1987.": Translation("En.", -0.2, ("cut",))})
    results = GuardedTranslator(inner).translate(["In 1987.", "***", "The fox sleeps."], target="es")
    assert results == [Translation("En.", -0.2, ("cut", "numbers")), Translation("***", 0.0), SOUND]
    assert inner.asked == ["In 1987.", "The fox sleeps."]


def test_a_loop_is_tried_again_and_the_better_one_kept() -> None:
    again = Scripted({"The fox sleeps.": SOUND})
    guarded = GuardedTranslator(Scripted({"The fox sleeps.": LOOP}), again)
    assert guarded.translate(["The fox sleeps."], target="es") == [SOUND]
    assert again.asked == ["The fox sleeps."]


def test_a_second_try_that_is_worse_is_dropped() -> None:
    worse = Translation("zorro zorro zorro zorro 12 zorro zorro zorro zorro zorro zorro", -0.3, ("cut",))
    guarded = GuardedTranslator(Scripted({"The fox sleeps.": LOOP}), Scripted({"The fox sleeps.": worse}))
    assert guarded.translate(["The fox sleeps."], target="es")[0].text == LOOP.text


def test_a_sound_translation_is_not_asked_for_twice() -> None:
    again = Scripted({})
    GuardedTranslator(Scripted({"The fox sleeps.": SOUND}), again).translate(["The fox sleeps."], target="es")
    assert again.asked == []


def test_garbled_digits_are_put_right_without_a_flag() -> None:
    inner = Scripted({"It is 1987.": Translation("Es 1978.", -0.2)})
    assert GuardedTranslator(inner).translate(["It is 1987."], target="es") == [Translation("Es 1987.", -0.2)]


def test_what_is_not_in_the_source_language_is_not_asked_for() -> None:
    inner = Scripted({})
    sentences = ["El zorro duerme en la casa.", "Лис спит.", "Лис спит в доме и на улице."]
    assert GuardedTranslator(inner).translate(sentences, target="es") == [
        Translation(sentences[0], 0.0, ("same-language",)),
        Translation(sentences[1], 0.0, ("copy",)),
        Translation(sentences[2], 0.0, ("copy",)),
    ]
    assert inner.asked == []


def test_a_source_language_of_its_own_is_no_reason_to_keep_a_sentence() -> None:
    inner = Scripted({"El zorro duerme en la casa.": Translation("The fox sleeps in the house.", -0.2)})
    results = GuardedTranslator(inner, source="es").translate(["El zorro duerme en la casa."], target="en")
    assert results == [Translation("The fox sleeps in the house.", -0.2)]


def test_a_headline_in_capitals_is_asked_for_as_a_sentence() -> None:
    inner = Scripted({"The fox sleeps": Translation("El zorro duerme", -0.3)})
    results = GuardedTranslator(inner).translate(["THE FOX SLEEPS"], target="es")
    assert results == [Translation("EL ZORRO DUERME", -0.3)]


def test_the_signature_says_that_it_is_guarded() -> None:
    inner = Scripted({}, "beams:4")
    assert GuardedTranslator(inner).signature == "beams:4|guarded:once"
    assert GuardedTranslator(inner, inner).signature == "beams:4|guarded:twice"
    assert (GuardedTranslator(inner).checkpoint_id, GuardedTranslator(inner).targets) == ("scripted", ("es",))
