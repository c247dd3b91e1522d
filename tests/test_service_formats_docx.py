from __future__ import annotations

import io
import zipfile

import docx
import pytest
from documents_fixture import word_document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given, settings
from hypothesis import strategies as st
from service_fakes import FakeTranslator, LetterEncoder

from service.article import Article, Format, Kind
from service.build import build
from service.compose import compose
from service.errors import ArticleError
from service.formats import read_file
from service.formats.docx import pack_docx
from service.render.document import render_document
from service.render.markdown import render_markdown


def read(content: bytes) -> Article:
    return read_file(content, Format.DOCX, "en", "rain.docx")


def saved(document: docx.document.Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_blocks_are_what_their_styles_say() -> None:
    article = read(word_document())
    found = [(block.kind, block.level, article.text[block.start : block.end]) for block in article.blocks]
    assert found == [
        (Kind.HEADING, 1, "Rain on the harbour"),
        (Kind.PARAGRAPH, 0, "Rain fell all night. The boats stayed in."),
        (Kind.LIST_ITEM, 0, "Tie the ropes."),
        (Kind.PARAGRAPH, 0, "High water"),
        (Kind.PARAGRAPH, 0, "Six & seven < eight"),
        (Kind.PARAGRAPH, 0, "Read the tides today."),
        (Kind.PARAGRAPH, 0, "One line here.\u2028Another line here."),
        (Kind.PARAGRAPH, 0, "Harbour news today"),
    ]


def test_a_translation_is_a_word_document_of_the_same_structure() -> None:
    version = compose(read(word_document()), "es", FakeTranslator(), LetterEncoder())
    made = docx.Document(io.BytesIO(render_document(version)))
    assert [paragraph.style.name for paragraph in made.paragraphs] == [
        "Heading 1", "Normal", "List Bullet", "Normal", "Normal", "Normal",
    ]  # fmt: skip
    looks = [(run.text, run.bold) for run in made.paragraphs[1].runs]
    assert looks == [("RAIN FELL ", None), ("ALL NIGHT", True), (". THE BOATS STAYED IN.", None)]
    [link] = made.paragraphs[3].hyperlinks
    assert (link.text, link.address) == ("THE TIDES", "https://harbour.example/tides")
    assert made.paragraphs[3].text == "READ THE TIDES TODAY."
    assert made.paragraphs[4].text == "ONE LINE HERE.\nANOTHER LINE HERE."
    assert all(run.italic for run in made.paragraphs[4].runs if run.text.strip())
    assert [cell.text for cell in made.tables[0].rows[0].cells] == ["HIGH WATER", "SIX & SEVEN < EIGHT"]
    assert made.sections[0].header.paragraphs[0].text == "HARBOUR NEWS TODAY"
    assert made.paragraphs[5].text == "[Machine translation, not checked: starter]"


def test_all_that_is_no_text_stays_byte_for_byte() -> None:
    source = word_document()
    article = read(source)
    made = pack_docx(build(article, "es", [s.text for s in article.sentences], {}))
    with zipfile.ZipFile(io.BytesIO(source)) as before, zipfile.ZipFile(io.BytesIO(made)) as after:
        assert before.namelist() == after.namelist()
        changed = {name for name in before.namelist() if before.read(name) != after.read(name)}
    assert changed <= {"word/document.xml", "word/header1.xml", "word/styles.xml"}
    assert read(made).text == article.text


def test_a_given_document_is_given_back_as_it_is() -> None:
    from service.result import Origin, Version

    source = word_document()
    assert render_document(Version(read(source), Origin.GIVEN)) == source


def test_fields_notes_deletions_and_tabs_keep_to_their_text() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph()
    paragraph._p.append(
        parse_xml(f"<w:ins {nsdecls('w')} w:id='1' w:author='a'><w:r><w:t>New words here</w:t></w:r></w:ins>")
    )
    paragraph._p.append(
        parse_xml(
            f"<w:del {nsdecls('w')} w:id='2' w:author='a'><w:r><w:delText>old</w:delText></w:r></w:del>"
        )
    )
    paragraph.add_run("\ton page ")
    for kind in ("begin", "code", "separate", "shown", "end"):
        inner = {"code": "<w:instrText> PAGE </w:instrText>", "shown": "<w:t>7</w:t>"}.get(
            kind, f"<w:fldChar w:fldCharType='{kind}'/>"
        )
        paragraph._p.append(parse_xml(f"<w:r {nsdecls('w')}>{inner}</w:r>"))
    article = read(saved(document))
    assert article.text == "New words here on page 7"
    version = compose(article, "es", FakeTranslator(), LetterEncoder())
    xml = zipfile.ZipFile(io.BytesIO(render_document(version))).read("word/document.xml").decode()
    assert "old" not in xml
    assert xml.count("<w:tab/>") == 1
    assert xml.index("begin") < xml.index("<w:instrText") < xml.index("separate") < xml.index('"end"')


@settings(max_examples=15)
@given(st.lists(st.text(alphabet="ab <>&\t.Я\u2028", min_size=1, max_size=12), min_size=1, max_size=4))
def test_whatever_a_translation_holds_the_document_can_be_read_back(texts: list[str]) -> None:
    document = docx.Document()
    for number in range(len(texts)):
        document.add_paragraph(f"Sentence number {number}.").add_run(" And bold.").bold = True
    article = read(saved(document))
    words = [f"x{texts[index % len(texts)].strip()}y" for index in range(len(article.sentences))]
    made = read(pack_docx(build(article, "es", words, {})))
    assert "".join("".join(words).replace("\u2028", " ").split()) == "".join(made.text.split())


def test_markdown_of_a_word_document_keeps_headings_lists_emphasis_and_links() -> None:
    assert render_markdown(read(word_document())) == (
        "# Rain on the harbour\n\nRain fell **all night**. The boats stayed in.\n\n- Tie the ropes.\n\n"
        "High water\n\nSix & seven < eight\n\nRead [the tides](https://harbour.example/tides) today.\n\n"
        "One line here.\\\nAnother line here.\n\nHarbour news today\n"
    )


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(5):
            archive.writestr(f"word/media/{number}.bin", b"\0" * 30_000_000)
    return out.getvalue()


def with_part(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(word_document())) as source, zipfile.ZipFile(out, "w") as archive:
        for info in source.infolist():
            archive.writestr(info, content if info.filename == name else source.read(info.filename))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no docx file"),
        (b"PK\x03\x04 and then nothing", "no docx file"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "encrypted, or an old Office file"),
        (word_document()[:-4_000], "no docx file"),
        (with_part("word/document.xml", b"<w:document"), "document.xml is no XML"),
        (with_part("word/document.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"), "document type"),
        (with_part("_rels/.rels", b"<Relationships/>"), "no main document"),
    ],
)
def test_what_is_no_word_document_is_refused_in_one_line(content: bytes, reason: str) -> None:
    with pytest.raises(ArticleError) as caught:
        read(content)
    assert str(caught.value).startswith("rain.docx")
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    with pytest.raises(ArticleError, match="unpacks to 150,000,000 bytes, the limit is 100,000,000"):
        read(bomb())
