"""Reading aligned text, as TSV or TMX, and leaving out the pairs that teach nothing good.

TSV: English, translation and, where there are four columns, source id and domain; one pair a line. TMX
(`service.tmx`): one pair for each unit with an English and a target variant; a unit's domain is its
`<prop type="domain">`. Either may be compressed (.gz).
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, cast

from service.tmx import read_units
from service.xml_stream import UnsoundXmlError
from training.errors import CorpusFormatError, MissingFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from training.config import CorpusFile

_NUMBER = re.compile(r"\d+")
_RATIO = 2.6  # characters of the longer side to those of the shorter, past some slack for short strings
_SLACK = 12


@dataclass(frozen=True, slots=True)
class Pair:
    """An English sentence and its translation into `target`."""

    source: str
    translation: str
    target: str
    domain: str


def read_corpus(file: CorpusFile) -> Iterator[Pair]:
    """Yield a file's pairs, NFC, in order; raises MissingFileError or CorpusFormatError."""
    if not file.path.is_file():
        raise MissingFileError(file.path, "corpus")
    try:
        yield from _read_tmx(file) if ".tmx" in file.path.suffixes else _read_tsv(file)
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise CorpusFormatError(file.path, f"cannot be read: {error}") from error


def _open(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _read_tsv(file: CorpusFile) -> Iterator[Pair]:
    with _open(file.path) as lines:
        for number, line in enumerate(lines, start=1):
            columns = line.decode("utf-8").rstrip("\r\n").split("\t")
            if len(columns) < 2:
                raise CorpusFormatError(file.path, "expected English, a tab and a translation", number)
            domain = columns[3] if len(columns) > 3 else file.domain
            yield _pair(columns[0], columns[1], file.target, domain)


def _read_tmx(file: CorpusFile) -> Iterator[Pair]:
    with _open(file.path) as stream:
        try:
            for unit in read_units(stream):
                texts = unit.texts
                if "en" in texts and file.target in texts:
                    domain = unit.props.get("domain") or file.domain
                    yield _pair(texts["en"], texts[file.target], file.target, domain)
        except UnsoundXmlError as error:
            raise CorpusFormatError(file.path, f"no sound TMX: {error}") from error


def _pair(source: str, translation: str, target: str, domain: str) -> Pair:
    return Pair(
        unicodedata.normalize("NFC", source).strip(),
        unicodedata.normalize("NFC", translation).strip(),
        target,
        domain,
    )


def clean(pairs: Iterable[Pair], *, translations: int) -> Iterator[Pair]:
    """Drop empty, untranslated, wordless and lopsided pairs, and near duplicates.

    Two English sentences are near duplicates when they differ in digits, case, space and punctuation only; of
    those at most `translations` pairs a target language are kept, and of like translations only the first.
    """
    seen: set[tuple[str, int, int]] = set()
    kept: Counter[tuple[str, int]] = Counter()
    for pair in pairs:
        if not _plausible(pair):
            continue
        source, translation = hash(_skeleton(pair.source)), hash(_skeleton(pair.translation))
        if (pair.target, source, translation) in seen or kept[pair.target, source] >= translations:
            continue
        seen.add((pair.target, source, translation))
        kept[pair.target, source] += 1
        yield pair


def _plausible(pair: Pair) -> bool:
    short, long = sorted((len(pair.source), len(pair.translation)))
    if not short or long > _RATIO * short + _SLACK:
        return False
    if _skeleton(pair.source) == _skeleton(pair.translation):
        return False
    return all(2 * sum(map(str.isalpha, side)) > len(side) for side in (pair.source, pair.translation))


def _skeleton(text: str) -> str:
    """Letters in lower case, each run of digits as one 0."""
    return "".join(filter(str.isalnum, _NUMBER.sub("0", text.lower())))
