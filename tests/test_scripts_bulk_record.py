from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest
from bulk.record import Record, RecordError, shape_name
from bulk_fixture import aligneds, record, tiny
from hypothesis import given
from hypothesis import strategies as st
from render_fixture import demo

from service.render.json_form import aligned_out
from service.render.tmx import render_tmx
from service.render.tsv import render_tsv

if TYPE_CHECKING:
    from service.result import Aligned


@given(aligneds())
def test_a_record_is_read_from_its_bytes_exactly(aligned: Aligned) -> None:
    made = Record.of("x", aligned)
    again = Record.from_bytes(made.to_bytes())
    assert again == made
    assert again.to_bytes() == made.to_bytes()
    assert pickle.loads(pickle.dumps(made)) == made


def test_the_forms_cannot_tell_a_record_from_what_it_was_made_of() -> None:
    for render in (aligned_out, render_tsv, render_tmx):
        assert render(record().aligned) == render(demo())


def test_a_line_has_the_id_first_and_no_line_break() -> None:
    line = record('with "quotes" and ж').to_bytes()
    assert line.startswith('{"id":"with \\"quotes\\" and ж","signature":'.encode())
    assert b"\n" not in line
    assert json.loads(line)["versions"]["ru"]["checkpoint"] == "starter"


def test_texts_sentences_and_origins_are_told_by_language() -> None:
    made = record()
    assert made.languages == ("en", "es", "ru")
    assert made.origins == {"en": "given", "es": "given", "ru": "machine:starter"}
    for language, sentences in made.sentences.items():
        for sentence in sentences:
            assert made.texts[language][sentence.start : sentence.end] == sentence.text
    assert shape_name(made.shape(made.rows[3])) == "1:2:1"
    assert made.shape(made.rows[3], ("es", "de")) == (2, 0)


@pytest.mark.parametrize("line", [b"", b"[]", b'{"id":1}', b'{"id":"a","versions":{}}', b"\xff"])
def test_what_is_no_record_is_refused(line: bytes) -> None:
    with pytest.raises(RecordError, match="no record"):
        Record.from_bytes(line)


@given(aligneds(), st.data())
def test_rows_left_out_take_their_sentences_with_them_and_no_others(
    aligned: Aligned, data: st.DataObject
) -> None:
    whole = Record.of("x", aligned)
    kept = sorted(data.draw(st.sets(st.sampled_from(range(len(whole.rows))))) if whole.rows else [])
    part = whole.only(kept)
    assert part.texts == whole.texts
    for language, column in zip(part.languages, part.columns(), strict=True):
        before = whole.columns()[whole.languages.index(language)]
        held = [index for row in part.rows for index in row.sentences[language]]
        assert held == list(range(len(part.sentences[language])))
        for new, old in zip(part.rows, kept, strict=True):
            assert column.text(new.sentences[language]) == before.text(whole.rows[old].sentences[language])
    assert [finding.row for finding in part.findings] == [
        kept.index(finding.row) for finding in whole.findings if finding.row in kept
    ]
    assert Record.from_bytes(part.to_bytes()) == part


def test_a_block_that_loses_all_its_sentences_goes_and_code_stays() -> None:
    made = record()
    part = made.only([0])
    kinds = [block.kind for block in part.aligned.versions[0].article.blocks]
    assert len([block for block in part.aligned.versions[0].article.blocks if block.sentences]) == 1
    assert "code" in kinds
    assert tiny().only([3]).sentences["en"] == ()
