from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from lxml import etree
from service_fakes import FakeTranslator, fake_engines, fake_pipeline, run_cli

from service.article import Format
from service.errors import ExchangeError
from service.formats import read
from service.memory.database import Memory
from service.memory.remembering import RememberingTranslator
from service.memory.tmx import TmxReader, write_tmx
from service.memory.units import Approved
from service.memory.xliff import XliffReader
from service.render.tmx import render_tmx
from service.render.xliff import render_xliff

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from service.pipeline import Pipeline

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\n'


def tmx(*units: str, head: str = HEAD) -> str:
    return f'{head}<tmx version="1.4"><header srclang="en"/><body>{"".join(units)}</body></tmx>'


def tu(**segments: str) -> str:
    variants = "".join(
        f'<tuv xml:lang="{lang.replace("_", "-")}"><seg>{seg}</seg></tuv>' for lang, seg in segments.items()
    )
    return f"<tu>{variants}</tu>"


@pytest.fixture
def file(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str) -> Path:
        path = tmp_path / "units.tmx"
        path.write_text(content, encoding="utf-8")
        return path

    return write


def texts(reader: TmxReader) -> list[tuple[str, str, str]]:
    return [(unit.source, unit.target, unit.text) for unit in reader]


def test_every_variant_beside_the_english_one_is_a_unit(file: Callable[[str], Path]) -> None:
    reader = TmxReader(
        file(
            tmx(
                tu(en="Rain  fell.", es="Llovió.", ru="Шёл дождь."),
                tu(EN_us="Boats &amp; men.", es_419="Barcos."),
                tu(es="Solo.", ru="Одно."),
                tu(en="Alone."),
                tu(en="Empty.", es=" "),
            )
        )
    )
    assert texts(reader) == [
        ("Rain fell.", "es", "Llovió."),
        ("Rain fell.", "ru", "Шёл дождь."),
        ("Boats & men.", "es", "Barcos."),
    ]
    assert reader.skipped == 3


def test_who_when_and_where_from_are_kept(file: Callable[[str], Path]) -> None:
    unit = (
        '<tu creationid="bo" creationdate="20260101T000000Z"><tuv xml:lang="en"><seg>A b.</seg></tuv>'
        '<tuv xml:lang="es" changeid="ana" changedate="20260203T040506Z">'
        '<prop type="x-origin">machine:starter</prop><seg>C d.</seg></tuv>'
        '<tuv xml:lang="ru"><seg>Е</seg></tuv></tu>'
    )
    reader = TmxReader(file(tmx(unit, tu(en="E f.", es="G h."))), NOW)
    assert list(reader) == [
        Approved("A b.", "es", "C d.", "units.tmx", "ana", "2026-02-03T04:05:06+00:00"),
        Approved("A b.", "ru", "Е", "units.tmx", "bo", "2026-01-01T00:00:00+00:00"),
        Approved("E f.", "es", "G h.", "units.tmx", "", "2026-11-25T12:00:00+00:00"),
    ]
    assert reader.machine == 1


def test_formatting_codes_are_no_text(file: Callable[[str], Path]) -> None:
    segment = (
        'See <bpt i="1">&lt;b&gt;</bpt>the <hi>red</hi> boat<ept i="1">&lt;/b&gt;</ept><ph>{1}</ph> now.'
    )
    assert texts(TmxReader(file(tmx(tu(en=segment, es="Vea."))))) == [("See the red boat now.", "es", "Vea.")]


BOMB = (
    '<!DOCTYPE tmx [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
OUTSIDE = '<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (tmx(tu(en="&c;", es="x"), head=BOMB), "declares entities"),
        (tmx(tu(en="&x;", es="x"), head=OUTSIDE), "declares entities"),
        (tmx(tu(en="&nope;", es="x"), head=""), "nope"),
        ("<html/>", "root element is html"),
        ("no xml", "line 1"),
        (tmx(tu(en="a", es="b"))[:-20], "line"),
    ],
)
def test_what_is_no_sound_tmx_is_refused_whole(
    file: Callable[[str], Path], tmp_path: Path, content: str, problem: str
) -> None:
    memory = Memory(tmp_path / "memory.db", 10)
    with pytest.raises(ExchangeError, match=problem):
        memory.approve(TmxReader(file(content)))
    assert memory.counts()["approved"] == {}
    memory.close()
    with pytest.raises(ExchangeError, match="No such file"):
        list(TmxReader(tmp_path / "missing.tmx"))


def xliff(*segments: str, to: str = "es-MX") -> str:
    space = "urn:oasis:names:tc:xliff:document:2.0"
    units = "".join(f"<unit id='u'><segment>{segment}</segment></unit>" for segment in segments)
    head = f'<xliff xmlns="{space}" version="2.0" srcLang="en" trgLang="{to}">'
    return f'{head}<file id="f">{units}</file></xliff>'


def test_xliff_segments_with_a_target_are_units(file: Callable[[str], Path]) -> None:
    pair = '<source>A <pc id="1">b</pc><ph id="2"/>.</source><target>C <mrk id="m">d</mrk>.</target>'
    path = file(xliff(pair, "<source>Alone.</source>", "<source>E.</source><target> </target>"))
    reader = XliffReader(path, NOW)
    assert list(reader) == [Approved("A b.", "es", "C d.", "units.tmx", "", "2026-11-25T12:00:00+00:00")]
    assert (reader.skipped, reader.machine) == (2, 0)
    with pytest.raises(ExchangeError, match="not from en to a language"):
        list(XliffReader(file(xliff(pair, to="")), NOW))
    with pytest.raises(ExchangeError, match="root element is tmx"):
        list(XliffReader(file(tmx()), NOW))


def test_a_long_file_is_read_unit_by_unit(file: Callable[[str], Path]) -> None:
    path = file(tmx(*(tu(en=f"Sentence {number}.", es="x") for number in range(5_000))))
    alive = []
    for number, unit in enumerate(TmxReader(path)):
        assert unit.source == f"Sentence {number}."
        alive.append(unit)
    assert len(alive) == 5_000


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    units = [
        Approved("A <b> & c.", "es", "Á <b> & c.", "x.tmx", "ana", "2026-11-25T12:00:00+00:00"),
        Approved("D e.", "ru", "Д е.", "x.tmx", "", "2026-11-25T12:00:01+00:00"),
    ]
    assert write_tmx(units, tmp_path / "x.tmx") == 2
    assert list(TmxReader(tmp_path / "x.tmx")) == units
    assert [path.name for path in tmp_path.iterdir()] == ["x.tmx"]
    assert write_tmx([], tmp_path / "empty.tmx") == 0
    assert list(TmxReader(tmp_path / "empty.tmx")) == []
    with pytest.raises(ExchangeError):
        write_tmx(units, tmp_path / "nowhere" / "x.tmx")


ARTICLE = (
    "# Rain\n\nHeavy  rain fell on **the old\nharbour**. Every boat stayed in, see <http://a.example/b>.\n"
)


def remembering(memory: Memory) -> Pipeline:
    """A pipeline of fakes with a memory."""
    pipeline = fake_pipeline()
    pipeline.engines = fake_engines(
        FakeTranslator(), layers=lambda translator, _: RememberingTranslator(translator, memory, "1.0")
    )
    return pipeline


def test_an_articles_own_tmx_comes_back_with_its_corrections(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.db", 100)
    pipeline = remembering(memory)
    article = read(ARTICLE, Format.MARKDOWN, "en")
    before = pipeline.translate(article, ["es"])
    root = etree.fromstring(render_tmx(before))
    corrected = {
        "HEAVY RAIN FELL ON THE OLD HARBOUR.": "Llovió en el puerto viejo.",
        # The address is left out: a person has seen to it.
        "EVERY BOAT STAYED IN, SEE http://a.example/b.": "Ningún barco salió.",
    }
    for segment in root.iterfind("body/tu/tuv/seg"):
        segment.text = corrected.pop(segment.text or "", segment.text)
    assert not corrected
    (tmp_path / "corrected.tmx").write_bytes(etree.tostring(root))
    assert memory.approve(TmxReader(tmp_path / "corrected.tmx")) == 3
    after = pipeline.translate(article, ["es"])
    version = after.versions[1]
    assert [translation.text for translation in version.translations] == [
        "RAIN",
        "Llovió en el puerto viejo.",
        "Ningún barco salió.",
    ]
    assert {translation.flags for translation in version.translations} == {("approved",)}
    assert "Llovió en el puerto viejo." in version.article.source.replace("*", "")
    assert "approved:" in after.signature
    assert "approved:" not in before.signature
    xliff = render_xliff(after, target="es").decode()
    assert "Ningún barco salió." in xliff
    (tmp_path / "corrected.xliff").write_text(xliff.replace("Ningún", "Ni un"), encoding="utf-8")
    assert memory.approve(XliffReader(tmp_path / "corrected.xliff")) == 3
    assert pipeline.translate(article, ["es"]).versions[1].translations[2].text == "Ni un barco salió."
    memory.close()


def test_the_command_line_imports_exports_counts_and_clears(
    file: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("TRIPTYCH_MEMORY", str(tmp_path / "memory.db"))
    path = file(tmx(tu(en="Rain fell.", es="Llovió.", ru="Шёл дождь."), tu(en="Alone.")))
    assert run_cli("memory", "import", path) == 0
    printed = capsys.readouterr()
    assert "2 units are approved" in printed.out
    assert "1 without" in printed.err
    assert run_cli("memory", "export", tmp_path / "out.tmx") == 0
    assert len(list(TmxReader(tmp_path / "out.tmx"))) == 2
    assert run_cli("memory", "clear") == 2
    assert run_cli("memory", "clear", "--machine") == 0
    assert run_cli("memory", "stats") == 0
    assert "1  approved, ru" in capsys.readouterr().out
    assert run_cli("memory", "import", tmp_path / "missing.tmx") == 2
    assert "No such file" in capsys.readouterr().err
    monkeypatch.setenv("TRIPTYCH_MEMORY", "off")
    assert run_cli("memory", "stats") == 2
    assert "TRIPTYCH_MEMORY is off" in capsys.readouterr().err
