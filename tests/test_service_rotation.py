from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from models.translation import Translation
from service.rotation import Request, Rotation
from service.work import Work


def drained(rotation: Rotation, sentences: int, characters: int) -> list[list[tuple[str, str]]]:
    """Take batches until there are none; a sentence's translation is its capitals."""
    batches = []
    while batch := rotation.take(sentences, characters):
        for unit in batch:
            rotation.settle(unit, Translation(unit.sentence.upper(), 0.0))
        batches.append([(unit.target, unit.sentence) for unit in batch])
    return batches


def results(request: Request) -> list[str]:
    return [unit.result.text for unit in request.units if unit.result]


def test_a_short_request_gets_its_turn_beside_a_book() -> None:
    rotation = Rotation(share=8)
    rotation.add([f"book {number}" for number in range(5_000)], "es", Work(), 0.0)
    rotation.take(64, 10_000)  # the book is in work already
    short = rotation.add(["one", "two", "three"], "es", Work(), 0.0)
    batch = rotation.take(64, 10_000)
    assert {unit.sentence for unit in batch} >= {"one", "two", "three"}
    assert len(batch) == 64
    assert all(unit.running for unit in short.units)


def test_requests_for_other_targets_alternate() -> None:
    rotation = Rotation(share=2)
    rotation.add([f"spanish {number}" for number in range(6)], "es", Work(), 0.0)
    rotation.add(["russian"], "ru", Work(), 0.0)
    assert [batch[0][0] for batch in drained(rotation, 2, 1_000)] == ["es", "ru", "es", "es"]


def test_more_requests_than_a_batch_holds_are_served_one_after_the_other() -> None:
    rotation = Rotation(share=2)
    for name in "abcd":
        rotation.add([f"{name}{number}" for number in range(3)], "es", Work(), 0.0)
    batches = [[sentence for _, sentence in batch] for batch in drained(rotation, 4, 1_000)]
    assert batches == [["a0", "a1", "b0", "b1"], ["c0", "c1", "d0", "d1"], ["a2", "b2", "c2", "d2"]]


def test_a_request_gives_its_longest_first_and_a_batch_keeps_to_its_characters() -> None:
    rotation = Rotation()
    rotation.add(["aa", "aaaaaaaa", "aaaa", "a"], "es", Work(), 0.0)
    batches = [[sentence for _, sentence in batch] for batch in drained(rotation, 10, 7)]
    assert batches == [["aaaaaaaa"], ["aaaa", "aa", "a"]]


def test_a_sentence_that_two_requests_want_is_there_once() -> None:
    rotation = Rotation()
    one = rotation.add(["same", "mine"], "es", Work(), 0.0)
    other = rotation.add(["same"], "es", Work(), 0.0)
    rotation.add(["same"], "ru", Work(), 0.0)
    assert rotation.waiting == 3
    assert sorted(drained(rotation, 10, 100)[0]) == [("es", "mine"), ("es", "same")]
    assert results(one) == ["SAME", "MINE"]
    assert results(other) == ["SAME"]


def test_cancelled_work_leaves_the_queue_but_not_what_others_want() -> None:
    rotation = Rotation()
    gone, stays = Work(), Work()
    rotation.add(["shared", "only here"], "es", gone, 0.0)
    kept = rotation.add(["shared"], "es", stays, 0.0)
    gone.cancel()
    assert rotation.drop(0.0) == 1
    assert drained(rotation, 10, 100) == [[("es", "shared")]]
    assert results(kept) == ["SHARED"]


def test_work_past_its_deadline_leaves_the_queue() -> None:
    rotation = Rotation()
    late = rotation.add(["a", "b"], "es", Work(deadline=10.0), 0.0)
    assert rotation.drop(9.9) == 0
    assert rotation.drop(10.0) == 2
    assert late.done.is_set()
    assert "time" in str(late.problem)
    assert rotation.take(10, 100) == []


requests = st.lists(
    st.tuples(
        st.lists(st.text("ab ", min_size=1, max_size=9), unique=True, min_size=1, max_size=12),
        st.sampled_from(["es", "ru"]),
        st.booleans(),
    ),
    max_size=8,
)


@settings(max_examples=40)
@given(requests, st.integers(1, 5), st.integers(1, 9), st.integers(1, 30))
def test_no_sentence_is_lost_or_translated_twice(
    given_requests: list[tuple[list[str], str, bool]], share: int, sentences: int, characters: int
) -> None:
    rotation = Rotation(share)
    asked = []
    for texts, target, cancel in given_requests:
        work = Work()
        asked.append((rotation.add(texts, target, work, 0.0), texts, cancel))
        if cancel:
            work.cancel()
    rotation.drop(0.0)
    batches = drained(rotation, sentences, characters)
    taken = [unit for batch in batches for unit in batch]
    wanted = {(target, text) for texts, target, cancel in given_requests if not cancel for text in texts}
    assert len(taken) == len(set(taken))
    assert set(taken) == wanted
    assert rotation.waiting == 0
    assert rotation.requests() == []
    for batch in batches:
        assert len(batch) <= sentences
        assert len({target for target, _ in batch}) == 1
        assert len(batch) == 1 or sum(len(text) for _, text in batch) <= characters
    for request, texts, cancel in asked:
        assert request.done.is_set()
        assert cancel or results(request) == [text.upper() for text in texts]
