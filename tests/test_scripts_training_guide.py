from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from training.batches import Batch, BatchStream, Cursor
from training.config import Batches, Guide
from training.errors import LexiconSizeError
from training.guide import Guide as Guidance
from training.guide import learn_lexicon, posteriors
from training.pool import Pool, Ragged
from training_toy import CONFIG, toy_config, train_to

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PAD, END, TAG = 0, 1, 2
# Pieces 3, 4, 5 translate to 6, 7, 8; the order of words is turned round in the second pair.
PAIRS = [([3, 4], [6, 7]), ([4, 5], [8, 7]), ([3, 5], [6, 8]), ([5], [8]), ([3, 4, 5], [6, 7, 8])]


def pool() -> Pool:
    source = [np.array([TAG, *words, END], np.int32) for words, _ in PAIRS]
    target = [np.array([*words, END], np.int32) for _, words in PAIRS]
    return Pool(Ragged.pack(source), Ragged.pack(target), np.zeros(len(PAIRS), np.int16), ("story",))


def batch(source: list[int], labels: list[int]) -> Batch:
    return Batch(
        torch.tensor([source]), torch.tensor([[PAD, *labels[:-1]]]), torch.tensor([labels]), len(labels)
    )


def test_the_lexicon_learns_which_piece_translates_which() -> None:
    lexicon = learn_lexicon(pool(), 9, Guide(iterations=10), PAD, PAD)
    assert lexicon.dtype is torch.float16
    for source, target in ((3, 6), (4, 7), (5, 8)):
        assert int(lexicon[source].argmax()) == target


def test_links_find_turned_words_and_leave_the_tag_out() -> None:
    lexicon = torch.full((9, 9), 1e-3)
    lexicon[[3, 4, 5], [6, 7, 8]] = 0.9
    links, known = posteriors(lexicon, batch([TAG, 4, 5, END, PAD], [8, 7, END, PAD]), PAD)
    assert links.shape == (1, 4, 5)
    assert known.tolist() == [[True, True, True, False]]
    assert links[0].argmax(dim=1).tolist()[:3] == [2, 1, 3]
    assert torch.allclose(links[0, :3].sum(dim=1), torch.ones(3))
    assert not links[:, :, 0].any()


def test_the_loss_is_small_where_attention_looks_at_the_links() -> None:
    guide = Guidance(torch.eye(9), Guide(weight=0.5, until=100), PAD)
    one = batch([TAG, 3, 4, END], [3, 4, END])
    right = torch.tensor([[[0.0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]])
    assert float(guide.loss(right, one)) == pytest.approx(0.0, abs=1e-4)
    assert float(guide.loss(torch.full((1, 3, 4), 0.25), one)) == pytest.approx(np.log(4), abs=1e-4)


def test_the_weight_falls_to_nothing() -> None:
    guide = Guidance(torch.eye(9), Guide(weight=0.5, until=100), PAD)
    assert [guide.weight(step) for step in (0, 50, 100, 200)] == [0.5, 0.25, 0.0, 0.0]


def test_a_vocabulary_too_large_for_the_table_is_refused() -> None:
    with pytest.raises(LexiconSizeError, match="58,101"):
        learn_lexicon(pool(), 58_101, Guide(), PAD, PAD)


@pytest.fixture
def one_thread() -> Iterator[None]:
    """So small a network only waits for a second thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.mark.usefixtures("one_thread")
def test_a_guided_run_resumes_exactly(tmp_path: Path) -> None:
    config = CONFIG + "[guide]\nweight = 0.5\nuntil = 15\niterations = 2\n"
    unbroken = train_to(toy_config(tmp_path, "unbroken", config), 12)
    train_to(toy_config(tmp_path, "broken", config), 7)
    broken = train_to(toy_config(tmp_path, "broken", config), 12, go_on=True)
    for name, weight in unbroken.model.state_dict().items():
        assert torch.equal(weight, broken.model.state_dict()[name]), name
    assert len(list((tmp_path / "broken").glob("lexicon-*.npy"))) == 1


def test_short_pairs_come_first() -> None:
    batches = Batches(growth=((0, 100),), longest=((0, 4), (3, 9)))
    assert [batches.limit(step) for step in (0, 2, 3)] == [4, 4, 9]
    stream = BatchStream(
        pool(),
        np.ones(5),
        seed=1,
        shard_pairs=5,
        budget=batches.budget,
        pad=PAD,
        start=PAD,
        longest=batches.limit,
    )
    first, _ = stream.draw(Cursor(), 0)
    assert first.source.shape == (4, 4)
    later, _ = stream.draw(Cursor(1), 3)
    assert later.source.shape == (5, 5)


def test_a_shard_of_long_pairs_only_is_used_as_it_is() -> None:
    stream = BatchStream(
        pool(),
        np.ones(5),
        seed=1,
        shard_pairs=5,
        budget=lambda _: 100,
        pad=PAD,
        start=PAD,
        longest=lambda _: 2,
    )
    assert stream.draw(Cursor(), 0)[0].source.shape[0] == 5
