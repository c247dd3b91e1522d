from __future__ import annotations

import io
import zipfile

import pytest
from documents_fixture import open_document
from service_fakes import FakeTranslator, LetterEncoder

from service.article import Article, Format, Kind
from service.compose import compose
from service.errors import ArticleError
from service.formats import read_file
from service.render.document import render_document
from service.render.markdown import render_markdown

BODY = (
    '<text:h text:outline-level="2">The harbour</text:h>'
    '<text:p>Rain fell <text:span text:style-name="T1">all night</text:span>'
    '<text:span text:style-name="T2">. The</text:span> boats<text:s text:c="2"/>stayed in.</text:p>'
    "<text:list><text:list-item><text:p>Tie the ropes.</text:p></text:list-item></text:list>"
    "<table:table><table:table-row><table:table-cell><text:p>High water</text:p></table:table-cell>"
    "</table:table-row></table:table>"
    '<text:p>See <text:a xlink:href="https://a.example/">the tides</text:a> now.'
    "<text:line-break/>Go on.</text:p>"
    "<text:p/>"
)


def read(content: bytes) -> Article:
    return read_file(content, Format.ODT, "en", "rain.odt")


def content_of(document: bytes) -> str:
    return zipfile.ZipFile(io.BytesIO(document)).read("content.xml").decode()


def test_paragraphs_headings_lists_and_cells_are_blocks() -> None:
    article = read(open_document(BODY))
    assert [(block.kind, block.level, article.text[block.start : block.end]) for block in article.blocks] == [
        (Kind.HEADING, 2, "The harbour"),
        (Kind.PARAGRAPH, 0, "Rain fell all night. The boats  stayed in."),
        (Kind.LIST_ITEM, 0, "Tie the ropes."),
        (Kind.PARAGRAPH, 0, "High water"),
        (Kind.PARAGRAPH, 0, "See the tides now.\u2028Go on."),
    ]


def test_a_translation_is_a_document_of_the_same_structure() -> None:
    version = compose(read(open_document(BODY)), "es", FakeTranslator(), LetterEncoder())
    made = render_document(version)
    content = content_of(made)
    assert '<text:h text:outline-level="2">THE HARBOUR</text:h>' in content
    assert '<text:p>RAIN FELL <text:span text:style-name="T1">ALL NIGHT</text:span>. THE BOATS' in content
    assert (
        "<text:list><text:list-item><text:p>TIE THE ROPES.</text:p></text:list-item></text:list>" in content
    )
    assert (
        'SEE <text:a xlink:href="https://a.example/">THE TIDES</text:a> NOW.<text:line-break/>GO ON.'
        in content
    )
    assert "<text:p>[Machine translation, not checked: starter]</text:p>" in content
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.infolist()[0].filename == "mimetype"
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert archive.read("Pictures/a.png") == b"not looked at"


def test_markdown_of_a_document() -> None:
    assert render_markdown(read(open_document(BODY))).startswith(
        "## The harbour\n\nRain fell **all night**. The boats  stayed in.\n\n- Tie the ropes.\n"
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no zip", "no odt file"),
        (open_document("<text:p>open"), "content.xml is no XML"),
        (open_document("", manifest="<m><encryption-data/></m>"), "encrypted"),
    ],
)
def test_what_is_no_document_is_refused_in_one_line(content: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        read(content)
    assert "\n" not in str(caught.value)
