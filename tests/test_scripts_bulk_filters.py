from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bulk.errors import OptionError
from bulk.filters import Filters, allowed, parse_types, sifted, unique
from bulk.language import LangidCheck
from bulk.record import Record
from bulk.seen import TemporarySeen, digest_of
from bulk.writers import FORMS, make_writer
from bulk_fixture import LANGUAGES, aligneds, record, tiny, written
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet
from render_fixture import P, row
from render_fixture import given as given_version

from service.documents import read_article
from service.result import Aligned

if TYPE_CHECKING:
    from collections.abc import Sequence

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"


class Nothing:
    """A check that finds nothing wrong."""

    def other(self, text: str, language: str) -> str | None:
        return None


class NoSpanish:
    """A check that takes all that is said to be Spanish for Catalan."""

    def other(self, text: str, language: str) -> str | None:
        return "ca" if language == "es" else None


def pairs(*texts: tuple[str, str]) -> Record:
    english, spanish = zip(*texts, strict=True)
    return Record.of(
        "x",
        Aligned(
            (given_version("en", [(P, list(english))]), given_version("es", [(P, list(spanish))])),
            tuple(row(en=str(number), es=str(number)) for number in range(len(texts))),
            "signature",
        ),
    )


def said(held: Record, language: str = "en") -> list[str]:
    return [sentence.text for sentence in held.sentences[language]]


@pytest.mark.parametrize(
    ("shape", "types", "expected"),
    [
        ((1, 1), "1:1", True),
        ((2, 1), "1:1,1:2", False),
        ((1, 2), "1:1,1:2", True),
        ((1, 0), "1:1", False),
        ((0, 1), "0:1", True),
        ((1, 0), "0:1", False),
        ((1, 1, 1), "1:1", True),
        ((1, 1, 2), "1:1", False),
        ((1, 1, 2), "1:1,1:2", True),
        ((1, 0, 1), "1:1", True),  # of the two that are there
        ((1, 0, 0), "1:1", False),
        ((1, 0, 0), "1:0", True),
        ((2, 1, 1), "2:1:1", True),
        ((1, 2, 1), "2:1:1", False),
    ],
)
def test_types_of_two_numbers_hold_for_each_pair_that_is_there(
    shape: Sequence[int], types: str, expected: bool
) -> None:
    assert allowed(shape, parse_types(types)) is expected


@pytest.mark.parametrize("text", ["", "1", "1:", "a:b", "1:1;2:2", "1:-1", "¹:1"])
def test_types_without_meaning_are_refused(text: str) -> None:
    with pytest.raises(OptionError, match="no meaning"):
        parse_types(text)


def test_the_first_reason_that_applies_is_counted() -> None:
    filters = Filters(min_score=0.8, types=parse_types("1:1"))
    held = sifted(tiny(), filters)
    assert dict(held.dropped) == {"score": 3}
    assert said(held.record) == ["Rain fell."]
    assert dict(sifted(tiny(), Filters(types=parse_types("1:1"))).dropped) == {"type": 3}
    assert dict(sifted(tiny(), Filters(), NoSpanish()).dropped) == {"language": 3}


@given(aligneds(), st.floats(0, 1))
def test_what_is_kept_is_what_passes_and_stays_in_order(aligned: Aligned, least: float) -> None:
    whole = Record.of("x", aligned)
    held = sifted(whole, Filters(min_score=least), Nothing())
    assert [row.score for row in held.record.rows] == [row.score for row in whole.rows if row.score >= least]
    assert sum(held.dropped.values()) + len(held.record.rows) == len(whole.rows)
    assert sifted(held.record, Filters(min_score=least)).record == held.record


def test_without_filters_the_record_is_the_same() -> None:
    assert sifted(record(), Filters()).record == record()


def test_rows_with_the_same_texts_are_given_out_once_in_the_order_of_documents() -> None:
    first = pairs(("Rain fell.", "Llovió."), ("RAIN  fell.", "llovió."), ("Rain fell.", "Cayó lluvia."))
    second = pairs(("Rain fell.", "Llovió."), ("e\u0301", "é"), ("é", "é"))
    with TemporarySeen() as seen:
        one, other = unique(first, seen), unique(second, seen)
    assert said(one.record, "es") == ["Llovió.", "Cayó lluvia."]
    assert said(other.record) == ["e\u0301"]
    assert (dict(one.dropped), dict(other.dropped)) == ({"duplicate": 1}, {"duplicate": 2})


def test_texts_of_different_languages_are_not_the_same() -> None:
    with TemporarySeen() as seen:
        assert len(unique(pairs(("a b", "c")), seen).record.rows) == 1
        assert len(unique(pairs(("a", "b c")), seen).record.rows) == 1


def test_what_was_seen_is_remembered_beyond_memory_and_forgotten_when_closed() -> None:
    digests = [digest_of(str(number)) for number in range(5_000)]
    with TemporarySeen() as seen:
        assert all(map(seen.add, digests))
        assert not any(map(seen.add, digests))
    with TemporarySeen() as seen:
        assert seen.add(digests[0])


def test_every_form_leaves_out_the_same_rows(tmp_path: Path) -> None:
    held = sifted(record(), Filters(min_score=0.85, types=parse_types("1:1"))).record
    kept = len(held.rows)
    assert 0 < kept < len(record().rows)
    files = {
        form: written(make_writer(form, LANGUAGES), tmp_path / form, [held])
        for form in FORMS
        if form != "xliff"
    }
    assert len(Record.from_bytes(files["jsonl"][0].read_bytes()).rows) == kept
    for form in ("parquet", "datasets"):
        assert parquet.read_table(files[form][0]).num_rows == kept
    assert files["tmx"][0].read_text("utf-8").count("<tu ") == kept
    assert len(files["tsv"][0].read_text("utf-8").splitlines()) == kept + 1
    assert files["html"][0].read_text("utf-8").count('id="row-') == kept
    assert all(
        len(path.read_text("utf-8").splitlines()) == sum(1 for row in held.rows if row.sentences["es"])
        for path in files["moses"]
        if ".en-es." in path.name
    )


@pytest.fixture(scope="module")
def check() -> LangidCheck:
    return LangidCheck()


def test_the_language_check_speaks_only_when_it_is_sure(check: LangidCheck) -> None:
    spanish = "Los pescadores volvieron al puerto antes de la tormenta de anoche."
    russian = "Рыбаки вернулись в порт до вчерашней бури."
    assert check.other(spanish, "es") is None
    assert check.other(spanish, "en") == "es"
    assert check.other(spanish, "ru") == "es"
    assert check.other(russian, "en") == "ru"
    assert check.other(russian, "xx") is None  # a language that it does not know
    assert check.other("Madrid 2026", "ru") is None  # too short
    assert check.other("12345678901234567890 +++ 100", "ru") is None


def test_the_language_check_suspects_nothing_in_the_examples(check: LangidCheck) -> None:
    for language in ("en", "es", "ru"):
        article = read_article(EXAMPLES / f"harbour.{language}.md", language, max_bytes=10**6)
        assert not [each.text for each in article.sentences if check.other(each.text, language)]
