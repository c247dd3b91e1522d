from __future__ import annotations

import json
from typing import Any

from render_fixture import SIGNATURE, demo, small

from service.render.json_form import AlignedOut, aligned_out, render_json


def read() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(render_json(demo()))
    return loaded


def test_keys_come_in_the_documented_order() -> None:
    whole = read()
    assert list(whole) == ["signature", "versions", "rows", "findings"]
    assert list(whole["versions"]) == ["en", "es", "ru"]
    assert list(whole["versions"]["ru"]) == [
        "format",
        "origin",
        "checkpoint",
        "text",
        "document",
        "sentences",
        "blocks",
    ]
    assert list(whole["versions"]["ru"]["sentences"][0]) == [
        "index",
        "start",
        "end",
        "text",
        "block",
        "kind",
        "score",
        "similarity",
        "flags",
    ]
    assert list(whole["rows"][0]) == ["index", "sentences", "score"]
    assert list(whole["findings"][0]) == ["row", "language", "kind", "severity", "reason", "code", "values"]
    assert list(whole["findings"][0]["values"]) == ["language", "original", "ours", "theirs"]


def test_a_given_version_has_no_checkpoint_scores_or_flags() -> None:
    version = read()["versions"]["en"]
    assert version["origin"] == "given"
    assert "checkpoint" not in version
    assert list(version["sentences"][0]) == ["index", "start", "end", "text", "block", "kind"]


def test_a_machine_made_sentence_has_a_rounded_score_and_its_flags() -> None:
    version = read()["versions"]["ru"]
    assert (version["origin"], version["checkpoint"]) == ("machine", "starter")
    assert (version["sentences"][0]["score"], version["sentences"][0]["flags"]) == (-0.4123, [])
    assert (version["sentences"][7]["score"], version["sentences"][7]["flags"]) == (-1.8765, ["repetition"])


def test_every_offset_slices_the_text_to_its_sentence() -> None:
    for version in read()["versions"].values():
        for sentence in version["sentences"]:
            assert version["text"][sentence["start"] : sentence["end"]] == sentence["text"]


def test_blocks_and_sentences_point_at_each_other() -> None:
    for version in read()["versions"].values():
        for block in version["blocks"]:
            assert all(version["sentences"][index]["block"] == block["index"] for index in block["sentences"])
            assert all(version["sentences"][index]["kind"] == block["kind"] for index in block["sentences"])


def test_a_row_names_every_version_even_one_without_a_counterpart() -> None:
    assert read()["rows"][9] == {"index": 9, "sentences": {"en": [10], "es": [], "ru": [10]}, "score": 0.7621}


def test_the_signature_is_there() -> None:
    assert read()["signature"] == SIGNATURE


def test_what_is_written_reads_back_as_the_model() -> None:
    assert AlignedOut.model_validate_json(render_json(demo())) == aligned_out(demo())


def test_the_compact_form_holds_the_same_on_one_line() -> None:
    compact = render_json(demo(), indent=None)
    assert compact.count(b"\n") == 1
    assert json.loads(compact) == read()


def test_a_lone_surrogate_is_replaced_and_offsets_stay_right() -> None:
    version = json.loads(render_json(small("a\ud800b", "c")))["versions"]["en"]
    assert [sentence["text"] for sentence in version["sentences"]] == ["a�b", "c"]
    assert version["text"][version["sentences"][1]["start"] :] == "c"


def test_every_field_of_the_schema_that_needs_words_has_them() -> None:
    schema = AlignedOut.model_json_schema()
    assert "code points" in schema["$defs"]["SentenceOut"]["properties"]["start"]["description"]
    assert schema["$defs"]["Kind"]["enum"][0] == "heading"
