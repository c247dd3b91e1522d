from __future__ import annotations

import json

from service_fakes import FakeTranslator, fake_pipeline

from service.article import Format
from service.events import Begun
from service.formats import read
from service.render.json_form import render_json
from service.render.stream import StreamWriter, encoded, problem_line

SOURCE = "# Rain *now*\n\nRain fell. The boats stayed in.\n\n- Nobody left.\n"


def lines(source: str = SOURCE, targets: tuple[str, ...] = ("es", "ru")) -> list[dict[str, object]]:
    events = list(fake_pipeline().stream(read(source, Format.MARKDOWN, "en"), targets))
    assert isinstance(events[0], Begun)
    writer = StreamWriter(events[0])
    return [json.loads(encoded(line)) for event in events for line in writer.lines(event)]


def test_the_lines_come_in_their_order() -> None:
    found = lines()
    assert [line["type"] for line in found] == (
        ["article"] + ["sentence"] * 8 + ["version"] * 2 + ["row"] * 4 + ["end"]
    )
    assert {key: found[0][key] for key in ("source", "languages", "targets", "sentences", "blocks")} == {
        "source": "en",
        "languages": ["en", "es", "ru"],
        "targets": {"es": "starter", "ru": "starter"},
        "sentences": 4,
        "blocks": 3,
    }
    assert found[0]["signature"] == found[-1]["signature"]


def test_the_languages_take_turns() -> None:
    sentences = [(line["language"], line["index"]) for line in lines() if line["type"] == "sentence"]
    assert sentences == [
        ("es", 0), ("ru", 0),
        ("es", 1), ("es", 2), ("ru", 1), ("ru", 2),
        ("es", 3), ("ru", 3),
    ]  # fmt: skip


def test_a_sentence_line_says_all_there_is_to_say() -> None:
    assert lines()[3] == {
        "type": "sentence",
        "language": "es",
        "index": 1,
        "block": 1,
        "text": "RAIN FELL.",
        "score": -0.5,
        "flags": [],
    }


def test_the_lines_hold_what_json_holds() -> None:
    pipeline = fake_pipeline()
    whole = json.loads(render_json(pipeline.translate(read(SOURCE, Format.MARKDOWN, "en"), ["es", "ru"])))
    found = lines()
    assert found[0]["version"] == whole["versions"]["en"]
    for line in found:
        if line["type"] == "version":
            assert line["version"] == whole["versions"][line["language"]]
    rows = [line for line in found if line["type"] == "row"]
    assert [{key: row[key] for key in ("index", "sentences", "score")} for row in rows] == whole["rows"]


def test_the_lines_of_a_comparison_hold_what_json_holds() -> None:
    pipeline = fake_pipeline()
    given = [read(SOURCE.upper(), Format.MARKDOWN, "es"), read(SOURCE, Format.MARKDOWN, "en")]
    for missing in (["ru"], []):
        whole = json.loads(render_json(pipeline.compare(given, missing)))
        events = list(pipeline.stream_comparison(given, missing))
        assert isinstance(events[0], Begun)
        writer = StreamWriter(events[0])
        found = [json.loads(encoded(line)) for event in events for line in writer.lines(event)]
        assert [line["language"] for line in found if line["type"] == "sentence"] == missing * 4
        head, end = found[0], found[-1]
        assert (head["source"], head["languages"]) == ("en", ["es", "en", *missing])
        assert head["targets"] == dict.fromkeys(missing, "starter")
        assert (end["type"], end["signature"]) == ("end", whole["signature"])
        versions = {line["language"]: line["version"] for line in found if line["type"] == "version"}
        assert versions | {"en": head["version"]} == whole["versions"]
        for kind, name in (("row", "rows"), ("finding", "findings")):
            its = [{k: v for k, v in line.items() if k != "type"} for line in found if line["type"] == kind]
            assert its == whole[name]


def test_a_problem_is_a_line() -> None:
    line = encoded(problem_line({"type": "urn:x", "status": 503, "detail": "no\nmodel"}))
    assert json.loads(line)["problem"]["status"] == 503
    assert line.count(b"\n") == 1


def test_no_text_breaks_a_line() -> None:
    pipeline = fake_pipeline(FakeTranslator(lambda text: f"{text}\u2028x\x85y"))
    events = list(pipeline.stream(read("Rain fell.", Format.TEXT, "en"), ["es"]))
    assert isinstance(events[0], Begun)
    writer = StreamWriter(events[0])
    for event in events:
        for line in writer.lines(event):
            assert encoded(line).count(b"\n") == 1
