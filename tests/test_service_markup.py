from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from service_fakes import LetterEncoder

from models import load_encoder, load_translator
from models.attention import Attention, attention_of
from models.store import default_store
from service.article import Format
from service.build import PartialMark, partial_marks
from service.formats import read
from service.markup import place_marks

ROOT = Path(__file__).resolve().parent.parent


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


def test_with_the_shipped_starter_and_the_real_encoder_markup_finds_its_words(tmp_path: Path) -> None:
    translator = load_translator(store=default_store(tmp_path), device="cpu", threads=1)
    sentences = (ROOT / "benchmarks" / "marked.tsv").read_text(encoding="utf-8").splitlines()[:7]
    pairs = [tuple(unmarked(text) for text in line.split("\t")[:2]) for line in sentences]
    attention = attention_of(translator, [(one[0], other[0]) for one, other in pairs], target="es")
    encoder = load_encoder()
    right = 0
    for ((source, span), (target, wanted)), looks in zip(pairs, attention, strict=True):
        assert looks is not None
        [place] = place_marks(source, target, [PartialMark(0, 0, *span, None)], encoder, looks).values()
        right += place[0] < wanted[1] and wanted[0] < place[1]
    assert right >= 6


def unmarked(text: str) -> tuple[str, tuple[int, int]]:
    """Take the brackets out of a sentence, and say where they were."""
    start, end = text.index("["), text.index("]") - 1
    return text.replace("[", "").replace("]", ""), (start, end)
