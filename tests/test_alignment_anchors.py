from __future__ import annotations

from alignment.anchors import KeyReader


def test_no_run_without_spaces_takes_quadratic_time() -> None:
    """Of a pattern that does, neither text would come to its end."""
    reader = KeyReader()
    places, keys = reader.numbers(["a-" * 300_000, "a.b+c@" * 100_000, "see ana@mail.example and 1848"])
    assert len(places) == len(keys)
    assert 2 in places
