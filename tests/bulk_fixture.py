"""Records for the tests of bulk runs: the demonstration, a small one in full view, and any at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bulk.record import Record
from hypothesis import strategies as st
from render_fixture import P, demo, given, made, row

from alignment.audit import Finding, Severity
from service.result import Aligned

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bulk.writers import Writer

LANGUAGES = ("en", "es", "ru")
# Letters, and what one form or another could trip over.
_LETTERS = "abж\"'\t\n=+@<&>|\\ \u00a0\u2028;,#\x07"


def record(name: str = "a1", aligned: Aligned | None = None) -> Record:
    """Return the demonstration as a record."""
    return Record.of(name, aligned or demo())


def tiny(name: str = "d/1") -> Record:
    """Return four rows in English and Spanish: 1:1, 2:1, 1:0 and 0:1."""
    english = [(P, ["Rain fell.", "Boats stayed in.", "Nobody left."]), (P, ['She said "no".'])]
    spanish = [(P, ["Llovió.", "Nadie salió; los barcos, tampoco."]), (P, ["=Fin"])]
    return Record.of(
        name,
        Aligned(
            (given("en", english), given("es", spanish)),
            (
                row(0.9, en="0", es="0"),
                row(0.75, en="1 2", es="1"),
                row(0.0, en="3", es=""),
                row(0.0, en="", es="2"),
            ),
            "triptych:0 encoder:letters",
            (Finding(2, "es", "missing", Severity.NOTE, "es lacks this content"),),
        ),
    )


@st.composite
def aligneds(draw: st.DrawFn) -> Aligned:
    """Any aligned versions: rows in order, each sentence in exactly one."""
    languages = draw(st.sampled_from([("en", "es"), ("en", "es", "ru"), ("ru", "en")]))
    shapes = draw(
        st.lists(st.tuples(*(st.integers(0, 2) for _ in languages)).filter(any), min_size=0, max_size=5)
    )
    sentence = st.text(_LETTERS, max_size=8).map(lambda text: f"w{text}w")
    versions, rows = [], [row(0.0) for _ in shapes]
    rows = [
        row(
            draw(st.floats(0, 1)) if sum(map(bool, shape)) > 1 else 0.0,
            **{
                language: " ".join(
                    str(sum(other[place] for other in shapes[:number]) + index)
                    for index in range(shape[place])
                )
                for place, language in enumerate(languages)
            },
        )
        for number, shape in enumerate(shapes)
    ]
    for place, language in enumerate(languages):
        texts = [draw(sentence) for _ in range(sum(shape[place] for shape in shapes))]
        blocks = [(P, texts[start : start + 3]) for start in range(0, len(texts), 3)]
        build = made if language != "en" and draw(st.booleans()) else given
        versions.append(build(language, blocks))
    findings = tuple(
        Finding(index, languages[1], "weak", Severity.NOTE, "a\treason")
        for index in range(len(rows))
        if draw(st.booleans())
    )
    return Aligned(tuple(versions), tuple(rows), "triptych:0 encoder:letters", findings)


@st.composite
def records(draw: st.DrawFn) -> list[Record]:
    """A few records with ids of their own, of letters that names of files may not have."""
    ids = draw(st.lists(st.text('aB/.:*"%жé', min_size=1, max_size=6), max_size=3, unique=True))
    return [Record.of(name, draw(aligneds())) for name in ids]


def written(writer: Writer, folder: Path, held: Sequence[Record], stem: str = "part") -> list[Path]:
    """Write a shard; return its files."""
    writer.begin(str(folder), stem)
    for each in held:
        writer.write(each)
    return [folder / name for name in writer.close()]
