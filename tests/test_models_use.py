from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from models.errors import UnknownCheckpointError
from models.loading import load_encoder
from models.use import UseEncoder


class Counting:
    """A network whose vectors tell a text's length; remembers its batches."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def encode(self, texts: list[str]) -> npt.NDArray[np.float32]:
        self.batches.append(texts)
        vectors = np.ones((len(texts), 512), dtype=np.float32)
        vectors[:, 0] = [len(text) for text in texts]
        return vectors


def test_rows_are_of_unit_length_and_in_order() -> None:
    vectors = UseEncoder(Counting()).encode(["a", "long one", "bb"])
    assert vectors.shape == (3, 512)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx([1, 1, 1], abs=1e-6)
    assert vectors[:, 0] / vectors[:, 1] == pytest.approx([1, 8, 2], rel=1e-5)


def test_no_sentences_are_no_rows() -> None:
    assert UseEncoder(Counting()).encode([]).shape == (0, 512)


def test_a_repeated_sentence_is_encoded_once() -> None:
    network = Counting()
    vectors = UseEncoder(network).encode(["a", "b", "a"])
    assert network.batches == [["a", "b"]]
    assert (vectors[0] == vectors[2]).all()


def test_many_long_texts_go_in_several_batches() -> None:
    network = Counting()
    UseEncoder(network).encode([f"{number} " + "word " * 200 for number in range(20)])
    assert len(network.batches) > 1


def test_the_real_one_puts_translations_together() -> None:
    encoder = load_encoder()
    vectors = encoder.encode(
        ["The red fox sleeps.", "El zorro rojo duerme.", "Красный лис спит.", "Taxes rose."]
    )
    assert encoder.encoder_id == "use"
    similarity = vectors @ vectors.T
    assert similarity[0, 1] > 0.6 > 0.4 > similarity[0, 3]
    assert similarity[0, 2] > 0.6


@pytest.mark.parametrize("encoder_id", ["bert", "starter"])
def test_an_unknown_encoder_names_the_known(encoder_id: str) -> None:
    with pytest.raises(UnknownCheckpointError, match="use, labse"):
        load_encoder(encoder_id)
