from __future__ import annotations

from render_fixture import FLAGS, RUSSIAN, BlockText, P, given, made

from service.article import Article, Block, Format, Kind, Sentence
from service.render.column import Column
from service.result import Origin, Version

TWO_BLOCKS: list[BlockText] = [(P, ["One.", "Two."]), (P, ["Three."])]


def test_sentences_of_one_row_are_joined_as_they_stand_in_the_article() -> None:
    assert Column.of(given("en", TWO_BLOCKS)).text((0, 1, 2)) == "One. Two. Three."


def test_sentences_without_a_space_between_them_get_none() -> None:
    text = "一。二。"
    sentences = (Sentence(0, 2, "一。"), Sentence(2, 4, "二。"))
    article = Article("zh", Format.TEXT, text, text, (Block(Kind.PARAGRAPH, 0, 4, sentences),), ("", ""))
    assert Column.of(Version(article, Origin.GIVEN)).text((0, 1)) == text


def test_nothing_is_an_empty_text() -> None:
    assert Column.of(given("en", TWO_BLOCKS)).text(()) == ""


def test_a_given_version_has_no_scores_or_flags() -> None:
    column = Column.of(given("en", TWO_BLOCKS))
    assert (column.origin, column.score((0,)), column.flags((0,))) == ("given", None, ())


def test_a_machine_made_row_has_its_lowest_score_and_every_flag_once() -> None:
    column = Column.of(made("ru", RUSSIAN, FLAGS))
    assert column.origin == "machine:starter"
    assert column.score((6, 7)) == -1.8765
    assert column.flags((6, 7, 12)) == ("repetition", "numbers")
