from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from service.tmx import Unit, Variant, read_units
from service.xml_stream import UnsoundXmlError, elements

FILE = """<?xml version="1.0"?><!DOCTYPE tmx SYSTEM "tmx14.dtd">
<tmx version="1.4"><header srclang="en"/><body>
<tu tuid="a/1" creationid="bo" creationdate="20260101T000000Z"><prop type="domain"> news </prop>
  <tuv xml:lang="EN_gb"><seg>Rain <bpt i="1">&lt;b><sub>bold</sub></bpt>fell<ept i="1"/>
    <hi>all</hi> night.</seg></tuv>
  <tuv lang="es-419" changeid="ana" changedate="yesterday"><prop type="x-origin">machine</prop>
    <seg>Llovió.</seg></tuv></tu>
<tu><tuv xml:lang="en"><seg> </seg></tuv><tuv xml:lang="en-US"><seg>Two.</seg></tuv>
  <tuv xml:lang="en"><seg>Three.</seg></tuv><tuv><seg>?</seg></tuv><tuv xml:lang="ru"/></tu>
</body></tmx>"""


def units(text: str) -> list[Unit]:
    return list(read_units(io.BytesIO(text.encode())))


def test_a_unit_is_its_variants_with_what_is_known_of_them() -> None:
    first, second = units(FILE)
    made = datetime(2026, 1, 1, tzinfo=UTC)
    assert first == Unit(
        "a/1",
        {"domain": "news"},
        (
            Variant("en", "Rain fell all night.", "bo", made, {}),
            Variant("es", "Llovió.", "ana", None, {"x-origin": "machine"}),
        ),
    )
    assert [variant.language for variant in second.variants] == ["en", "en", "en", "", "ru"]
    assert (second.tuid, second.props) == ("", {})


def test_a_languages_text_is_its_first_that_is_not_empty() -> None:
    first, second = units(FILE)
    assert first.texts == {"en": "Rain fell all night.", "es": "Llovió."}
    assert second.texts == {"en": "Two.", "": "?"}


def tmx(segment: str, head: str = "") -> str:
    return f'{head}<tmx><body><tu><tuv xml:lang="en"><seg>{segment}</seg></tuv></tu></body></tmx>'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "no element|empty"),
        ("plain text", "line 1: "),
        ('<x xmlns="urn:a"/>', "its root element is {urn:a}x, not tmx"),
        (tmx("a", '<!DOCTYPE tmx [<!ENTITY x SYSTEM "file:///etc/passwd">]>'), "it declares entities"),
        (tmx("&x;", '<!DOCTYPE tmx SYSTEM "tmx14.dtd">'), "line 1 has the entity &x;"),
        (tmx("a", '<?xml version="1.0" encoding="no-such"?>'), "no-such"),
        (tmx("a") + "<tmx/>", "line 1: "),
    ],
)
def test_what_is_no_sound_tmx_is_refused_with_what_was_found(text: str, problem: str) -> None:
    with pytest.raises(UnsoundXmlError, match=problem):
        units(text)


def test_the_units_before_a_break_are_given() -> None:
    reading = read_units(io.BytesIO(FILE[: FILE.index("<tu>")].encode()))
    assert next(reading).tuid == "a/1"
    with pytest.raises(UnsoundXmlError, match="line "):
        next(reading)


def test_what_was_read_is_not_held() -> None:
    unit = f'<tu><tuv xml:lang="en"><seg>{"The boats stayed in. " * 100}</seg></tuv></tu>'
    file = io.BytesIO(f"<tmx><body>{unit * 1000}</body></tmx>".encode())
    held = [sum(1 for _ in root.iter("tuv")) for root, _ in elements(file, "tmx", "tu")]
    assert len(held) == 1000
    assert max(held) < 100  # what lies in the piece of the file that was read last
