from __future__ import annotations

import pytest
from documents_fixture import word_document
from render_fixture import demo
from service_fakes import fake_pipeline

from service.article import Format
from service.formats import read_file
from service.render.document import render_document
from service.render.forms import FORMS
from service.render.json_form import AlignedOut, aligned_out, render_json
from service.render.restored import machine_documents, restored


@pytest.mark.parametrize("name", FORMS)
def test_every_form_is_the_same_from_a_result_that_was_kept(name: str) -> None:
    kept = AlignedOut.model_validate_json(aligned_out(demo()).model_dump_json(exclude_none=True))
    assert FORMS[name].render(restored(kept)) == FORMS[name].render(demo())


def test_the_documents_of_a_kept_result_are_those_that_were_made() -> None:
    aligned = fake_pipeline().translate(
        read_file(word_document(), Format.DOCX, "en", "rain.docx"), ["es", "ru"]
    )
    kept = AlignedOut.model_validate_json(render_json(aligned))
    made = {version.language: render_document(version) for version in aligned.versions[1:]}
    assert machine_documents(kept) == {name: (Format.DOCX, content) for name, content in made.items()}
