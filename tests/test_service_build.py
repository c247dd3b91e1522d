from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.article import Format
from service.build import PartialMark, build, partial_marks
from service.formats import read

SOURCE = "The **old ferry** runs. *It is slow.* See [the page](http://a.example)!\n"


def test_only_markup_of_a_part_of_a_sentence_needs_a_place() -> None:
    article = read(SOURCE, Format.MARKDOWN, "en")
    assert partial_marks(article) == [
        PartialMark(sentence=0, number=0, start=4, end=13, literal=None),
        PartialMark(sentence=2, number=2, start=4, end=12, literal=None),
    ]


def test_markup_goes_where_its_place_is_and_round_whole_sentences_by_itself() -> None:
    article = read(SOURCE, Format.MARKDOWN, "en")
    texts = ["El viejo barco navega.", "Es lento.", "¡Vea la página!"]
    version = build(article, "es", texts, {(0, 0): (3, 14), (2, 2): (5, 14)})
    assert version.source == "El **viejo barco** navega. *Es lento.* ¡Vea [la página](http://a.example)!\n"
    assert version.text == "El viejo barco navega. Es lento. ¡Vea la página!"


def test_markup_without_a_place_keeps_its_share_of_the_sentence() -> None:
    article = read("one **two** three four\n", Format.MARKDOWN, "en")
    assert build(article, "es", ["uno dos tres cuatro"], {}).source == "uno **dos** tres cuatro\n"


def test_markup_over_two_sentences_covers_both_translations() -> None:
    article = read("**One here. Two there.** Three.\n", Format.MARKDOWN, "en")
    version = build(article, "es", ["Uno aquí.", "Dos allí.", "Tres."], {})
    assert version.source == "**Uno aquí. Dos allí.** Tres.\n"


def test_white_space_between_blocks_and_sentences_stays() -> None:
    source = "Title\n\n\nOne here.  Two there.\n\n---\n\n* item\n"
    article = read(source, Format.TEXT, "en")
    version = build(article, "es", ["T", "U.", "D.", "I"], {})
    assert version.source == "T\n\n\nU.  D.\n\n---\n\n* I\n" == version.text


@given(
    st.sampled_from([Format.TEXT, Format.MARKDOWN, Format.HTML]),
    st.lists(st.text(alphabet="abc *_[]()!<>&.`\n#-1", max_size=30), max_size=5),
    st.data(),
)
def test_a_version_has_the_blocks_and_the_sentences_it_was_given(
    format: Format, parts: list[str], data: st.DataObject
) -> None:
    article = read("\n\n".join(parts), format, "en")
    word = st.text(alphabet="xyz. *<&_", min_size=1, max_size=12).map(str.strip).filter(bool)
    texts = [data.draw(word) for _ in article.sentences]
    version = build(article, "es", texts, {})
    assert [sentence.text for sentence in version.sentences] == texts
    assert [block.kind for block in version.blocks] == [block.kind for block in article.blocks]
    assert version.frame == article.frame
    for sentence in version.sentences:
        assert version.text[sentence.start : sentence.end] == sentence.text
