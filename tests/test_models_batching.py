from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.batching import batches
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
