from __future__ import annotations

import pytest
from render_fixture import demo

from service.render.forms import FORMS


def test_every_form_is_found_by_its_name_and_its_media_type_is_its_own() -> None:
    assert list(FORMS) == ["json", "html", "ndjson", "tmx", "tsv", "xliff", "docx"]
    assert all(form.name == name for name, form in FORMS.items())
    assert len({form.media_type for form in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_every_form_gives_utf8_documents_that_are_the_same_twice(name: str) -> None:
    documents = FORMS[name].render(demo())
    assert documents == FORMS[name].render(demo())
    assert all(document.content for document in documents)
    if name != "docx":
        assert all(document.content.decode() for document in documents)


def test_one_document_holds_all_versions_but_in_xliff() -> None:
    names = {
        name: [form.file_name("mill", document) for document in form.render(demo())]
        for name, form in FORMS.items()
    }
    assert names == {
        "json": ["mill.json"],
        "html": ["mill.html"],
        "ndjson": ["mill.ndjson"],
        "tmx": ["mill.tmx"],
        "tsv": ["mill.tsv"],
        "xliff": ["mill.es.xlf", "mill.ru.xlf"],
        "docx": ["mill.docx"],
    }
