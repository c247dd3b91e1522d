"""The encoder on a tiny random BERT in the layout of sentence-transformers/LaBSE."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hub_fixture import LoopbackHub

from models import Store, load_encoder, pull, read_catalog
from models.errors import ArchiveError, CheckpointInvalidError, CheckpointMissingError, UnknownCheckpointError
from models.labse import load_labse_encoder

if TYPE_CHECKING:
    from pathlib import Path

WORDS = "[PAD] [UNK] [CLS] [SEP] [MASK] rain fell all night the boats stayed in ##s".split()
SENTENCES = ["rain fell all night", "the boats stayed in", "night"]


@pytest.fixture(scope="module")
def labse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the repository has it, its dense layer pickled."""
    import torch
    from safetensors.torch import save_file
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("labse")
    torch.manual_seed(3)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    vocab = {word: number for number, word in enumerate(WORDS)}
    BertTokenizerFast(vocab=vocab, do_lower_case=False).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=32,
    )
    BertModel(config).save_pretrained(folder)
    for place, content in (
        ("1_Pooling", {"word_embedding_dimension": 8, "pooling_mode_cls_token": True}),
        (
            "2_Dense",
            {
                "in_features": 8,
                "out_features": 6,
                "bias": True,
                "activation_function": "torch.nn.modules.activation.Tanh",
            },
        ),
    ):
        (folder / place).mkdir()
        (folder / place / "config.json").write_text(json.dumps(content), encoding="utf-8")
    weights = {"linear.weight": torch.randn(6, 8), "linear.bias": torch.randn(6)}
    torch.save(weights, folder / "2_Dense" / "pytorch_model.bin")
    save_file(weights, folder / "2_Dense" / "model.safetensors")
    (folder / "modules.json").write_text("[]", encoding="utf-8")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store", read_catalog(), tmp_path / "package")


def test_a_vector_is_the_first_token_through_the_dense_layer(labse: Path) -> None:
    import torch
    from safetensors.torch import load_file
    from transformers import AutoTokenizer, BertModel

    vectors = load_labse_encoder(labse, device="cpu").encode(SENTENCES)
    network = BertModel.from_pretrained(labse).eval()
    dense = load_file(labse / "2_Dense" / "model.safetensors")
    tokenizer = AutoTokenizer.from_pretrained(labse)
    for sentence, vector in zip(SENTENCES, vectors, strict=True):
        with torch.no_grad():
            first = network(**tokenizer(sentence, return_tensors="pt")).last_hidden_state[0, 0]
        by_hand = torch.tanh(dense["linear.weight"] @ first + dense["linear.bias"]).numpy()
        assert vector == pytest.approx(by_hand / np.linalg.norm(by_hand), abs=1e-5)
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, 6)


def test_a_sentence_longer_than_the_network_is_encoded_all_the_same(labse: Path) -> None:
    encoder = load_labse_encoder(labse, device="cpu")
    vectors = encoder.encode(["rain fell " * 500, "rain", ""])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
    assert encoder.encode([]).shape == (0, 6)


def test_a_missing_labse_says_how_to_get_it(store: Store) -> None:
    with pytest.raises(CheckpointMissingError, match="triptych models pull labse"):
        load_encoder("labse", store=store)


def test_it_is_pulled_with_its_folders_and_loads_offline(labse: Path, store: Store, tmp_path: Path) -> None:
    published = tmp_path / "published"
    shutil.copytree(labse, published)
    (published / "2_Dense" / "model.safetensors").unlink()  # as older repositories: pickled only
    with LoopbackHub() as hub:
        hub.publish("sentence-transformers/LaBSE", published)
        folder = pull(store, "labse", endpoint=hub.endpoint)
    assert (folder / "2_Dense" / "model.safetensors").is_file()
    assert not (folder / "modules.json").exists()
    assert [item.entry.id for item in store.installed()] == ["labse"]
    encoder = load_encoder("labse", store=store, device="cpu")
    assert encoder.encoder_id == "labse"
    assert encoder.encode(SENTENCES) == pytest.approx(
        load_labse_encoder(labse, device="cpu").encode(SENTENCES), abs=1e-6
    )


def test_it_is_imported_from_a_folder(labse: Path, store: Store) -> None:
    store.import_folder(labse, "labse")
    assert load_encoder("labse", store=store, device="cpu").encode(["rain"]).shape == (1, 6)


@pytest.mark.parametrize(
    ("place", "change", "problem"),
    [
        ("config.json", {"model_type": "roberta"}, "not 'bert'"),
        ("1_Pooling/config.json", {"pooling_mode_cls_token": False}, "does not take the first token"),
        ("2_Dense/config.json", {"activation_function": "torch.nn.Identity"}, "another activation than tanh"),
    ],
)
def test_another_kind_of_encoder_is_refused(
    labse: Path, store: Store, tmp_path: Path, place: str, change: dict[str, object], problem: str
) -> None:
    other = tmp_path / "other"
    shutil.copytree(labse, other)
    content = json.loads((other / place).read_text(encoding="utf-8")) | change
    (other / place).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CheckpointInvalidError, match=problem):
        store.import_folder(other, "labse")
    assert store.installed() == ()


@pytest.mark.parametrize("name", ["model.safetensors", "2_Dense/model.safetensors"])
def test_weights_that_are_damaged_are_named(labse: Path, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other"
    shutil.copytree(labse, other)
    (other / name).write_bytes((other / name).read_bytes()[:-8])
    with pytest.raises(CheckpointInvalidError, match="other is not a checkpoint that can be loaded"):
        load_labse_encoder(other, device="cpu")


def test_what_is_missing_is_named(labse: Path, store: Store, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(labse, other)
    (other / "1_Pooling" / "config.json").unlink()
    with pytest.raises(CheckpointInvalidError, match=r"it has no 1_Pooling/config\.json"):
        store.import_folder(other, "labse")
    with pytest.raises(ArchiveError, match="imported from its folder"):
        store.import_archive(tmp_path / "labse.zip", "labse")


def test_an_encoder_is_no_translator(store: Store) -> None:
    with pytest.raises(UnknownCheckpointError):
        store.convert("use")
