from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from models import Store, load_translator, read_catalog
from models.attention import Attentive, Heads, attention_of
from models.ctranslate import load_ctranslate_engine
from models.manifest import write_manifest
from models.marian import load_torch_engine
from models.store import default_store
from models.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from models.attention import Attention

pytest_plugins = ("marian_fixture",)

PAIRS = [
    ("The mayor opened the bridge on Friday.", "El alcalde abrió el puente el viernes."),
    ("No.", "No."),
    ("He read the old letter twice.", "Leyó dos veces la carta  antigua…"),
]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """The shipped starter, converted where the tests may write."""
    return default_store(tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="module")
def looks(shipped: Store) -> list[Attention]:
    """The shipped starter's attention on PAIRS."""
    translator = load_translator(store=shipped, device="cpu", threads=1)
    assert isinstance(translator, Attentive)
    found = [looks for looks in translator.attention(PAIRS, target="es") if looks is not None]
    assert len(found) == len(PAIRS)
    return found


def test_both_engines_give_the_same_attention(shipped: Store) -> None:
    folder = shipped.open("starter")
    tokenizer = load_tokenizer(folder, normalise=False)
    sources = [tokenizer.encode(source, ">>spa<<").ids for source, _ in PAIRS]
    outputs = [tokenizer.locate_target(target).ids for _, target in PAIRS]
    heads = shipped.catalog["starter"].heads
    theirs = load_torch_engine(folder, device="cpu", threads=1, heads=heads).attend(sources, outputs)
    converted = shipped.convert("starter", "float32")
    ours = load_ctranslate_engine(converted, quantization="float32", threads=1).attend(sources, outputs)
    for one, other, source, output in zip(ours, theirs, sources, outputs, strict=True):
        assert (len(one), len(one[0])) == (len(output), len(source))
        for row, same in zip(one, other, strict=True):
            assert list(row) == pytest.approx(list(same), abs=1e-4)


def test_pieces_stand_where_they_are_in_both_texts(looks: list[Attention]) -> None:
    for (source, target), attention in zip(PAIRS, looks, strict=True):
        for text, spans in ((source, attention.source), (target, attention.target)):
            assert "".join(text[start:end] for start, end in spans) == "".join(text.split())
            assert all(text[start:end] == text[start:end].strip() for start, end in spans)


def test_a_row_for_each_piece_of_the_translation(looks: list[Attention]) -> None:
    for attention in looks:
        assert len(attention.weights) == len(attention.target)
        for row in attention.weights:
            assert len(row) == len(attention.source)
            assert 0 <= min(row) <= sum(row) <= 1.0001  # the tag and the end of the sentence have the rest


def test_a_word_looks_at_its_own(looks: list[Attention]) -> None:
    source, target = PAIRS[0]
    held, own = (
        [number for number, (start, end) in enumerate(spans) if text[start:end] and text[start:end] in word]
        for text, spans, word in (
            (target, looks[0].target, "puente"),
            (source, looks[0].source, "bridge"),
        )
    )
    for piece in held:
        row = looks[0].weights[piece]
        assert sum(row[number] for number in own) > 0.5 * sum(row)


def test_what_has_no_pieces_or_too_many_has_no_attention(shipped: Store) -> None:
    translator = load_translator(store=shipped, device="cpu", threads=1)
    assert isinstance(translator, Attentive)
    pairs = [("", "sí"), ("yes", ""), ("word " * 600, "palabra"), ("word", "palabra " * 600)]
    assert translator.attention(pairs, target="es") == [None] * 4


def test_a_tag_in_the_text_is_text(tmp_path: Path, tiny_starter: Path) -> None:
    shutil.copytree(tiny_starter, tmp_path / "package" / "starter")
    write_manifest(tmp_path / "package" / "starter", "starter")
    store = Store(tmp_path / "store", read_catalog(), tmp_path / "package")
    translator = load_translator(store=store, device="cpu", threads=1)
    assert isinstance(translator, Attentive)
    [attention] = translator.attention([(">>rus<< red", "rojo")], target="es")
    assert attention is not None
    assert {"".join(">>rus<< red"[start:end]) for start, end in attention.source} == {"", ">>rus<<", "red"}


def test_a_translator_that_cannot_tell_gives_none() -> None:
    assert attention_of(object(), PAIRS, target="es") == [None] * 3


def test_heads_are_counted_from_either_end_and_stay_within() -> None:
    assert Heads(-1, 0).within(6, 8) == (5, 8)
    assert Heads(-2, 0).within(6, 8) == (4, 8)
    assert Heads(-2, 0).within(1, 2) == (0, 2)
    assert Heads(2, 1).within(6, 8) == (2, 1)
    assert Heads(9, 9).within(2, 4) == (1, 4)
