from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.decoding import DecodingSettings
from models.engine import Hypothesis
from models.errors import UnsupportedTargetError
from models.tokenizer import Tokenizer
from models.translator import Checkpoint, MarianTranslator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LETTERS = "abcdefghijklmnopqrstuvwxyz ,.é"
VOCAB = {"</s>": 0, "<unk>": 1, "<pad>": 2, ">>spa<<": 3} | {letter: i for i, letter in enumerate(LETTERS, 4)}


class Spelling:
    """Every character a piece."""

    def encode_as_pieces(self, text: str, /) -> list[str]:
        return list(text.strip())

    def decode_pieces(self, pieces: list[str], /) -> str:
        return "".join(pieces)


class Echo:
    """Puts out each source without its tag; `finished` tells, by the source's length, which outputs end."""

    name = "echo"
    positions = 64

    def __init__(self, finished: Callable[[int], bool] = lambda length: True) -> None:
        self._finished = finished
        self.batches: list[list[int]] = []

    def generate(self, sources: Sequence[Sequence[int]], settings: DecodingSettings) -> list[Hypothesis]:
        return [best for best, *_ in self.n_best(sources, settings, 1)]

    def n_best(
        self, sources: Sequence[Sequence[int]], settings: DecodingSettings, count: int
    ) -> list[list[Hypothesis]]:
        """Return each source, then the source without its last character, and so on."""
        assert all(source[0] == VOCAB[">>spa<<"] and source[-1] == VOCAB["</s>"] for source in sources)
        assert settings.beams >= count
        self.batches.append([len(source) for source in sources])
        return [
            [
                Hypothesis(tuple(source[1 : -1 - rank]), -0.5 - rank, self._finished(len(source) - 2))
                for rank in range(min(count, len(source) - 2))
            ]
            for source in sources
        ]


def translator(engine: Echo, limit: int = 20) -> MarianTranslator:
    tokenizer = Tokenizer(Spelling(), Spelling(), VOCAB)
    return MarianTranslator(Checkpoint("echo", "1", {"es": ">>spa<<"}, limit), tokenizer, engine)


def test_one_result_for_each_sentence_in_order() -> None:
    sentences = ["fox", "a fox", "sky", "a much longer one", "", "fox"]
    results = translator(Echo()).translate(sentences, target="es")
    assert [result.text for result in results] == sentences
    assert {result.flags for result in results} == {()}


@given(st.lists(st.text(alphabet=LETTERS, max_size=150), max_size=12))
def test_no_text_is_ever_lost(sentences: list[str]) -> None:
    engine = Echo()
    results = translator(engine).translate(sentences, target="es")
    assert [result.text for result in results] == sentences
    assert all(length <= 22 for batch in engine.batches for length in batch)


def test_a_sentence_beyond_the_limit_is_translated_in_parts() -> None:
    engine = Echo()
    sentence = "one long clause, another long clause"
    assert translator(engine).translate([sentence], target="es")[0].text == sentence
    assert sorted(length for batch in engine.batches for length in batch) == [18, 21]


def test_a_cut_output_is_tried_again_in_halves() -> None:
    engine = Echo(finished=lambda length: length < 12)
    result = translator(engine).translate(["red fox, blue sky"], target="es")[0]
    assert (result.text, result.flags) == ("red fox, blue sky", ())
    assert engine.batches == [[19], [10, 10]]


def test_what_is_cut_twice_is_flagged() -> None:
    result = translator(Echo(finished=lambda length: False)).translate(["red fox, blue sky"], target="es")[0]
    assert result.flags == ("cut",)


def test_an_unknown_character_is_flagged() -> None:
    results = translator(Echo()).translate(["red 日 fox", "red fox"], target="es")
    assert [result.flags for result in results] == [("unknown",), ()]


@pytest.mark.parametrize("sentence", ["", "   ", "***", "12.5", "🎉 🎉", "https://example.org"])
def test_what_has_no_words_never_reaches_the_engine(sentence: str) -> None:
    engine = Echo()
    assert translator(engine).translate([sentence], target="es")[0].text == sentence
    assert engine.batches == []


def test_what_no_engine_can_take_is_left_as_it_is_and_flagged() -> None:
    monster = "a" + "\u0301" * 300
    result = translator(Echo()).translate([monster], target="es")[0]
    assert (result.text, result.flags) == (monster, ("copy",))


def test_space_around_a_sentence_stays() -> None:
    assert translator(Echo()).translate(["\u00a0 red fox\n"], target="es")[0].text == "\u00a0 red fox\n"


def test_the_score_of_parts_is_the_mean_over_their_tokens() -> None:
    assert (
        translator(Echo()).translate(["one long clause, another long clause"], target="es")[0].score == -0.5
    )


def test_another_target_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnsupportedTargetError, match='not translate into "fr", only into es'):
        translator(Echo()).translate(["fox"], target="fr")


def test_the_signature_names_what_a_result_depends_on() -> None:
    other = translator(Echo()).with_settings(DecodingSettings(beams=1))
    assert translator(Echo()).signature == "echo|rev:1|engine:echo|beams:4|lp:1|rp:1|nr:0|limit:20"
    assert other.signature == "echo|rev:1|engine:echo|beams:1|lp:1|rp:1|nr:0|limit:20"


def test_the_n_best_of_a_sentence_in_parts_are_those_of_its_parts_rank_by_rank() -> None:
    ranked = translator(Echo()).n_best(
        ["fox", "", "one long clause, another long clause"], target="es", most=6
    )
    assert [[each.text for each in translations] for translations in ranked] == [
        ["fox", "fo", "f"],
        [""],
        [
            "one long clause, another long clause",
            "one long clause another long claus",
            "one long claus another long clau",
            "one long clau another long cla",
            "one long cla another long cl",
            "one long cl another long c",
        ],
    ]
    assert ranked[0][2].score == -2.5


def test_an_output_among_the_n_best_that_did_not_end_is_flagged_and_not_tried_again() -> None:
    engine = Echo(finished=lambda length: length < 12)
    [ranked] = translator(engine).n_best(["red fox, blue sky"], target="es", most=2)
    assert [each.flags for each in ranked] == [("cut",), ("cut",)]
    assert engine.batches == [[19]]
