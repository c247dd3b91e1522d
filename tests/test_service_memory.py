from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from service_fakes import FakeTranslator

from models.translation import Translation
from service.errors import MemoryFileError, MemoryUnitError
from service.memory.database import Memory
from service.memory.remembering import RememberingTranslator
from service.memory.units import Approved, checked, normal_source

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    memory = Memory(tmp_path / "memory.db", 100)
    yield memory
    memory.close()


def approve(memory: Memory, source: str, text: str, target: str = "es") -> None:
    memory.approve([checked(Approved(source, target, text, "test", "ana", "2026-11-25T12:00:00+00:00"))])


def test_what_was_made_before_is_not_made_again(memory: Memory) -> None:
    inner = FakeTranslator()
    first = RememberingTranslator(inner, memory, "1.0").translate(["Rain fell.", "Rain fell."], target="es")
    again = RememberingTranslator(inner, memory, "1.0").translate(["Rain fell.", "New."], target="es")
    assert inner.asked == ["Rain fell.", "New."]
    assert first == [Translation("RAIN FELL.", -0.5)] * 2
    assert again == [Translation("RAIN FELL.", -0.5), Translation("NEW.", -0.5)]


@pytest.mark.parametrize("change", ["target", "signature", "release", "sentence"])
def test_a_unit_is_found_by_all_that_it_depends_on(memory: Memory, change: str) -> None:
    inner = FakeTranslator()
    RememberingTranslator(inner, memory, "1.0").translate(["Rain fell."], target="es")
    inner.signature = "other" if change == "signature" else inner.signature
    other = RememberingTranslator(inner, memory, "2.0" if change == "release" else "1.0")
    sentence = "Rain  fell." if change == "sentence" else "Rain fell."
    other.translate([sentence], target="ru" if change == "target" else "es")
    assert len(inner.asked) == 2


def test_what_people_approved_wins_over_every_checkpoint(memory: Memory) -> None:
    inner = FakeTranslator()
    translator = RememberingTranslator(inner, memory, "1.0")
    translator.translate(["Rain fell."], target="es")
    approve(memory, "Rain \n fell.", "Llovió.")
    assert (
        translator.translate(["Rain  fell.", "Rain fell."], target="es")
        == [Translation("Llovió.", 0.0, ("approved",))] * 2
    )
    assert translator.translate(["Rain fell."], target="ru")[0].flags == ()
    assert memory.withdraw("Rain fell.", "es")
    assert not memory.withdraw("Rain fell.", "es")
    assert translator.translate(["Rain fell."], target="es")[0].text == "RAIN FELL."


@settings(max_examples=25)
@given(
    st.dictionaries(
        st.text(min_size=1, max_size=20),
        st.tuples(st.text(), st.floats(max_value=0, allow_nan=False), st.lists(st.text(max_size=5))),
        max_size=8,
    )
)
def test_a_unit_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, given_units: dict[str, tuple[str, float, list[str]]]
) -> None:
    units = {
        source: Translation(text, score, tuple(flags)) for source, (text, score, flags) in given_units.items()
    }

    class Table(FakeTranslator):
        def translate(self, sentences: object, *, target: str) -> list[Translation]:
            return [units[sentence] for sentence in sentences]  # type: ignore[attr-defined]

    # One file for all examples; each has a release of its own.
    memory = Memory(tmp_path_factory.getbasetemp() / "roundtrip.db", 100_000)
    release = repr(sorted(given_units.items()))
    translator = RememberingTranslator(Table(), memory, release)
    made = translator.translate(list(units), target="es")
    assert made == list(units.values())
    again = RememberingTranslator(FakeTranslator(), memory, release)
    kept = {source: unit for source, unit in units.items() if unit.score > float("-inf")}
    assert again.translate(list(kept), target="es") == list(kept.values())
    memory.close()


def test_a_sentence_that_cannot_be_written_down_is_translated_all_the_same(memory: Memory) -> None:
    translator = RememberingTranslator(FakeTranslator(), memory, "1.0")
    assert translator.translate(["half \ud800 pair"], target="es")[0].text == "HALF \ud800 PAIR"
    assert memory.counts()["machine"] == {}


def test_the_longest_unused_machine_units_go_first_and_approved_ones_never(tmp_path: Path) -> None:
    hours = [0.0]
    memory = Memory(tmp_path / "memory.db", 3, clock=lambda: hours[0] * 3600)
    approve(memory, "Approved.", "Aprobado.")
    for hour, name in enumerate("abc"):
        hours[0] = hour
        memory.remember("s", "es", {name: Translation(name, -1.0)})
    hours[0] = 10
    assert set(memory.recall("s", "es", list("a"))) == {"a"}  # of use again
    memory.remember("s", "es", {"d": Translation("d", -1.0)})
    assert set(memory.recall("s", "es", list("abcd"))) == {"a", "c", "d"}
    memory.remember("s", "es", {str(number): Translation("x", -1.0) for number in range(50)})
    assert memory.counts() == {"approved": {"es": 1}, "machine": {"s": 3}}
    assert memory.forget() == 3
    assert memory.counts() == {"approved": {"es": 1}, "machine": {}}
    memory.close()


def test_thousands_of_sentences_are_looked_up_at_once(memory: Memory) -> None:
    sentences = [f"Sentence {number}." for number in range(3_000)]
    inner = FakeTranslator()
    assert len(RememberingTranslator(inner, memory, "1.0").translate(sentences, target="es")) == 3_000
    assert memory.counts()["machine"] == {"triptych:1.0 starter|fake": 100}


def test_approved_units_are_all_taken_or_none(memory: Memory) -> None:
    def broken() -> Iterator[Approved]:
        yield Approved("a", "es", "b")
        raise MemoryUnitError("broken")

    with pytest.raises(MemoryUnitError):
        memory.approve(broken())
    assert memory.counts()["approved"] == {}
    units = [Approved(f"{number:04}", "es", "x") for number in range(1_200)]
    assert memory.approve(units) == 1_200
    assert list(memory.all_approved()) == units
    assert memory.approve([Approved("0000", "es", "first"), Approved("0000", "es", "last")]) == 2
    found = memory.find("0000", "es")
    assert found is not None
    assert found.text == "last"
    assert memory.find("0000", "ru") is None


@pytest.mark.parametrize(("source", "text"), [("", "x"), (" \n", "x"), ("x", " "), ("x", "\ud800")])
def test_a_unit_without_text_is_refused(source: str, text: str) -> None:
    with pytest.raises(MemoryUnitError):
        checked(Approved(source, "es", text))


def test_sources_are_compared_as_tmx_writes_them() -> None:
    assert normal_source("  Rain\n\tfell\x00.") == "Rain fell\ufffd."


def test_a_file_that_is_no_memory_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    path.write_bytes(b"this is no database " * 100)
    with pytest.raises(MemoryFileError, match=r"memory.db cannot be used: .*TRIPTYCH_MEMORY"):
        Memory(path, 10)
    assert path.read_bytes() == b"this is no database " * 100
    with pytest.raises(MemoryFileError):
        Memory(tmp_path, 10)


def test_another_programs_or_a_newer_database_is_refused(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE t (x)")
    other.close()
    with pytest.raises(MemoryFileError, match="something else"):
        Memory(tmp_path / "other.db", 10)
    Memory(tmp_path / "newer.db", 10).close()
    with sqlite3.connect(tmp_path / "newer.db") as newer:
        newer.execute("PRAGMA user_version = 9")
    newer.close()
    with pytest.raises(MemoryFileError, match="version 9"):
        Memory(tmp_path / "newer.db", 10)


def test_a_file_damaged_in_the_middle_is_told_of_and_not_repaired_away(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"
    memory = Memory(path, 10_000)
    memory.approve([Approved(f"{number}" * 20, "es", "text " * 20) for number in range(500)])
    memory.close()
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 16] = b"\xff" * 16
    path.write_bytes(content)
    with pytest.raises(MemoryFileError, match="cannot be used"), closing(Memory(path, 10_000)) as damaged:
        list(damaged.all_approved())
    assert path.stat().st_size == len(content)


PROCESS = """
import sys
from pathlib import Path
from models.translation import Translation
from service.memory.database import Memory
from service.memory.units import Approved
name = sys.argv[2]
memory = Memory(Path(sys.argv[1]), 150)
for turn in range(40):
    memory.approve([Approved(f"{name} {turn}", "es", "approved")])
    memory.remember("s", "es", {f"{name} {turn} {i}": Translation("machine", -0.25) for i in range(5)})
    found = memory.recall("s", "es", [f"{name} {turn} {i}" for i in range(5)])
    assert all(unit.text == "machine" for unit in found.values())
memory.close()
"""


def test_several_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "memory.db"  # which none of them finds there
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(path), name], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        for name in "abcd"
    ]
    for process in running:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    memory = Memory(path, 150)
    assert memory.counts() == {"approved": {"es": 160}, "machine": {"s": 150}}
    memory.close()
