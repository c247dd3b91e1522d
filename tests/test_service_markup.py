from __future__ import annotations

from service_fakes import LetterEncoder

from service.article import Format
from service.build import PartialMark, partial_marks
from service.formats import read
from service.markup import place_marks


def placed(source: str, target: str) -> list[str]:
    article = read(source, Format.MARKDOWN, "en")
    marks = partial_marks(article)
    places = place_marks(article.sentences[0].text, target, marks, LetterEncoder())
    return [target[slice(*places[mark.number])] for mark in marks]


def test_a_span_goes_round_the_words_most_like_its_own() -> None:
    assert placed("We met **Ada Hill** in May", "In May trafen wir Ada Hill") == ["Ada Hill"]


def test_inline_code_is_found_as_it_is_the_right_time() -> None:
    source = PartialMark(0, 1, 8, 9, "`x`")
    assert place_marks("x plus `x", "x y x", [source], LetterEncoder()) == {1: (4, 5)}


def test_markup_inside_a_word_stays_inside_it() -> None:
    assert placed("Much H<sub>2</sub>O here", "Hay mucha H2O") == ["2"]


def test_nested_markup_stays_nested() -> None:
    outer, inner = placed("We saw **the *big* harbour** today", "Heute sahen wir the big harbour")
    assert inner in outer
    assert inner == "big"


def test_an_image_keeps_its_share_of_the_sentence() -> None:
    mark = PartialMark(0, 0, 5, 5, "![x](y)")
    assert place_marks("12345 6789", "abcde fghi", [mark], LetterEncoder()) == {0: (5, 5)}


def test_a_translation_without_words_still_gets_its_markup() -> None:
    mark = PartialMark(0, 0, 0, 3, None)
    assert place_marks("one two", "...", [mark], LetterEncoder()) == {0: (0, 3)}
