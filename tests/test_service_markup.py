from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from service_fakes import LetterEncoder

from models.attention import Attention
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


def looking(source: str, target: str, links: dict[str, str]) -> Attention:
    """Attention by words: each of the translation looks at its link, others at all words alike."""
    words, others = source.split(), target.split()
    spans = []
    for text, parts in ((source, words), (target, others)):
        ends = [sum(map(len, parts[: n + 1])) + n for n in range(len(parts))]
        assert text == " ".join(parts)
        spans.append(tuple((end - len(part), end) for end, part in zip(ends, parts, strict=True)))
    weights = tuple(
        tuple(float(links[word] == other) if word in links else 1 / len(words) for other in words)
        for word in others
    )
    return Attention(spans[0], spans[1], weights)


def test_attention_finds_words_that_nothing_else_would() -> None:
    source, target = "one two three four", "sto qua dre uni"
    mark = PartialMark(0, 0, 0, 3, None)
    attention = looking(source, target, {"uni": "one", "qua": "two", "dre": "three", "sto": "four"})
    [place] = place_marks(source, target, [mark], LetterEncoder(), attention).values()
    assert target[slice(*place)] == "uni"


def test_nested_marks_stay_nested_by_attention() -> None:
    source, target = "one two three four", "qua sto uni dre"
    outer, inner = PartialMark(0, 0, 0, 13, None), PartialMark(0, 1, 4, 7, None)
    attention = looking(source, target, {"uni": "one", "sto": "two", "dre": "three", "qua": "four"})
    places = place_marks(source, target, [outer, inner], LetterEncoder(), attention)
    assert target[slice(*places[1])] == "sto"
    assert target[slice(*places[0])] == "sto uni dre"


def test_punctuation_belongs_to_markup_where_it_does_in_the_source() -> None:
    assert placed('He said **"come in"** twice', 'Dijo "come in" dos veces') == ['"come in"']
    assert placed('He said "**come in**" twice', 'Dijo "come in" dos veces') == ["come in"]
    assert placed("We saw **Ada Hill.** Then", "Vimos a Ada Hill. Luego") == ["Ada Hill."]


marks = st.builds(
    lambda start, length: PartialMark(0, 0, start, start + length, None),
    st.integers(0, 30),
    st.integers(1, 20),
)


@given(
    st.text(alphabet="ab ,.«»Я", min_size=51, max_size=60),
    st.text(alphabet="ab ,.«»Я", min_size=1, max_size=40),
    marks,
)
def test_a_place_is_inside_the_translation_and_never_begins_or_ends_at_white_space(
    source: str, target: str, mark: PartialMark
) -> None:
    [(start, end)] = place_marks(source, target, [mark], LetterEncoder()).values()
    assert 0 <= start <= end <= len(target)
    if any(map(str.isalnum, target)):
        assert target[start:end] == target[start:end].strip() != ""
