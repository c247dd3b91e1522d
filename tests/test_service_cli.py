from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import docx
import pytest
from documents_fixture import word_document
from service_fakes import FakeTranslator, LetterEncoder, fake_engines, fake_pipeline, run_cli

from service import assembly
from service.glossed import GlossaryTranslator

if TYPE_CHECKING:
    from pathlib import Path

    from models.translation import Translator
    from service.config import Settings
    from service.glossary import Glossary
    from service.pipeline import Pipeline

REAL_BUILD = assembly.build_pipeline
ENGLISH = "# Rain\n\nHeavy rain fell on the old harbour all night. Every boat stayed in behind its wall.\n"


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(_: object) -> Pipeline:
        return fake_pipeline()

    monkeypatch.setattr(assembly, "build_pipeline", build)


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "rain.md"
    path.write_text(ENGLISH, encoding="utf-8")
    return path


def test_translating_into_a_folder_writes_every_form(
    article: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = article.parent / "out"
    assert run_cli("translate", article, "-o", out) == 0
    names = ["aligned.json", "aligned.tmx", "article.es.md", "article.ru.md", "index.html"]
    assert sorted(path.name for path in out.iterdir()) == names
    spanish = (out / "article.es.md").read_text(encoding="utf-8")
    assert spanish.startswith(ENGLISH.upper())
    assert spanish.endswith("\n\n<!-- Machine translation, not checked: starter -->\n")
    printed = capsys.readouterr()
    assert all(name in printed.out for name in names)
    assert printed.err.count("\n") == 1
    assert "small starter model" in printed.err
    assert "triptych models pull opus-mt-tc-big-en-es opus-mt-tc-big-en-zle" in printed.err


def test_quality_and_source_are_passed_on(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_cli("translate", article, "-t", "es", "--quality", "best", "--to", "md") == 0
    assert run_cli("translate", article, "-t", "es", "--quality", "good") == 2
    assert "fast" in capsys.readouterr().err
    assert run_cli("translate", article, "-s", "es", "-t", "ru") == 2
    assert '"es" is unknown for translation from; there are en' in capsys.readouterr().err


def test_a_word_document_gives_word_documents(tmp_path: Path) -> None:
    path = tmp_path / "rain.docx"
    path.write_bytes(word_document())
    assert run_cli("translate", path, "-o", tmp_path / "out") == 0
    made = docx.Document(str(tmp_path / "out" / "article.es.docx"))
    assert made.paragraphs[0].text == "RAIN ON THE HARBOUR"
    assert run_cli("translate", path, "-o", tmp_path / "out", "--to", "docx") == 0
    table = docx.Document(str(tmp_path / "out" / "aligned.docx")).tables[0]
    assert table.rows[1].cells[1].text == "Rain on the harbour"


def test_one_form_goes_to_standard_output(article: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run_cli("translate", article, "-t", "es") == 0
    assert list(json.loads(capfdbinary.readouterr().out)["versions"]) == ["en", "es"]
    assert run_cli("translate", article, "-t", "es", "--to", "md") == 0
    assert capfdbinary.readouterr().out.decode().startswith(ENGLISH.upper())


@pytest.mark.parametrize(
    ("name", "start"), [("a.tmx", "<?xml"), ("a.html", "<!doctype"), ("a.json", "{"), ("a.tsv", "")]
)
def test_aligning_goes_by_the_output_files_extension(article: Path, name: str, start: str) -> None:
    other = article.with_name("rain.es.txt")
    other.write_text(ENGLISH.upper().replace("# ", ""), encoding="utf-8")
    output = article.with_name(name)
    assert run_cli("align", f"en={article}", f"es={other}", "-o", output) == 0
    assert output.read_text(encoding="utf-8").lower().startswith(start)


def test_comparing_makes_the_missing_versions(article: Path) -> None:
    output = article.with_name("report.html")
    assert run_cli("compare", f"en={article}", "-o", output) == 0
    page = output.read_text(encoding="utf-8")
    assert 'lang="es"' in page
    assert 'lang="ru"' in page


def write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_bad_input_is_one_line_and_exit_code_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good = write(tmp_path, "good.txt", b"Some good words here.")
    out = tmp_path / "out"
    cases: list[tuple[list[object], str]] = [
        (["translate", write(tmp_path, "empty.txt", b""), "-o", out], "no text"),
        (["translate", write(tmp_path, "word.txt", b"Hello"), "-o", out], "only one word"),
        (["translate", write(tmp_path, "big.txt", b"word. " * 900_000), "-o", out], "the limit is 2,000,000"),
        (["translate", write(tmp_path, "bytes.txt", b"\xff\xfe words"), "-o", out], "not UTF-8"),
        (["translate", tmp_path, "-o", out], "is a directory"),
        (["translate", tmp_path / "none.md", "-o", out], "No such file"),
        (["translate", write(tmp_path, "a.rtf", b"x"), "-o", out], "there are .txt"),
        (["translate", good, "-t", "xx", "-o", out], "there are es, ru"),
        (["translate", good, "-t", "es", "-t", "es", "-o", out], "given twice"),
        (["translate", good, "--model", "opus-mt-en-es", "-o", out], "triptych models pull opus-mt-en-es"),
        (["translate", good, "--model", "nonesuch", "-o", out], "starter"),
        (["translate", good, "--to", "xliff"], "name a folder with -o"),
        (["translate", good, "--to", "rtf", "-o", out], "rtf"),
        (["align", f"en={good}"], "only one"),
        (["align", f"en={good}", f"en={good}"], "given twice"),
        (["align", f"en={good}", "es"], "write LANG=FILE"),
        (["align", f"en={good}", f"xx={good}"], "unknown for alignment"),
        (["align", f"en={good}", f"es={good}", "-o", out / "a.rtf"], "unknown"),
        (["compare", f"es={good}"], "give the en version"),
        (["nonsense"], "nonsense"),
        (["translate"], "FILE"),
    ]
    for arguments, message in cases:
        assert run_cli(*arguments) == 2, arguments
        printed = capsys.readouterr()
        assert message in printed.err, arguments
        assert printed.err.count("\n") == 1, arguments
        assert printed.err.startswith("triptych: ")
        assert printed.out == ""
    assert not out.exists()


def test_a_wrong_setting_names_its_variable(
    article: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TRIPTYCH_BEAMS", "many")
    assert run_cli("translate", article) == 2
    assert "TRIPTYCH_BEAMS" in capsys.readouterr().err


def test_help_loads_no_heavy_package() -> None:
    code = (
        "import sys\n"
        "from service.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "heavy = {'torch', 'transformers', 'fastapi', 'lxml', 'sentencepiece'} & set(sys.modules)\n"
        "print(heavy, file=sys.stderr)\n"
        "sys.exit(bool(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "translate" in done.stdout


def test_the_encoder_can_be_chosen(article: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[str] = []

    def build(settings: Settings) -> Pipeline:
        chosen.append(settings.encoder)
        return fake_pipeline()

    monkeypatch.setattr(assembly, "build_pipeline", build)
    for options in (["--encoder", "none"], []):
        assert run_cli("align", f"en={article}", f"es={article}", *options) == 0
        assert run_cli("compare", f"en={article}", f"es={article}", "-t", "es", *options) == 0
    assert chosen == ["none", "none", "use", "use"]


def test_an_unknown_encoder_is_one_line(article: Path, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch = pytest.MonkeyPatch()
    with monkeypatch.context() as patch:
        patch.setattr(assembly, "build_pipeline", REAL_BUILD)
        assert run_cli("align", f"en={article}", f"es={article}", "--encoder", "bert") == 2
    assert 'no "bert" in the catalog' in capsys.readouterr().err


def test_serving_with_a_bad_glossary_or_memory_is_refused_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = tmp_path / "x.en-es.tsv"
    bad.write_text("a\tb\tc\n", encoding="utf-8")
    monkeypatch.setenv("TRIPTYCH_GLOSSARY", str(bad))
    assert run_cli("serve") == 2
    assert "line 1: there are 3 columns" in capsys.readouterr().err
    monkeypatch.delenv("TRIPTYCH_GLOSSARY")
    monkeypatch.setenv("TRIPTYCH_MEMORY", str(bad))
    assert run_cli("serve") == 2
    printed = capsys.readouterr().err
    assert "TRIPTYCH_MEMORY" in printed
    assert printed.count("\n") == 1


def test_a_glossary_on_the_command_line_is_kept_to(
    article: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    def layers(translator: Translator, glossary: Glossary) -> Translator:
        return GlossaryTranslator(translator, glossary, LetterEncoder()) if glossary else translator

    def build(_: Settings) -> Pipeline:
        pipeline = fake_pipeline()
        pipeline.engines = fake_engines(FakeTranslator(), layers=layers)
        return pipeline

    monkeypatch.setattr(assembly, "build_pipeline", build)
    terms = article.parent / "sea.en-es.tsv"
    terms.write_text("harbour\tpuerto\n", encoding="utf-8")
    assert run_cli("translate", article, "-t", "es", "--glossary", terms) == 0
    assert "|glossary:" in json.loads(capfdbinary.readouterr().out)["signature"]
    assert run_cli("compare", f"en={article}", "-t", "es", "--glossary", article.parent / "none.tsv") == 2
    assert b"cannot be read" in capfdbinary.readouterr().err
