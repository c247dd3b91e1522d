from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from safetensors.numpy import load_file, save_file

from models import DecodingSettings, Store, load_translator, read_catalog
from models.conversion import sinusoids
from models.cores import physical_cores
from models.ctranslate import find_device, load_ctranslate_engine, share_cores
from models.errors import CheckpointInvalidError, DeviceError, EngineError
from models.manifest import write_manifest
from models.marian import load_torch_engine
from models.store import default_store
from models.tokenizer import load_tokenizer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytest_plugins = ("marian_fixture",)

WORDS = ("red", "fox", "sees", "blue", "sky")
GOLDEN = [" ".join(random.Random(number).choices(WORDS, k=1 + number % 9)) for number in range(24)]

REAL = [
    "The mayor opened the bridge on Friday.",
    "Heavy rain fell all night and the boats stayed in.",
    "A single ticket costs 4 euros; children under 12 travel free.",
    "“We did not borrow a cent,” she said, and closed the door.",
    "Two.",
    "He waited… and left for São Paulo at 10:30.",
]

pytest.importorskip("ctranslate2")


@pytest.fixture(params=["starter", "opus"])
def store(request: pytest.FixtureRequest, tmp_path: Path, tiny_starter: Path, tiny_opus: Path) -> Store:
    folder = tiny_starter if request.param == "starter" else tiny_opus
    shutil.copytree(folder, tmp_path / "package" / "starter")
    write_manifest(tmp_path / "package" / "starter", "starter")
    return Store(tmp_path / "store", read_catalog(), tmp_path / "package")


@pytest.mark.parametrize(
    "settings", [DecodingSettings(beams=1), DecodingSettings(), DecodingSettings(length_penalty=0.6)]
)
def test_it_finds_beam_for_beam_what_torch_finds(store: Store, settings: DecodingSettings) -> None:
    folder = store.open("starter")
    tokenizer = load_tokenizer(folder, normalise=False)
    sources = [tokenizer.encode(sentence, tag).ids for sentence in GOLDEN for tag in (">>spa<<", ">>rus<<")]
    theirs = load_torch_engine(folder, device="cpu", threads=1).generate(sources, settings)
    converted = load_ctranslate_engine(store.convert("starter", "float32"), quantization="float32", threads=1)
    ours = converted.generate(sources, settings)
    assert [one.ids for one in ours] == [one.ids for one in theirs]
    assert [one.finished for one in ours] == [one.finished for one in theirs]
    assert [one.score for one in ours] == pytest.approx([one.score for one in theirs], abs=1e-5)


@pytest.mark.parametrize(
    "settings", [DecodingSettings(beams=3), DecodingSettings(beams=6, length_penalty=0.6)]
)
def test_its_n_best_are_torchs_beam_for_beam(store: Store, settings: DecodingSettings) -> None:
    folder = store.open("starter")
    tokenizer = load_tokenizer(folder, normalise=False)
    sources = [tokenizer.encode(sentence, tag).ids for sentence in GOLDEN for tag in (">>spa<<", ">>rus<<")]
    theirs = load_torch_engine(folder, device="cpu", threads=1).n_best(sources, settings, 3)
    converted = load_ctranslate_engine(store.convert("starter", "float32"), quantization="float32", threads=1)
    ours = converted.n_best(sources, settings, 3)
    assert {len(each) for each in ours} == {3}
    for mine, other in zip(ours, theirs, strict=True):
        assert [one.ids for one in mine] == [one.ids for one in other]
        assert [one.finished for one in mine] == [one.finished for one in other]
        assert [one.score for one in mine] == pytest.approx([one.score for one in other], abs=1e-5)
    assert [best for best, *_ in ours] == converted.generate(sources, settings)


def test_the_shipped_starter_finds_what_torch_finds(tmp_path: Path) -> None:
    shipped = default_store(tmp_path)
    folder = shipped.open("starter")
    tokenizer = load_tokenizer(folder, normalise=False)
    sources = [tokenizer.encode(sentence, tag).ids for sentence in REAL for tag in (">>spa<<", ">>rus<<")]
    settings = DecodingSettings(beams=4)
    theirs = load_torch_engine(folder, device="cpu", threads=1).n_best(sources, settings, 4)
    place = shipped.convert("starter", "float32")
    ours = load_ctranslate_engine(place, quantization="float32", threads=1).n_best(sources, settings, 4)
    assert [[one.ids for one in each] for each in ours] == [[one.ids for one in each] for each in theirs]
    for mine, other in zip(ours, theirs, strict=True):
        assert [one.score for one in mine] == pytest.approx([one.score for one in other], abs=1e-4)


@pytest.mark.parametrize(
    ("cores", "threads", "workers", "shared"),
    [
        (8, None, None, (8, 1)),
        (16, None, None, (8, 2)),
        (8, 4, None, (4, 1)),
        (8, 8, 2, (2, 4)),
        (8, 6, 4, (4, 1)),
        (2, 64, 64, (2, 1)),
        (1, None, None, (1, 1)),
    ],
)
def test_workers_and_threads_never_outnumber_the_cores(
    cores: int, threads: int | None, workers: int | None, shared: tuple[int, int]
) -> None:
    assert share_cores(cores, threads, workers) == shared


def test_an_engine_has_no_more_threads_than_there_are_cores(store: Store) -> None:
    engine = load_ctranslate_engine(store.convert("starter"), quantization="int8", threads=64, workers=64)
    assert 1 <= engine._network.num_translators <= physical_cores()


def test_the_shipped_starters_int8_outputs_are_about_as_likely_as_the_exact_ones(tmp_path: Path) -> None:
    # Which of two near words wins is the processor's affair: without VNNI products are rounded more.
    shipped = default_store(tmp_path)
    tokenizer = load_tokenizer(shipped.open("starter"), normalise=False)
    sources = [tokenizer.encode(sentence, tag).ids for sentence in REAL for tag in (">>spa<<", ">>rus<<")]
    exact, rounded = (
        load_ctranslate_engine(shipped.convert("starter", form), quantization=form, threads=1).generate(
            sources, DecodingSettings()
        )
        for form in ("float32", "int8")
    )
    assert [one.score for one in rounded] == pytest.approx([one.score for one in exact], abs=0.15)
    assert all(one.finished for one in rounded)


@pytest.mark.parametrize("batch_tokens", [1, 40, 4096])
def test_an_output_does_not_depend_on_its_batch(store: Store, batch_tokens: int) -> None:
    tokenizer = load_tokenizer(store.open("starter"), normalise=False)
    sources = [tokenizer.encode(sentence, ">>rus<<").ids for sentence in GOLDEN]
    folder = store.convert("starter")
    engine = load_ctranslate_engine(
        folder, quantization="int8", threads=1, workers=2, batch_tokens=batch_tokens
    )
    alone = load_ctranslate_engine(folder, quantization="int8", threads=1)
    assert [one.ids for one in engine.generate(sources, DecodingSettings())] == [
        alone.generate([source], DecodingSettings())[0].ids for source in sources
    ]


class Recorder:
    """A network that keeps the sizes of the batches it is given."""

    def __init__(self, network: Any) -> None:
        self.network = network
        self.num_active_batches = 0
        self.sizes: list[int] = []

    def translate_batch(self, sources: list[list[str]], **settings: Any) -> Any:
        self.sizes.append(len(sources))
        return self.network.translate_batch(sources, **settings)


@pytest.mark.parametrize(("beams", "sizes"), [(1, [16]), (4, [4, 4, 4, 4]), (100, [1] * 16)])
def test_a_batch_counts_every_beam_of_its_sentences(store: Store, beams: int, sizes: list[int]) -> None:
    engine = load_ctranslate_engine(
        store.convert("starter"), quantization="int8", threads=1, batch_tokens=16 * 5
    )
    engine._network = recorder = Recorder(engine._network)
    tokenizer = load_tokenizer(store.open("starter"), normalise=False)
    source = tokenizer.encode("red", ">>rus<<").ids[:2]
    sources = [(*source, *source[1:] * 2, tokenizer.end)] * 16
    assert {len(each) for each in sources} == {5}
    engine.generate(sources, DecodingSettings(beams=beams))
    assert recorder.sizes == sizes


def test_an_output_that_does_not_end_is_unfinished(tiny_random: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_random, tmp_path / "package" / "starter")
    write_manifest(tmp_path / "package" / "starter", "starter")
    store = Store(tmp_path / "store", read_catalog(), tmp_path / "package")
    tokenizer = load_tokenizer(tiny_random, normalise=False)
    engine = load_ctranslate_engine(store.convert("starter"), quantization="int8", threads=1)
    hypothesis = engine.generate([tokenizer.encode("red fox").ids], DecodingSettings())[0]
    assert not hypothesis.finished
    assert len(hypothesis.ids) == 31


def test_a_checkpoint_is_converted_once(store: Store) -> None:
    place = store.convert("starter")
    written = (place / "model.bin").stat().st_mtime_ns
    assert store.convert("starter") == place
    assert (place / "model.bin").stat().st_mtime_ns == written


def test_a_damaged_conversion_is_made_anew(store: Store) -> None:
    place = store.convert("starter")
    whole = (place / "model.bin").read_bytes()
    (place / "model.bin").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    assert store.converted("starter") is None
    assert store.convert("starter") == place
    assert (place / "model.bin").read_bytes() == whole


def test_a_new_revision_is_converted_anew(store: Store, tiny_random: Path) -> None:
    store.import_folder(store.open("starter"), "opus-mt-en-es")
    first = store.convert("opus-mt-en-es").joinpath("model.bin").read_bytes()
    store.import_folder(tiny_random, "opus-mt-en-es")
    assert store.converted("opus-mt-en-es") is None
    assert store.convert("opus-mt-en-es").joinpath("model.bin").read_bytes() != first


def test_removing_a_checkpoint_removes_its_conversion(store: Store) -> None:
    store.import_folder(store.open("starter"), "opus-mt-en-es")
    place = store.convert("opus-mt-en-es")
    store.remove("opus-mt-en-es")
    assert not place.exists()


def _without_a_layer(weights: dict[str, object]) -> None:
    del weights["model.decoder.layers.0.fc1.weight"]


@pytest.mark.parametrize("harm", [_without_a_layer])
def test_what_lacks_weights_is_not_converted(
    store: Store, tmp_path: Path, harm: Callable[[dict[str, object]], None]
) -> None:
    folder = tmp_path / "harmed"
    shutil.copytree(store.open("starter"), folder)
    weights = load_file(folder / "model.safetensors")
    harm(weights)
    save_file(weights, folder / "model.safetensors")
    store.import_folder(folder, "opus-mt-en-es")
    with pytest.raises(CheckpointInvalidError, match=r"decoder\.layers\.0\.fc1"):
        store.convert("opus-mt-en-es")
    assert store.converted("opus-mt-en-es") is None
    assert list((store.root / "partial").iterdir()) == []


def test_positions_are_those_of_transformers() -> None:
    import torch
    from transformers.models.marian.modeling_marian import MarianSinusoidalPositionalEmbedding

    for dimensions in (8, 7):
        theirs = MarianSinusoidalPositionalEmbedding(20, dimensions).create_weight()
        assert torch.allclose(theirs, torch.tensor(sinusoids(20, dimensions)), atol=1e-6)


def test_the_fast_engine_is_the_one_that_is_loaded(store: Store) -> None:
    assert "|engine:ctranslate2-int8|" in load_translator(store=store, device="cpu").signature
    assert "|engine:torch-float32|" in load_translator(store=store, device="cpu", engine="torch").signature


def test_torch_takes_over_where_nothing_can_be_kept(store: Store, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    barred = Store(tmp_path / "file" / "store", store.catalog, store.shipped)
    assert "|engine:torch-float32|" in load_translator(store=barred, device="cpu").signature
    with pytest.raises(EngineError, match="ctranslate2"):
        load_translator(store=barred, device="cpu", engine="ctranslate2")


def test_an_unknown_engine_is_refused(store: Store) -> None:
    with pytest.raises(EngineError, match="auto, ctranslate2 and torch"):
        load_translator(store=store, engine="onnx")


def test_devices_are_checked() -> None:
    import ctranslate2

    assert find_device("cpu") == "cpu"
    with pytest.raises(DeviceError, match="tpu"):
        find_device("tpu")
    if not ctranslate2.get_cuda_device_count():
        assert find_device("auto") == "cpu"
        with pytest.raises(DeviceError, match="finds no GPU"):
            find_device("cuda")


def test_translating_with_it_imports_neither_torch_nor_transformers(store: Store) -> None:
    store.convert("starter")
    code = (
        "import json, sys; from pathlib import Path; from models import *; "
        "root, shipped = map(Path, sys.argv[1:]); "
        "translator = load_translator(store=Store(root, read_catalog(), shipped), device='cpu', threads=1); "
        "text = translator.translate(['red'], target='es')[0].text; "
        "print(json.dumps([text, sorted({'torch', 'transformers'} & set(sys.modules))]))"
    )
    command = [sys.executable, "-c", code, str(store.root), str(store.shipped)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(run.stdout) == ["rojo", []]
