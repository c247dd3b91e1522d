from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from models.layout import VOCAB, read_json
from models.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

pytest_plugins = ("marian_fixture",)

ORDINARY = [
    "red fox sees blue sky",
    "The red fox sees 12 foxes.",
    "“Blue sky,” said the fox — twice… (once)",
    "Where? Here! 3.5 %",
    "rojo zorro, красный лис",
    "naïve café 日本",
    "  red   fox ",
    "👍🏽",
    "RED FOX",
    "a",
]


@pytest.mark.parametrize("sentence", ORDINARY)
@pytest.mark.parametrize("layout", ["starter", "opus"])
@pytest.mark.parametrize("tag", ["", ">>rus<<"])
def test_ids_are_those_of_marian_tokenizer(
    tiny_starter: Path, tiny_opus: Path, sentence: str, layout: str, tag: str
) -> None:
    from transformers import MarianTokenizer

    folder = tiny_starter if layout == "starter" else tiny_opus
    theirs = MarianTokenizer.from_pretrained(folder)
    assert load_tokenizer(folder, normalise=False).encode(sentence, tag).ids == tuple(
        theirs(f"{tag} {sentence}" if tag else sentence)["input_ids"]
    )
    assert load_tokenizer(folder, normalise=True).encode(sentence, tag).ids == tuple(
        theirs(f"{tag} {theirs.normalize(sentence)}" if tag else theirs.normalize(sentence))["input_ids"]
    )


@pytest.mark.parametrize("layout", ["starter", "opus"])
def test_decoding_gives_back_the_text(tiny_starter: Path, tiny_opus: Path, layout: str) -> None:
    tokenizer = load_tokenizer(tiny_starter if layout == "starter" else tiny_opus, normalise=False)
    assert tokenizer.decode(tokenizer.encode("rojo zorro, красный лис.").ids) == "rojo zorro, красный лис."


def test_bytes_spell_what_the_pieces_do_not_know(tiny_starter: Path) -> None:
    tokenizer = load_tokenizer(tiny_starter, normalise=False)
    encoded = tokenizer.encode("日本 👍🏽")
    assert encoded.unknown == ()
    assert tokenizer.decode(encoded.ids) == "日本 👍🏽"


def test_unknown_pieces_are_reported_where_there_are_no_bytes(tiny_opus: Path) -> None:
    encoded = load_tokenizer(tiny_opus, normalise=False).encode("red 日本")
    assert encoded.unknown == ("日本",)


@pytest.mark.parametrize("layout", ["starter", "opus"])
def test_a_tag_in_the_text_is_text(tiny_starter: Path, tiny_opus: Path, layout: str) -> None:
    folder = tiny_starter if layout == "starter" else tiny_opus
    tokenizer = load_tokenizer(folder, normalise=False)
    tags = {tokenizer.encode("", tag).ids[0] for tag in (">>spa<<", ">>rus<<")}
    for text in (">>rus<< red fox", "red >>spa<< fox", "red>>rus<<"):
        ids = tokenizer.encode(text, ">>spa<<").ids
        assert ids[0] in tags
        assert not tags & set(ids[1:])


def test_the_text_of_a_tag_survives_where_there_are_bytes(tiny_starter: Path) -> None:
    tokenizer = load_tokenizer(tiny_starter, normalise=False)
    assert tokenizer.decode(tokenizer.encode(">>rus<< red fox").ids) == ">>rus<< red fox"


def test_the_end_of_sentence_in_a_text_is_text(tiny_starter: Path) -> None:
    tokenizer = load_tokenizer(tiny_starter, normalise=False)
    ids = tokenizer.encode("red </s> fox <pad>").ids
    assert ids.count(tokenizer.end) == 1
    assert read_json(tiny_starter, VOCAB)["<pad>"] not in ids


def test_the_tags_of_a_checkpoint_are_known(tiny_opus: Path) -> None:
    assert load_tokenizer(tiny_opus, normalise=True).tags == {">>spa<<", ">>rus<<"}
