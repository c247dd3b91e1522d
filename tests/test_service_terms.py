from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.glossary import Term
from service.terms import TermFinder, forms_in

GOLDEN = [
    # terms, sentence, what is found
    ("city", "The city sleeps.", ["city"]),
    ("city", "Two cities, three Cities.", ["cities", "Cities"]),
    ("city", "The city's lights and the cities' lights", ["city's", "cities'"]),
    ("city", "Velocity and capacity.", []),
    ("harbour master", "The harbour master, two harbour masters.", ["harbour master", "harbour masters"]),
    ("harbour master", "A Harbour-Master's boat; harbour\nmaster", ["Harbour-Master's", "harbour\nmaster"]),
    ("harbour master|harbour", "harbour master of harbours", ["harbour master", "harbours"]),
    ("harbour master|master plan", "The harbour master plan", ["harbour master"]),
    ("interest rate|interest", "interest rates; interest", ["interest rates", "interest"]),
    ("launch", "launched, launching, launches", ["launched", "launching", "launches"]),
    ("stop", "It stopped; it is stopping.", ["stopped", "stopping"]),
    ("bake", "baked and baking", ["baked", "baking"]),
    ("carry", "carried and carries", ["carried", "carries"]),
    ("turn over", "He turned over a leaf.", ["turned over"]),
    ("wolf|knife", "wolves with knives", ["wolves", "knives"]),
    ("bus|class", "a bus, a class, buses, classes", ["bus", "class", "buses", "classes"]),
    ("crisis", "a crisis", ["crisis"]),
    ("string", "sting strings", ["strings"]),
    ("thing", "th things", ["things"]),
    ("Apple", "Apple sells apples, apple, APPLE.", ["Apple"]),
    ("Apple", "APPLE SELLS MORE", ["APPLE"]),
    ("Fed", "The Fed fed it.", ["Fed"]),
    ("U.S.", "The U.S. economy; US", ["U.S."]),
    ("C++", "C++ and C+", ["C++"]),
    ("city", "see http://city.example/city and city", ["city"]),
    ("боа", "боа", ["боа"]),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "sentence", "found"), GOLDEN)
def test_terms_are_found_in_their_forms(terms: str, sentence: str, found: list[str]) -> None:
    finder = TermFinder(Term(term, "x") for term in terms.split("|"))
    kept = [(sentence.index("http"), sentence.index(" and"))] if "http" in sentence else []
    assert [sentence[match.start : match.end] for match in finder.find(sentence, kept)] == found


@pytest.mark.parametrize(
    ("term", "sentence", "found"),
    [
        ("Coastwire", "Coastwire's men; coastwire, Coastwires", ["Coastwire"]),
        ("North Quay", "North Quay, North-Quay, north quay", ["North Quay"]),
        ("AT&T", "AT&T and AT-T", ["AT&T"]),
    ],
)
def test_what_is_copied_is_found_as_it_is_written_only(term: str, sentence: str, found: list[str]) -> None:
    matches = TermFinder([Term(term)]).find(sentence)
    assert [sentence[match.start : match.end] for match in matches] == found


@pytest.mark.parametrize(
    ("term", "text", "found"),
    [
        ("ciudad", "Las ciudades, la Ciudad, ciudadanía", 2),
        ("город", "в городе, городами, огород", 2),
        ("banco central", "el Banco Central y los bancos centrales", 2),
        ("ley", "la ley, leyes, leer", 2),
        ("de", "de, del, den", 3),
        ("мир", "мир, мира", 2),
    ],
)
def test_forms_of_a_word_begin_like_it(term: str, text: str, found: int) -> None:
    assert len(forms_in(term, text)) == found


words = st.sampled_from(["rate", "rates", "interest", "Interest", "high", "'s", "-", " ", ", ", "rating"])


@given(
    st.lists(words, max_size=12).map("".join), st.lists(st.sampled_from(["rate", "interest rate", "high"]))
)
def test_matches_stand_in_order_and_do_not_overlap(sentence: str, terms: list[str]) -> None:
    matches = TermFinder([Term(term, "x") for term in terms]).find(sentence)
    edges = [edge for match in matches for edge in (match.start, match.end)]
    assert edges == sorted(edges)
    assert all(match.start < match.end <= len(sentence) for match in matches)
