from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from models.decoding import DecodingSettings
from models.errors import CheckpointInvalidError, DeviceError
from models.marian import load_torch_engine
from models.tokenizer import load_tokenizer
from models.translator import Checkpoint, MarianTranslator

if TYPE_CHECKING:
    from pathlib import Path

    from models.translation import Translation

pytest_plugins = ("marian_fixture",)

SENTENCES = [
    "red fox",
    "blue sky sees red fox",
    "fox",
    "The fox sees 12 foxes, red and blue.",
    "sees",
    "sky sees fox sees sky sees fox",
    "blue",
]


def translator(folder: Path, *, layout: str, batch_tokens: int = 1024, beams: int = 4) -> MarianTranslator:
    return MarianTranslator(
        Checkpoint("tiny", "1", {"es": ">>spa<<", "ru": ">>rus<<"}, 30),
        load_tokenizer(folder, normalise=layout == "opus"),
        load_torch_engine(folder, device="cpu", threads=1, batch_tokens=batch_tokens),
        DecodingSettings(beams=beams),
    )


@pytest.fixture(scope="module", params=["starter", "opus"])
def tiny(request: pytest.FixtureRequest, tiny_starter: Path, tiny_opus: Path) -> tuple[str, Path]:
    return request.param, tiny_starter if request.param == "starter" else tiny_opus


def close(first: list[Translation], second: list[Translation]) -> bool:
    return [one.text for one in first] == [two.text for two in second] and [
        one.score for one in first
    ] == pytest.approx([two.score for two in second], abs=1e-4)


def test_it_translates_into_each_target(tiny: tuple[str, Path]) -> None:
    layout, folder = tiny
    loaded = translator(folder, layout=layout)
    assert loaded.translate(["red", "fox"], target="es")[0].text == "rojo"
    assert loaded.translate(["red", "fox"], target="ru")[0].text == "красный"


def test_the_same_input_and_settings_give_the_same_bytes(tiny: tuple[str, Path]) -> None:
    layout, folder = tiny
    first, second = (translator(folder, layout=layout).translate(SENTENCES, target="es") for _ in range(2))
    assert first == second


@pytest.mark.parametrize("beams", [1, 4])
def test_a_translation_does_not_depend_on_its_batch(tiny: tuple[str, Path], beams: int) -> None:
    layout, folder = tiny
    loaded = translator(folder, layout=layout, beams=beams)
    together = loaded.translate(SENTENCES, target="ru")
    backwards = loaded.translate(SENTENCES[::-1], target="ru")[::-1]
    alone = [loaded.translate([sentence], target="ru")[0] for sentence in SENTENCES]
    small = translator(folder, layout=layout, batch_tokens=1, beams=beams).translate(SENTENCES, target="ru")
    assert close(together, backwards)
    assert close(together, alone)
    assert close(together, small)


@pytest.mark.parametrize("beams", [1, 4])
def test_ids_and_scores_are_those_of_plain_transformers(tiny: tuple[str, Path], beams: int) -> None:
    import torch
    from transformers import MarianMTModel

    _, folder = tiny
    engine = load_torch_engine(folder, device="cpu", threads=1)
    tokenizer = load_tokenizer(folder, normalise=False)
    plain = MarianMTModel.from_pretrained(folder, dtype=torch.float32)
    pad = plain.config.pad_token_id
    for sentence in SENTENCES[:3]:
        ids = tokenizer.encode(sentence, ">>spa<<").ids
        ours = engine.generate([ids], DecodingSettings(beams=beams))[0]
        theirs = plain.generate(
            torch.tensor([ids]),
            num_beams=beams,
            max_new_tokens=63,
            bad_words_ids=[[pad]],
            early_stopping=True,
            min_new_tokens=1,
        )[0]
        assert [*ours.ids, tokenizer.end] == theirs.tolist()[1:]
        labels = torch.tensor([[*ours.ids, tokenizer.end]])
        with torch.inference_mode():
            logits = plain(input_ids=torch.tensor([ids]), labels=labels).logits
            logits[..., pad] = -torch.inf
            logits[0, 0, tokenizer.end] = -torch.inf
            wanted = logits.log_softmax(-1).gather(2, labels[..., None]).mean()
        assert ours.score == pytest.approx(wanted.item(), abs=1e-5)


def test_an_output_that_does_not_end_is_unfinished(tiny_random: Path) -> None:
    tokenizer = load_tokenizer(tiny_random, normalise=False)
    hypothesis = load_torch_engine(tiny_random).generate(
        [tokenizer.encode("red fox").ids], DecodingSettings()
    )[0]
    assert not hypothesis.finished
    assert len(hypothesis.ids) == 31  # 2 * 6 + 16, rounded up to a power of two, and one for the end


def test_pickled_weights_load_without_running_code(tiny_pickled: Path) -> None:
    assert load_torch_engine(tiny_pickled).name == "torch-float32"


def test_the_name_tells_the_number_format(tiny_starter: Path) -> None:
    assert load_torch_engine(tiny_starter, device="cpu").name == "torch-float32"


@pytest.mark.parametrize("device", ["cuda", "tpu"])
def test_a_device_that_is_not_there_is_refused(tiny_starter: Path, device: str) -> None:
    import torch

    if device == "cuda" and torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(DeviceError, match=device):
        load_torch_engine(tiny_starter, device=device)


def test_weights_of_another_shape_are_refused(tiny_starter: Path, tiny_opus: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(tiny_starter, folder)
    shutil.copyfile(tiny_opus / "model.safetensors", folder / "model.safetensors")
    with pytest.raises(CheckpointInvalidError, match="transformers cannot load it"):
        load_torch_engine(folder)
