from __future__ import annotations

import io

import docx
from render_fixture import demo, small

from service.render.docx import render_docx


def test_the_table_has_a_row_for_each_row_and_a_column_for_each_version() -> None:
    made = docx.Document(io.BytesIO(render_docx(demo())))
    rows = [[cell.text for cell in row.cells] for row in made.tables[0].rows]
    assert rows[0] == ["#", "English", "Español", "Русский (machine: starter)", "To look at"]
    numbered = [row for row in rows[1:] if row[0]]
    assert [row[0] for row in numbered] == [str(number) for number in range(1, 26)]
    assert numbered[5][1].startswith("The mill had been silent since 1943, when")
    assert numbered[9][2] == ""
    assert "Spanish: es lacks this content" in numbered[9][4]
    assert "Russian: repeats itself" in numbered[6][4]
    assert made.paragraphs[0].text == "The tide mill turns again in Port Brannoch"


def test_the_same_result_gives_the_same_bytes_and_odd_characters_do_no_harm() -> None:
    aligned = small("A \x00 b <c> & \ud800 d.")
    assert render_docx(aligned) == render_docx(aligned)
    made = docx.Document(io.BytesIO(render_docx(aligned)))
    assert made.tables[0].rows[1].cells[1].text == "A \ufffd b <c> & \ufffd d."
