from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_fakes import FakeTranslator, LetterEncoder, shout

from service.article import Article, Format
from service.compose import compose
from service.formats import read


def composed(source: str, translator: FakeTranslator, format: Format = Format.MARKDOWN) -> Article:
    return compose(read(source, format, "en"), "es", translator, LetterEncoder()).article


def lossy(text: str) -> str:
    """A translation that garbles addresses, as a weak model does."""
    return re.sub(r"\S*://\S*|`", "", text).upper()


def test_structure_code_addresses_and_rules_survive() -> None:
    source = "# Rain *now*\n\nRun `get --all` or see <http://a.example/b>.\n\n---\n\n- one\n"
    assert (
        composed(source, FakeTranslator(lossy)).source
        == "# RAIN *NOW*\n\nRUN `get --all` OR SEE <http://a.example/b>.\n\n---\n\n- ONE\n"
    )


def test_a_sentence_that_lost_an_address_is_translated_in_fragments() -> None:
    article = read("See http://a.example/x now.", Format.TEXT, "en")
    version = compose(article, "es", FakeTranslator(lossy), LetterEncoder())
    assert version.article.source == "SEE http://a.example/x NOW."
    assert version.translations[0].flags == ("fragments",)


def test_a_sentence_that_kept_its_address_is_left_alone() -> None:
    keeps = FakeTranslator(lambda text: f"vea {re.findall('http[^ ]+', text)[0]} ahora")
    version = compose(read("See http://a.example/x now.", Format.TEXT, "en"), "es", keeps, LetterEncoder())
    assert version.article.source == "vea http://a.example/x ahora"
    assert version.translations[0].flags == ()


@pytest.mark.parametrize("empty", ["", " ", "..."])
def test_a_model_that_says_nothing_loses_nothing(empty: str) -> None:
    version = compose(
        read("Rain fell.", Format.TEXT, "en"), "es", FakeTranslator(lambda _: empty), LetterEncoder()
    )
    assert version.article.source == "Rain fell." or empty == "..."
    assert len(version.translations) == 1


def test_what_has_no_words_never_reaches_the_model() -> None:
    translator = FakeTranslator()
    assert composed("12,5\n\n<http://a.example>\n\n* * *\n", translator).source.startswith("12,5\n")
    assert translator.asked == []


def test_line_breaks_inside_a_sentence_do_not_reach_the_model() -> None:
    translator = FakeTranslator()
    composed("The rain that fell on Monday\nhas not ended yet.\n", translator, Format.TEXT)
    assert translator.asked == ["The rain that fell on Monday has not ended yet."]


@given(
    st.sampled_from([Format.TEXT, Format.MARKDOWN, Format.HTML]),
    st.lists(st.text(alphabet="ab Я.*`<>&@:/-\n1{}", max_size=40), max_size=4),
)
def test_every_sentence_gets_exactly_one_translation(format: Format, parts: list[str]) -> None:
    article = read("\n\n".join(parts), format, "en")
    version = compose(article, "es", FakeTranslator(shout), LetterEncoder())
    assert len(version.translations) == len(article.sentences) == len(version.article.sentences)
    for translation, sentence in zip(version.translations, version.article.sentences, strict=True):
        assert translation.text == sentence.text
