from __future__ import annotations

import json

from render_fixture import SIGNATURE, demo, small

from service.render.ndjson import render_ndjson


def test_every_row_is_a_line_that_stands_on_its_own() -> None:
    lines = [json.loads(line) for line in render_ndjson(demo()).splitlines()]
    assert [line["index"] for line in lines] == list(range(25))
    assert list(lines[0]) == ["index", "sentences", "score", "findings", "signature"]
    assert {line["signature"] for line in lines} == {SIGNATURE}
    assert [sentence["text"] for sentence in lines[3]["sentences"]["es"]] == [
        "El viernes por la mañana, con la marea ya en descenso, los voluntarios abrieron la compuerta del "
        "viejo "
        "molino.",
        "Una rueda de roble verde empezó a girar.",
    ]


def test_a_line_carries_the_findings_of_its_row() -> None:
    lines = [json.loads(line) for line in render_ndjson(demo()).splitlines()]
    assert [finding["kind"] for finding in lines[9]["findings"]] == ["missing"]
    assert lines[9]["sentences"]["es"] == []
    assert lines[0]["findings"] == []


def test_no_text_breaks_a_line() -> None:
    assert render_ndjson(small("a\nb\u2028c\x85d")).count(b"\n") == 1
