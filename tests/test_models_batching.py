from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.batching import batches, shared_batches
from models.decoding import DecodingSettings

lengths = st.lists(st.integers(1, 200), max_size=80)


def test_batches_are_of_like_length_longest_first() -> None:
    assert list(batches([3, 9, 4, 8, 1], budget=18)) == [(1, 3), (2, 0, 4)]


@given(lengths, st.integers(1, 400))
def test_every_index_is_in_exactly_one_batch(lengths: list[int], budget: int) -> None:
    found = [index for batch in batches(lengths, budget=budget) for index in batch]
    assert sorted(found) == list(range(len(lengths)))


@given(lengths, st.integers(1, 400))
def test_padded_tokens_stay_within_the_budget_unless_one_sentence_alone_is_over(
    lengths: list[int], budget: int
) -> None:
    for batch in batches(lengths, budget=budget):
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= budget


@given(lengths)
def test_sentences_of_different_output_limits_are_never_together(lengths: list[int]) -> None:
    limits = [DecodingSettings().limit(length, 512) for length in lengths]
    found = list(batches(lengths, budget=10_000, groups=limits))
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    assert all(len({limits[index] for index in batch}) == 1 for batch in found)


def test_workers_are_given_two_batches_each_of_like_cost() -> None:
    # 24 sentences of 14 tokens cost 30 each, 720 in all: 180 a batch for two workers.
    assert [len(batch) for batch in shared_batches([14] * 24, budget=1024, workers=2)] == [6, 6, 6, 6]
    # One worker has nobody to wait for, and those with other work lose nothing; yet the budget holds.
    assert [len(batch) for batch in shared_batches([14] * 24, budget=1024, workers=1)] == [24]
    assert [len(batch) for batch in shared_batches([14] * 24, budget=1024, workers=2, busy=True)] == [12, 12]
    assert [len(batch) for batch in shared_batches([14] * 24, budget=56, workers=1)] == [4] * 6


def test_few_sentences_are_not_cut_into_batches_too_small_to_pay() -> None:
    assert shared_batches([9, 12, 10], budget=1024, workers=8) == [(1, 2, 0)]
    assert shared_batches([12, 12, 12, 12], budget=1024, workers=8) == [(0, 1), (2, 3)]
    assert shared_batches([12, 12, 12, 12], budget=1024, workers=8, busy=True) == [(0, 1, 2, 3)]


def test_the_dearest_batch_begins_first() -> None:
    groups = [31, 127] + [31] * 5
    found = shared_batches([5, 30, 5, 30, 5, 5, 5], budget=1024, workers=2, groups=groups)
    assert found == [(3, 0, 2), (4, 5, 6), (1,)]
    found = shared_batches([5, 30, 5, 30, 5, 5, 5], budget=1024, workers=2, busy=True, groups=groups)
    assert found == [(3, 0, 2, 4, 5, 6), (1,)]


@given(lengths, st.integers(1, 400), st.integers(1, 8), st.booleans())
def test_shared_batches_hold_every_index_once_within_budget_and_limits(
    lengths: list[int], budget: int, workers: int, busy: bool
) -> None:
    limits = [DecodingSettings().limit(length, 512) for length in lengths]
    found = shared_batches(lengths, budget=budget, workers=workers, busy=busy, groups=limits)
    assert sorted(index for batch in found for index in batch) == list(range(len(lengths)))
    for batch in found:
        assert len(batch) == 1 or max(lengths[i] for i in batch) * len(batch) <= budget
        assert len({limits[index] for index in batch}) == 1


@given(st.integers(1, 600), st.integers(16, 512))
def test_an_output_may_be_twice_the_source_and_never_beyond_the_positions(
    source: int, positions: int
) -> None:
    limit = DecodingSettings().limit(source, positions)
    assert limit == positions - 1 or 2 * source + 15 <= limit <= 4 * source + 31
    assert limit < positions


def test_a_fixed_limit_is_the_same_for_every_source() -> None:
    settings = DecodingSettings(max_new_tokens=40)
    assert {settings.limit(source, 512) for source in (1, 50, 400)} == {40}
    assert settings.limit(9, 32) == 31
    assert settings.signature.endswith("|nr:0|max:40")


def test_settings_are_named_in_their_signature() -> None:
    assert DecodingSettings(beams=2).signature == "beams:2|lp:1|rp:1|nr:0"
    assert DecodingSettings().against_loops().signature == "beams:4|lp:1|rp:1|nr:3"
