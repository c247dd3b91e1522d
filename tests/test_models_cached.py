from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from service_fakes import LetterEncoder, fake_pipeline

from models.cached import CachedEncoder, MemoryVectors
from service.article import Format
from service.formats import read

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


class Counting(LetterEncoder):
    """Remembers what it was asked to encode."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += sentences
        return super().encode(sentences)


def test_what_was_encoded_once_is_not_encoded_again() -> None:
    counting = Counting()
    encoder = CachedEncoder(counting, MemoryVectors())
    first = encoder.encode(["a b", "c", "a b"])
    second = encoder.encode(["c", "d", "a b"])
    assert counting.asked == ["a b", "c", "d"]
    assert encoder.encoder_id == "letters"
    assert (first == LetterEncoder().encode(["a b", "c", "a b"])).all()
    assert (second == LetterEncoder().encode(["c", "d", "a b"])).all()


def test_no_sentences_are_the_encoders_own_empty_array() -> None:
    assert CachedEncoder(Counting(), MemoryVectors()).encode([]).shape == (0, 64)


def test_memory_stays_within_its_bytes_and_lets_go_what_was_not_asked_for_longest() -> None:
    counting = Counting()
    store = MemoryVectors(most_bytes=3 * (64 * 4 + 400))
    encoder = CachedEncoder(counting, store)
    encoder.encode(["one", "two", "three"])
    encoder.encode(["one"])
    encoder.encode(["four"])
    assert store.bytes <= 3 * (64 * 4 + 400)
    counting.asked.clear()
    encoder.encode(["one", "four"])
    assert counting.asked == []
    encoder.encode(["two"])
    assert counting.asked == ["two"]


def test_what_alone_is_too_large_is_not_kept() -> None:
    store = MemoryVectors(most_bytes=2000)
    store.keep(["x" * 5000], [np.zeros(8, np.float32)])
    assert store.bytes == 0
    assert store.find(["x" * 5000]) == [None]


def test_comparing_after_translating_encodes_no_sentence_twice() -> None:
    counting = Counting()
    pipeline = fake_pipeline(encoder=CachedEncoder(counting, MemoryVectors()))
    text = "Heavy rain fell on the harbour all night. Every fishing boat stayed in. Nobody went out."
    article = read(text, Format.TEXT, "en")
    translated = pipeline.translate(article, ["es"])
    spanish = translated.versions[1].article
    pipeline.compare([article, spanish])
    pipeline.compare([article, spanish], ["ru"])
    assert len(counting.asked) == len(set(counting.asked))
