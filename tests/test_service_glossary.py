from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from service_fakes import FakeTranslator, LetterEncoder

from service.errors import GlossaryError
from service.glossary import Glossary, Term, parse_glossary, read_glossaries, read_glossary
from service.glossed import GlossaryTranslator

if TYPE_CHECKING:
    from pathlib import Path


def test_a_glossary_is_lines_of_two_columns_or_one() -> None:
    content = (
        "\ufeff# terms\nen\tes\n\nbank\tbanco\n  harbour  master \tcapitán de puerto\r\nCoastwire\n AT&T\t\n"
    )
    assert parse_glossary(content.removeprefix("\ufeff"), "g").terms == (
        Term("bank", "banco", "es"),
        Term("harbour master", "capitán de puerto", "es"),
        Term("Coastwire", None, "es"),
        Term("AT&T", None, "es"),
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("bank\tbanco\nriver\torilla\tx\n", "g, line 2: there are 3 columns"),
        ("bank\tbanco\n\nbank\torilla\n", 'g, line 3: "bank" is in line 1 already'),
        ("bank\tbanco\n--\torilla\n", "g, line 2: the term '--' has no letter"),
        ("bank\tban\x07co\n", "g, line 1: the term .* cannot be printed"),
        (f"bank\t{'x' * 201}\n", "g, line 1: a term has 201 characters, the limit is 200"),
        ("de\tes\nbank\tbanco\n", "g, line 1: it is from de"),
    ],
)
def test_a_bad_line_is_named(content: str, problem: str) -> None:
    with pytest.raises(GlossaryError, match=problem) as raised:
        parse_glossary(content, "g", "es")
    assert "\n" not in str(raised.value)


def test_the_languages_come_from_the_header_or_the_name(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="for which languages"):
        parse_glossary("bank\tbanco\n", "g")
    (tmp_path / "x.tsv").write_bytes(b"bank\xff\n")
    with pytest.raises(GlossaryError, match=r"x\.tsv, line 1: byte 0xff"):
        read_glossary(tmp_path / "x.tsv")
    with pytest.raises(GlossaryError, match="cannot be read: No such file"):
        read_glossary(tmp_path / "none.tsv")
    (tmp_path / "de-es.tsv").write_text("bank\tbanco\n", encoding="utf-8")
    with pytest.raises(GlossaryError, match="from de"):
        read_glossary(tmp_path / "de-es.tsv")


def test_a_folder_has_glossaries_by_name(tmp_path: Path) -> None:
    files = {"money.en-es.tsv": "banco", "money.en-ru.tsv": "банк", "en-es.tsv": "orilla"}
    for name, text in files.items():
        (tmp_path / name).write_text(f"bank\t{text}\n", encoding="utf-8")
    found = read_glossaries(tmp_path)
    assert {name: [term.text for term in glossary.terms] for name, glossary in found.items()} == {
        "": ["orilla"],
        "money": ["banco", "банк"],
    }
    assert [term.text for term in found["money"].of("ru").terms] == ["банк"]
    assert read_glossaries(tmp_path / "money.en-ru.tsv")[""].terms[0].language == "ru"


def test_a_signature_tells_glossaries_apart_but_not_their_order() -> None:
    one, other = Term("a", "b"), Term("c", "d")
    assert Glossary((one, other)).signature == Glossary((other, one)).signature
    assert Glossary((one,)).signature != Glossary((Term("a", "x"),)).signature
    assert Glossary().signature == ""
    assert Glossary((one,)).with_terms([Term("a", "x")]).terms == (Term("a", "x"),)


def glossed(terms: list[Term], replies: dict[str, str]) -> GlossaryTranslator:
    """A glossary round a translator that knows some sentences, and shouts the others."""
    inner = FakeTranslator(lambda text: replies.get(text, text.upper()))
    return GlossaryTranslator(inner, Glossary(tuple(terms)), LetterEncoder())


RAIN = "The bank raised interest rates."
GOLDEN = [
    # terms, source, the machine's, expected, flags
    ("bank=banco", RAIN, "El Banco subió", "El Banco subió", ("glossary",)),
    ("bank=banco", "Two banks closed.", "Los bancos cerraron", "Los bancos cerraron", ("glossary",)),
    ("bank=orilla", "The bank closed.", "the bank cerró.", "the orilla cerró.", ("glossary",)),
    ("bank=orilla", "Bank closed.", "Bank cerró.", "Orilla cerró.", ("glossary",)),
    ("bank=orilla", "THE BANK", "THE BANK", "THE ORILLA", ("glossary",)),
    ("bank=orilla|rate=tasa", RAIN, "El bank subió rate.", "El orilla subió tasa.", ("glossary",)),
    ("bank=orilla", "Rain fell.", "Llovió.", "Llovió.", ()),
    ("bank=orilla", "The bank.", "", "", ("glossary-missed",)),
    ("bank=orilla", "See http://bank.example now.", "x", "x", ()),
    ("Coastwire", "Coastwire said so.", "Coastwire lo dijo.", "Coastwire lo dijo.", ("glossary",)),
    ("Coastwire", "Ask Coastwire's men.", "Ask coastwire men.", "Ask Coastwire men.", ("glossary",)),
]


@pytest.mark.parametrize(("terms", "source", "machine", "expected", "flags"), GOLDEN)
def test_terms_are_put_where_their_words_stand(
    terms: str, source: str, machine: str, expected: str, flags: tuple[str, ...]
) -> None:
    parsed = [Term(*term.split("=")) for term in terms.split("|")]
    [found] = glossed(parsed, {source: machine}).translate([source], target="es")
    assert (found.text, found.flags) == (expected, flags)


def test_what_is_copied_is_kept_even_where_it_cannot_be_placed() -> None:
    source = "Coastwire asked Coastwire about it."
    [found] = glossed([Term("Coastwire")], {source: "Coastwire preguntó."}).translate([source], target="es")
    assert found.text == "Coastwire ASKED Coastwire ABOUT IT."
    assert found.flags == ("fragments", "glossary")


def test_the_glossary_is_in_the_signature_and_the_rest_is_the_translators() -> None:
    translator = glossed([Term("bank", "banco")], {})
    assert re.fullmatch(r"starter\|fake\|glossary:[0-9a-f]{12}", translator.signature)
    assert (translator.checkpoint_id, translator.targets) == ("starter", ("es", "ru"))
    assert translator.attention([("a", "b")], target="es") == [None]
