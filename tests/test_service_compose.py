from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from service_fakes import FakeTranslator, LetterEncoder, shout

from service.article import Article, Format
from service.compose import Draft, compose
from service.errors import EditError
from service.formats import read

if TYPE_CHECKING:
    from collections.abc import Callable


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
    assert "fragments" not in version.translations[0].flags


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


PLACEHOLDERS = [
    "{name}",
    "{0}",
    "{{count}}",
    "%s",
    "%1$s",
    "%.2f",
    "%(day)s",
    "${path}",
    '<x id="1"/>',
    "<b>",
    "[^1]",
]


def careless(text: str) -> str:
    """A translation that puts spaces, capitals and other brackets where placeholders were."""
    return re.sub(r"[{}%<>$]", " ", text).upper()


@given(
    st.lists(st.sampled_from(PLACEHOLDERS), min_size=1, max_size=4),
    st.lists(st.sampled_from(["rain fell", "on", "Monday", "12 boats", "and"]), min_size=5, max_size=5),
    st.sampled_from([careless, shout, lossy]),
)
def test_placeholders_survive_byte_for_byte(
    placeholders: list[str], words: list[str], translate: Callable[[str], str]
) -> None:
    source = "".join(f"{word} {item} " for word, item in zip(words, placeholders, strict=False)) + words[-1]
    version = compose(read(source, Format.TEXT, "en"), "es", FakeTranslator(translate), LetterEncoder())
    position = 0
    for item in placeholders:  # each is there, whole and in its order
        position = version.article.source.index(item, position) + len(item)


def test_words_that_no_checkpoint_knows_survive() -> None:
    kept = composed(
        "She wrote 東京 大学 there.", FakeTranslator(lambda text: text.replace("東", "?").upper())
    )
    assert kept.source == "SHE WROTE 東京 大学 THERE."


@given(
    st.sampled_from(list(Format)),
    st.lists(st.text(alphabet="ab Я.*`<>&@:/-\n1{}", max_size=40), max_size=4),
)
def test_every_sentence_gets_exactly_one_translation(format: Format, parts: list[str]) -> None:
    article = read("\n\n".join(parts), format, "en")
    version = compose(article, "es", FakeTranslator(shout), LetterEncoder())
    assert len(version.translations) == len(article.sentences) == len(version.article.sentences)
    for translation, sentence in zip(version.translations, version.article.sentences, strict=True):
        assert translation.text == sentence.text


@given(st.lists(st.integers(1, 4), min_size=1, max_size=8))
def test_slices_change_nothing_but_the_time(sizes: list[int]) -> None:
    source = (
        "# Rain *now*\n\nSee <http://a.example/x> today. It *rains* on. Take `a coat` with you.\n\n- one 1\n"
    )
    article = read(source, Format.MARKDOWN, "en")
    draft = Draft(article, "es", FakeTranslator(lossy), LetterEncoder())
    found = [made for size in [*sizes, 9] for made in draft.advance(size)]
    whole = compose(article, "es", FakeTranslator(lossy), LetterEncoder())
    assert tuple(found) == whole.translations
    assert draft.version() == whole


def test_an_edit_gets_the_markup_and_must_keep_what_is_marked_as_it_is() -> None:
    article = read("Take *a coat* and run `go`. It rains.", Format.MARKDOWN, "en")
    draft = Draft(article, "es", FakeTranslator(), LetterEncoder(), {0: "Lleva  *a coat* y haz go."})
    draft.advance(2)
    assert "`go`" in draft.version().article.source
    with pytest.raises(EditError, match='lacks "go"'):
        Draft(article, "es", FakeTranslator(), LetterEncoder(), {0: "Lleva un abrigo."})
