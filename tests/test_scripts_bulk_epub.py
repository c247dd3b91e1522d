from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest
from bulk import epub
from bulk.readers import open_input

from service.errors import ArticleError, LimitError, ServiceError

if TYPE_CHECKING:
    from pathlib import Path

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
XHTML = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY bomb "boom">]>'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head>'
    '<body class="x">{}</body></html>'
)


def book(path: Path, chapters: dict[str, str], *, package: str = "", **extra: str) -> Path:
    """Write an EPUB whose chapters' bodies are given by file name, after a cover and a table of contents."""
    items = "".join(
        f'<item id="i{number}" href="{name}" media-type="application/xhtml+xml"/>'
        for number, name in enumerate(chapters)
    )
    spine = "".join(f'<itemref idref="i{number}"/>' for number in range(len(chapters)))
    opf = package or (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        '<item id="pic" href="pic.svg" media-type="image/svg+xml"/>'
        f'{items}</manifest><spine><itemref idref="nav"/><itemref idref="pic"/>{spine}'
        '<itemref idref="i0" linear="no"/></spine></package>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr("META-INF/container.xml", CONTAINER)
        archive.writestr("OEBPS/book.opf", opf)
        archive.writestr("OEBPS/nav.xhtml", XHTML.format("<nav>Contents</nav>"))
        for name, body in chapters.items():
            archive.writestr(f"OEBPS/{name.replace('%20', ' ')}", XHTML.format(body))
        for name, content in extra.items():
            archive.writestr(name, content)
    return path


def test_chapters_come_in_the_order_of_the_spine_and_keep_their_characters(tmp_path: Path) -> None:
    path = book(
        tmp_path / "b.epub",
        {
            "text/2.xhtml": "<h1>Uno</h1><p>La ni&ntilde;a &amp; el r&iacute;o&nbsp;azul."
            '<a id="x"/> Fin.</p>',
            "cover.xhtml": "<p> </p>",
            "a%20b.xhtml": "<p>Second &lt;chapter&gt;.&bomb;</p>",
        },
    )
    assert list(epub.chapters(str(path), 10**6)) == [
        '<section><h1>Uno</h1><p>La niña &amp; el río\u00a0azul.<a id="x"></a> Fin.</p></section>',
        "<section><p>Second &lt;chapter&gt;.&bomb;</p></section>",  # an entity of its own stays unresolved
    ]
    whole = epub.html(str(path), None, 10**6)
    assert whole.index("Uno") < whole.index("Second")
    assert "Contents" not in whole
    assert epub.html(str(path), 1, 10**6).count("<section>") == 1
    with pytest.raises(ArticleError, match="no chapter 3"):
        epub.html(str(path), 2, 10**6)


def test_books_are_documents_whole_or_by_chapters(tmp_path: Path) -> None:
    for language, count in (("en", 2), ("es", 2)):
        chapters = {f"{n}.xhtml": f"<p>Words {n} {language}.</p>" for n in range(count)}
        book(tmp_path / f"tale.{language}.epub", chapters)
    book(tmp_path / "odd.en.epub", {"1.xhtml": "<p>One word.</p>"})
    book(tmp_path / "odd.es.epub", {"1.xhtml": "<p>One.</p>", "2.xhtml": "<p>Two.</p>"})
    whole = {each.id: each for each in open_input([str(tmp_path)], languages=("en", "es")).documents()}
    texts = [each.text for each in whole["tale"].articles(("en", "es"), 10**6)]
    assert texts == ["Words 0 en.\n\nWords 1 en.", "Words 0 es.\n\nWords 1 es."]
    parts = list(open_input([str(tmp_path)], languages=("en", "es"), chapters=True).documents())
    assert [each.id for each in parts] == ["odd", "tale/1", "tale/2"]
    assert "en 1, es 2" in parts[0].problem
    assert [each.text for each in parts[2].articles(("en", "es"), 10**6)] == ["Words 1 en.", "Words 1 es."]


def test_no_more_is_unpacked_than_allowed(tmp_path: Path) -> None:
    path = book(tmp_path / "bomb.epub", {"1.xhtml": f"<p>{'word ' * 100_000}</p>"})
    assert path.stat().st_size < 10_000
    with pytest.raises(LimitError, match="50,000"):
        epub.html(str(path), None, 50_000)


def test_what_is_no_epub_is_refused_with_one_line(tmp_path: Path) -> None:
    bad = tmp_path / "bad.epub"
    bad.write_bytes(b"no zip")
    empty = tmp_path / "empty.epub"
    with zipfile.ZipFile(empty, "w"):
        pass
    lacking = book(
        tmp_path / "lacking.epub",
        {"1.xhtml": "<p>Words.</p>"},
        package=(
            '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
            '<item id="a" href="../../etc/passwd" media-type="application/xhtml+xml"/></manifest>'
            '<spine><itemref idref="a"/></spine></package>'
        ),
    )
    for path in (
        bad,
        empty,
        lacking,
        tmp_path / "none.epub",
        book(tmp_path / "blank.epub", {"1.xhtml": "<p/>"}),
    ):
        with pytest.raises(ServiceError) as caught:
            epub.html(str(path), None, 10**6)
        assert "\n" not in str(caught.value)
