from __future__ import annotations

import io

import pytest
from documents_fixture import pdf
from pypdf import PdfReader, PdfWriter

from service.article import Format
from service.errors import ArticleError
from service.formats import read_file
from service.formats.pdf import text_of

PAGE = [
    "Rain on the harbour",
    "",
    "Rain fell all night, and the wind that came with it was the hard-",
    "est that anybody in the town could call to mind since the winter",
    "of the great flood.",
    "Every boat stayed in behind the wall, and the harbour office kept",
    "its lamps lit until morning.",
]


def test_lines_are_joined_and_hyphenation_is_mended() -> None:
    article = read_file(pdf([PAGE]), Format.PDF, "en", "rain.pdf")
    assert article.format is Format.TEXT
    assert article.source == (
        "Rain on the harbour\n\n"
        "Rain fell all night, and the wind that came with it was the hardest that anybody in the town could "
        "call to mind since the winter of the great flood.\n\n"
        "Every boat stayed in behind the wall, and the harbour office kept its lamps lit until morning.\n"
    )


def test_running_titles_and_page_numbers_are_left_out() -> None:
    pages = [
        f"Harbour news {n}\n{text}\n{n}" for n, text in enumerate(("One here.", "Two here.", "Three."), 1)
    ]
    assert text_of(pages) == "One here. Two here. Three.\n"


def test_a_paragraph_goes_on_over_a_page_break() -> None:
    first = "The boats that had stayed in for a week went\nout again on the morning of"
    assert text_of([first, "the ninth, and came back full."]) == (
        "The boats that had stayed in for a week went out again on the morning of the ninth, and came back "
        "full.\n"
    )


def encrypted() -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf([PAGE]))))
    writer.encrypt("secret", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no PDF file"),
        (b"%PDF-1.4 and nothing", "no PDF file"),
        (pdf([[]]), "has no text"),
        (encrypted(), "is encrypted"),
    ],
)
def test_what_has_no_text_is_refused_in_one_line(content: bytes, reason: str) -> None:
    with pytest.raises(ArticleError, match=reason) as caught:
        read_file(content, Format.PDF, "en", "rain.pdf")
    assert "\n" not in str(caught.value)
