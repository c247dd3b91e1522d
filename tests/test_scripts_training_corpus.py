from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest
import training_toy as toy
from training.config import CorpusFile
from training.corpus import Pair, clean, read_corpus
from training.errors import CorpusFormatError

if TYPE_CHECKING:
    from pathlib import Path


def test_a_translation_memory_gives_the_units_that_have_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "memory.tmx"
    path.write_text(toy.TMX, encoding="utf-8")
    assert list(read_corpus(CorpusFile(path=path, target="es"))) == [
        Pair("The sea is calm.", "El mar está tranquilo.", "es", "news"),
        Pair("My brother sells bread.", "Mi hermano vende pan.", "es", "memory"),
    ]


def test_a_compressed_table_gives_its_domains(tmp_path: Path) -> None:
    path = tmp_path / "pairs.tsv.gz"
    with gzip.open(path, "wt", encoding="utf-8") as table:
        table.write("Hello.\tHola.\tbook\tstory\nBye.\tAdiós.\n")
    assert [(pair.source, pair.domain) for pair in read_corpus(CorpusFile(path=path, target="es"))] == [
        ("Hello.", "story"),
        ("Bye.", "memory"),
    ]


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.tsv", "no tab here\n", "a.tsv:1: expected English, a tab and a translation"),
        ("a.tmx", "<tmx><body>", "no sound TMX: line 1"),
        ("b.tmx", "<tsv/>", "root element is tsv, not tmx"),
        ("a.tsv.gz", "not compressed", "cannot be read"),
    ],
)
def test_a_corpus_in_another_form_is_refused_by_name(
    name: str, text: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(CorpusFormatError, match=problem):
        list(read_corpus(CorpusFile(path=tmp_path / name, target="es")))


@pytest.mark.parametrize(
    ("source", "translation", "kept"),
    [
        ("The sea is calm.", "El mar está tranquilo.", True),
        ("The sea is calm.", "", False),
        ("Version 2.0", "versión 2.0", True),
        ("Debian GNU/Linux", "Debian GNU / Linux", False),
        ("1 + 1 = 2, is it not", "1 + 1 = 2, ¿no?", False),
        ("Yes.", "Sí, por supuesto que sí, no lo dudes ni un momento.", False),
    ],
)
def test_only_plausible_pairs_are_kept(source: str, translation: str, kept: bool) -> None:
    assert bool(list(clean([Pair(source, translation, "es", "news")], translations=2))) is kept


def test_near_duplicates_are_kept_up_to_the_number_of_translations() -> None:
    pairs = [
        Pair("It was 3 o'clock.", "Eran las 3.", "es", "news"),
        Pair("It was 14 o'clock!", "Eran las 14.", "es", "news"),  # the same but for digits
        Pair("It was 4 o'clock.", "Sería la 4 ya.", "es", "news"),  # another translation
        Pair("It was 5 o'clock.", "Daban las 5.", "es", "news"),  # one too many
        Pair("It was 3 o'clock.", "Было 3 часа.", "ru", "news"),
    ]
    assert list(clean(pairs, translations=2)) == [pairs[0], pairs[2], pairs[4]]
