from __future__ import annotations

from hypothesis import given as given_any
from hypothesis import strategies as st
from render_fixture import CODE, QUOTE, RULE, BlockText, P, given, row

from alignment.beads import Row
from service.article import Block, Kind
from service.render.column import Column
from service.render.layout import BlockLine, RowLine, lay_out


def column(language: str, blocks: list[BlockText]) -> Column:
    return Column.of(given(language, blocks))


def outline(columns: list[Column], rows: list[Row]) -> list[str]:
    """Write each line as "row 1" or as its kind with the languages that have it."""
    return [
        f"row {line.index}" if isinstance(line, RowLine) else f"{line.kind.value} {' '.join(line.blocks)}"
        for line in lay_out(columns, rows)
    ]


def test_code_at_the_same_place_in_all_versions_shares_a_line() -> None:
    blocks: list[BlockText] = [(P, ["One."]), (CODE, "x = 1"), (P, ["Two."])]
    columns = [column("en", blocks), column("es", blocks), column("ru", blocks)]
    rows = [row(en="0", es="0", ru="0"), row(en="1", es="1", ru="1")]
    assert outline(columns, rows) == ["row 0", "code en es ru", "row 1"]


def test_a_block_that_one_version_lacks_stands_alone() -> None:
    columns = [
        column("en", [(P, ["One."]), (RULE, ""), (P, ["Two."])]),
        column("es", [(P, ["Uno."]), (P, ["Dos."])]),
    ]
    assert outline(columns, [row(en="0", es="0"), row(en="1", es="1")]) == ["row 0", "rule en", "row 1"]


def test_blocks_of_different_kinds_do_not_share_a_line() -> None:
    columns = [column("en", [(P, ["One."]), (RULE, "")]), column("es", [(P, ["Uno."]), (CODE, "x")])]
    assert outline(columns, [row(en="0", es="0")]) == ["row 0", "code es", "rule en"]


def test_equal_code_is_matched_before_code_that_comes_first() -> None:
    columns = [
        column("en", [(P, ["One."]), (CODE, "a"), (CODE, "b")]),
        column("es", [(P, ["Uno."]), (CODE, "b")]),
    ]
    assert outline(columns, [row(en="0", es="0")]) == ["row 0", "code en", "code en es"]


def test_rules_meet_across_a_row_that_only_one_version_has() -> None:
    columns = [
        column("en", [(P, ["One."]), (RULE, ""), (P, ["Two."])]),
        column("es", [(P, ["Uno.", "Más."]), (RULE, ""), (P, ["Dos."])]),
    ]
    rows = [row(en="0", es="0"), row(en="", es="1"), row(en="1", es="2")]
    assert outline(columns, rows) == ["row 0", "row 1", "rule en es", "row 2"]


def test_code_between_two_sentences_of_one_row_stays_inside_its_cell() -> None:
    columns = [
        column("en", [(P, ["One."]), (CODE, "x = 1"), (P, ["Two."])]),
        column("es", [(P, ["Uno y dos."])]),
    ]
    (line,) = lay_out(columns, [row(en="0 1", es="0")])
    assert isinstance(line, RowLine)
    assert [piece.block.kind for piece in line.cells["en"]] == [Kind.PARAGRAPH, Kind.CODE, Kind.PARAGRAPH]


def test_a_block_opens_in_the_row_of_its_first_sentence_only() -> None:
    columns = [column("en", [(QUOTE, ["One.", "Two."])]), column("es", [(QUOTE, ["Uno.", "Dos."])])]
    lines = list(lay_out(columns, [row(en="0", es="0"), row(en="1", es="1")]))
    assert [isinstance(line, RowLine) and line.opens for line in lines] == [True, False]


def test_an_article_of_rules_alone_has_no_rows() -> None:
    blocks: list[BlockText] = [(RULE, ""), (RULE, "")]
    assert outline([column("en", blocks), column("es", blocks)], []) == ["rule en es", "rule en es"]


@st.composite
def versions(draw: st.DrawFn) -> tuple[list[Column], list[Row]]:
    """Draw versions of any structure, and any monotone rows over their sentences."""
    texts: list[BlockText] = [(P, ["A."]), (P, ["A.", "B.", "C."]), (CODE, "a"), (CODE, "b"), (RULE, "")]
    block = st.sampled_from(texts)
    size = draw(st.integers(2, 3))
    columns = [column(language, draw(st.lists(block, max_size=6))) for language in ["en", "es", "ru"][:size]]
    steps = draw(st.lists(st.tuples(*[st.integers(0, 3)] * size), max_size=8))
    rows, passed = [], [0] * size
    for step in [*steps, [20] * size]:  # the last row takes what is left
        held = {}
        for place, each in enumerate(columns):
            until = min(passed[place] + step[place], len(each.sentences))
            held[each.language] = tuple(range(passed[place], until))
            passed[place] = until
        if any(held.values()):
            rows.append(Row(held, 0.5))
    return columns, rows


@given_any(versions())
def test_every_column_read_downwards_is_its_article_in_order(drawn: tuple[list[Column], list[Row]]) -> None:
    columns, rows = drawn
    lines = list(lay_out(columns, rows))
    assert [line.index for line in lines if isinstance(line, RowLine)] == list(range(len(rows)))
    for each in columns:
        read: list[int | Block] = []
        for line in lines:
            if isinstance(line, BlockLine):
                read += [line.blocks[each.language]] if each.language in line.blocks else []
                continue
            for piece in line.cells[each.language]:
                read += piece.sentences or [piece.block]
        expected: list[int | Block] = []
        passed = 0
        for block in each.version.article.blocks:
            expected += range(passed, passed + len(block.sentences)) if block.sentences else [block]
            passed += len(block.sentences)
        assert read == expected
