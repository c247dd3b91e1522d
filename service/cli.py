"""The command line: triptych translate, align, compare, serve, doctor, models, memory, keys.

Exit codes: 0 done, 2 bad usage or bad input (one line on standard error), 1 anything unforeseen.
Heavy packages are imported by the command that needs them, so that --help answers at once.
"""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from models.errors import ModelError
from service.cli_keys import keys
from service.cli_memory import memory
from service.cli_models import models
from service.cli_output import announce, deliver, print_forms, write_forms
from service.errors import ServiceError, VersionsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.article import Article
    from service.config import Settings
    from service.glossary import Glossary

_FORM_NAMES = ("docx", "html", "json", "md", "ndjson", "tmx", "tsv", "xliff")
_VERSIONS = click.argument("versions", nargs=-1, required=True, metavar="LANG=FILE...")
_TO = click.option("--to", "forms", multiple=True, type=click.Choice(_FORM_NAMES), help="Form of the output.")
_MODEL = click.option(
    "--model", metavar="ID", help="Checkpoint to translate with (see: triptych models list)."
)
_QUALITY = click.option(
    "--quality",
    type=click.Choice(["fast", "best"]),
    help="Which of the checkpoints on this machine to take [TRIPTYCH_QUALITY, best].",
)
_GLOSSARY = click.option(
    "--glossary",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Terms to keep to: NAME.en-es.tsv, English, tab, translation; no translation: copied.",
)
_ENCODER = click.option(
    "--encoder",
    metavar="ID",
    help='Sentence encoder [TRIPTYCH_ENCODER, use]; "none" goes by lengths, numbers and names alone.',
)
_EXTRACT = click.option("--extract", is_flag=True, help="Find the article in a whole web page (HTML).")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="triptych", prog_name="triptych")
def cli() -> None:
    """Translate an article, align its versions, show them side by side."""


cli.add_command(memory)
cli.add_command(models)
cli.add_command(keys)


@cli.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("-s", "--source", default="en", metavar="LANG", help="Language of FILE [en].")
@click.option("-t", "--target", "targets", multiple=True, metavar="LANG", help="Target language [es, ru].")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="DIR", help="Folder to write to.")
@_TO
@_MODEL
@_QUALITY
@_GLOSSARY
@_EXTRACT
def translate(
    file: Path,
    source: str,
    targets: tuple[str, ...],
    output: Path | None,
    forms: tuple[str, ...],
    model: str | None,
    quality: str | None,
    glossary: Path | None,
    extract: bool,
) -> None:
    """Translate a FILE (.txt, .md, .html, .docx, .odt, .srt, .pdf), English unless -s says otherwise.

    With -o, writes index.html, article.LANG.EXT, aligned.json and aligned.tmx there, or the forms named by
    --to: "md" is the article itself in its own format (text for a PDF), "docx" the side-by-side table.
    Without it, one form goes to standard output (JSON unless --to says otherwise).
    """
    from service.assembly import build_pipeline
    from service.documents import read_article

    settings = _settings()
    article = read_article(file, source, max_bytes=settings.max_bytes, extract=extract)
    terms = _terms(settings, glossary)
    pipeline = build_pipeline(settings)
    wanted = targets or tuple(target for target in ("es", "ru") if target != source)
    aligned = pipeline.translate(article, wanted, model=model, quality=quality, glossary=terms)
    if output is None:
        print_forms(aligned, forms or ("json",))
    else:
        write_forms(aligned, forms or ("html", "md", "json", "tmx"), output)
    announce(aligned)


@cli.command()
@_VERSIONS
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write to.")
@_TO
@_ENCODER
@_EXTRACT
def align(
    versions: tuple[str, ...],
    output: Path | None,
    forms: tuple[str, ...],
    encoder: str | None,
    extract: bool,
) -> None:
    """Align two or more versions of an article, e.g. en=a.md es=b.md ru=c.md.

    The form is that of --to, else of the extension of -o, else JSON.
    """
    from service.assembly import build_pipeline

    articles = _articles(versions, extract)
    aligned = build_pipeline(_settings(encoder)).align(articles)
    deliver(aligned, output, forms, default="json")
    announce(aligned)


@cli.command()
@_VERSIONS
@click.option("-t", "--target", "targets", multiple=True, metavar="LANG", help="Versions to have [es, ru].")
@click.option("-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="File to write to.")
@_TO
@_MODEL
@_QUALITY
@_GLOSSARY
@_ENCODER
@_EXTRACT
def compare(
    versions: tuple[str, ...],
    targets: tuple[str, ...],
    output: Path | None,
    forms: tuple[str, ...],
    model: str | None,
    quality: str | None,
    glossary: Path | None,
    encoder: str | None,
    extract: bool,
) -> None:
    """Compare versions of an article and report what an editor should look at, e.g. en=a.md es=b.md.

    Missing versions (of es and ru, or of the languages named by -t) are translated by machine, from en
    where it is given.
    """
    from service.assembly import build_pipeline

    articles = _articles(versions, extract)
    given = {article.language for article in articles}
    missing = [target for target in targets or ("es", "ru") if target not in given]
    settings = _settings(encoder)
    terms = _terms(settings, glossary)
    pipeline = build_pipeline(settings)
    aligned = pipeline.compare(articles, missing, model=model, quality=quality, glossary=terms)
    deliver(aligned, output, forms, default="html" if output is not None else "json")
    announce(aligned)


@cli.command()
@click.option("--host", help="Address to listen on [TRIPTYCH_HOST, 127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port to listen on [TRIPTYCH_PORT, 8000].")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that serve [TRIPTYCH_WORKERS, 1].")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Run the HTTP service: a page at /, its documentation at /docs."""
    from service.assembly import build_glossaries, build_memory
    from service.keeping import build_jobs
    from service.serving import serve

    given = {"host": host, "port": port, "workers": workers}
    chosen = {name: value for name, value in given.items() if value is not None}
    settings = _settings().model_copy(update=chosen)
    build_glossaries(settings)  # what is wrong with them, or a database, is better said here, in a line
    jobs = build_jobs(settings)
    for opened in (build_memory(settings), jobs.connections if jobs else None):
        if opened is not None:
            opened.close()
    serve(settings)


@cli.command()
def doctor() -> None:
    """Say what is missing or wrong, and what to do about it; exit code 1 where something has to be done."""
    from service.doctor import examine

    checks = examine(_settings())
    for check in checks:
        click.echo(f"{check.state:5} {check.what}: {check.found}")
        if check.remedy:
            click.echo(f"      {check.remedy}")
    if any(check.state == "fail" for check in checks):
        sys.exit(1)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every foreseen error is one line on standard error and exit code 2."""
    logging.basicConfig(level=logging.WARNING, format="triptych: %(message)s")
    # Small products on several threads that wait for each other take several times as long; engines have
    # threads of their own.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        cli.main(arguments, prog_name="triptych", standalone_mode=False)
    except click.ClickException as error:
        _fail(error.format_message())
    except click.Abort:
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(0)
    except Exception as error:
        if os.environ.get("TRIPTYCH_DEBUG"):
            raise
        _fail_with(error)


def _fail(message: str) -> None:
    click.echo(f"triptych: {' '.join(message.split())}", err=True)
    sys.exit(2)


def _fail_with(error: Exception) -> None:
    from alignment.errors import AlignmentError  # brings numpy: --help does without

    if isinstance(error, (ServiceError, ModelError, AlignmentError)):
        _fail(str(error))
    click.echo(
        f"triptych: unforeseen {type(error).__name__}: {' '.join(str(error).split())} "
        "(this is a fault of Triptych; TRIPTYCH_DEBUG=1 shows where)",
        err=True,
    )
    sys.exit(1)


def _settings(encoder: str | None = None) -> Settings:
    from service.config import read_settings

    settings = read_settings()
    return settings.model_copy(update={"encoder": encoder}) if encoder else settings


def _terms(settings: Settings, glossary: Path | None) -> Glossary:
    """Return the terms of the file that was named, else of the settings' glossary; raise GlossaryError."""
    from service.assembly import build_glossaries
    from service.glossary import NO_TERMS, read_glossary

    if glossary is not None:
        return read_glossary(glossary)
    return build_glossaries(settings).get("", NO_TERMS)


def _articles(versions: Sequence[str], extract: bool) -> list[Article]:
    """Read LANG=FILE arguments; raise VersionsError for what is not one, or a language given twice."""
    from service.documents import read_article

    pairs: list[tuple[str, str]] = []
    for version in versions:
        language, equals, name = version.partition("=")
        if not (equals and language and name):
            raise VersionsError(f"{version!r} is no version; write LANG=FILE, e.g. es=article.es.md.")
        if language in dict(pairs):
            raise VersionsError(f'The language "{language}" is given twice; each version has its own.')
        pairs.append((language, name))
    settings = _settings()
    return [
        read_article(Path(name), language, max_bytes=settings.max_bytes, extract=extract)
        for language, name in pairs
    ]
