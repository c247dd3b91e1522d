"""Reading aligned text, as TSV or TMX, and leaving out the pairs that teach nothing good.

TSV: English, translation and, where there are four columns, source id and domain; one pair a line, .gz or
plain. TMX 1.4 (https://www.gala-global.org/tmx-14b): one pair for each unit with an English and a target
variant; inline markup is dropped, its text kept. A unit's domain is its `<prop type="domain">`.
"""

from __future__ import annotations

import gzip
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from lxml import etree

from training.errors import CorpusFormatError, MissingFileError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from training.config import CorpusFile

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
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
    return gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb")  # type: ignore[return-value]


def _read_tsv(file: CorpusFile) -> Iterator[Pair]:
    with _open(file.path) as lines:
        for number, line in enumerate(lines, start=1):
            columns = line.decode("utf-8").rstrip("\r\n").split("\t")
            if len(columns) < 2:
                raise CorpusFormatError(file.path, "expected English, a tab and a translation", number)
            domain = columns[3] if len(columns) > 3 else file.domain
            yield _pair(columns[0], columns[1], file.target, domain)


def _read_tmx(file: CorpusFile) -> Iterator[Pair]:
    try:
        with _open(file.path) as stream:
            for _, unit in etree.iterparse(
                stream, tag="tu", resolve_entities=False, no_network=True, load_dtd=False
            ):
                variants = {_language(variant): _segment(variant) for variant in unit.iterfind("tuv")}
                domain = unit.findtext("prop[@type='domain']") or file.domain
                if "en" in variants and file.target in variants:
                    yield _pair(variants["en"], variants[file.target], file.target, domain)
                unit.clear()
    except etree.XMLSyntaxError as error:
        raise CorpusFormatError(file.path, f"not TMX: {error}") from error


def _language(variant: etree._Element) -> str:
    code = variant.get(_XML_LANG) or variant.get("lang") or ""
    return code.lower().replace("_", "-").split("-")[0]


def _segment(variant: etree._Element) -> str:
    segment = variant.find("seg")
    return "" if segment is None else " ".join("".join(map(str, segment.itertext())).split())


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
