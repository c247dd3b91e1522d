from __future__ import annotations

import pytest
import srt
from documents_fixture import SUBTITLES
from hypothesis import given
from hypothesis import strategies as st
from service_fakes import FakeTranslator, LetterEncoder

from service.article import Article, Format
from service.build import build
from service.compose import compose
from service.errors import ArticleError
from service.formats import read
from service.render.document import render_document


def article() -> Article:
    return read(SUBTITLES, Format.SRT, "en")


def test_a_sentence_over_several_subtitles_is_one_sentence() -> None:
    assert [sentence.text for sentence in article().sentences] == [
        "The storm came in before anybody had tied the boats to the wall.",
        "- Was it bad?",
        "- Worse than that.",
    ]


def test_a_translation_keeps_numbers_times_lines_and_tags() -> None:
    version = compose(article(), "es", FakeTranslator(), LetterEncoder())
    assert render_document(version).decode() == (
        SUBTITLES.replace("The storm came in", "THE STORM CAME IN")
        .replace("before anybody had tied", "BEFORE ANYBODY HAD TIED")
        .replace("the <i>boats</i> to the wall.", "THE <i>BOATS</i> TO THE WALL.")
        .replace("- Was it bad?", "- WAS IT BAD?")
        .replace("- Worse than that.", "- WORSE THAN THAT.")
    )


def test_a_shorter_translation_still_gives_every_subtitle_a_word() -> None:
    version = build(article(), "es", ["Vino tormenta.", "- ¿Mala?", "- Peor."], {})
    assert [cue.content for cue in srt.parse(version.source)] == [
        "Vino",
        "<i>tormenta</i>.",
        "- ¿Mala?\n- Peor.",
    ]


def test_a_line_ends_behind_a_comma_and_never_before_it() -> None:
    made = ["La tormenta, entró sin aviso, antes de atar los barcos al muro.", "- ¿Mala?", "- Peor."]
    version = build(article(), "es", made, {})
    lines = [line for line in version.source.split("\n") if line and "-->" not in line]
    assert not [line for line in lines if line[0] in ",."]
    assert (
        " ".join(version.text.split())
        == "La tormenta, entró sin aviso, antes de atar los barcos al muro. - ¿Mala? - Peor."
    )


def cue(number: int, text: str) -> str:
    return f"{number}\n00:00:{number:02},000 --> 00:00:{number:02},900\n{text}\n\n"


@given(
    st.lists(
        st.text(alphabet="ab -.<i/\n?", min_size=1, max_size=20).map(str.strip).filter(bool), max_size=12
    ),
    st.data(),
)
def test_no_subtitle_and_no_word_is_ever_lost(texts: list[str], data: st.DataObject) -> None:
    source = "".join(cue(number, text.replace("\n\n", "\n")) for number, text in enumerate(texts, 1))
    parsed = read(source, Format.SRT, "en")
    words = st.lists(st.text(alphabet="xyz", min_size=1, max_size=5), min_size=1, max_size=6).map(" ".join)
    made = [data.draw(words) for _ in parsed.sentences]
    version = build(parsed, "es", made, {})
    heads = [line for line in version.source.split("\n") if "-->" in line]
    assert heads == [line for line in source.split("\n") if "-->" in line]
    shown = version.source
    for word in "".join(f"{text} " for text in made).split():
        assert word in shown


@pytest.mark.parametrize(
    "source", ["no subtitles here", "1" * 200_000, "-" + " " * 200_000 + "x", "1\n00:00:01,000 -> 2\nText\n"]
)
def test_what_are_no_subtitles_is_refused_in_one_line(source: str) -> None:
    with pytest.raises(ArticleError, match="The subtitles") as caught:
        read(source, Format.SRT, "en")
    assert "\n" not in str(caught.value)


def test_windows_line_ends_and_no_text_are_read() -> None:
    assert read(SUBTITLES.replace("\n", "\r\n"), Format.SRT, "en").text == article().text
    assert read("", Format.SRT, "en").sentences == ()
