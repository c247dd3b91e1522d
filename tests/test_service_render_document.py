from __future__ import annotations

import pytest

from service.article import Format
from service.formats import read
from service.render.document import render_document
from service.result import Origin, Version


@pytest.mark.parametrize("format", [Format.TEXT, Format.MARKDOWN, Format.HTML])
def test_a_machine_made_document_ends_in_its_label(format: Format) -> None:
    article = read("Rain fell.\n\n", format, "es")
    written = render_document(Version(article, Origin.MACHINE, checkpoint="starter")).decode()
    assert written.startswith("Rain fell.\n\n")
    assert "starter" in written.splitlines()[-1]
    assert len(read(written, format, "es").blocks) == (2 if format is Format.TEXT else 1)


def test_a_given_document_is_given_back_as_it_is() -> None:
    article = read("Rain fell.\r\n", Format.TEXT, "en")
    assert render_document(Version(article, Origin.GIVEN)) == b"Rain fell.\r\n"
