"""Terms that a translation must keep to.

A glossary file is UTF-8 text with tabs, a term a line: the English term, a tab, the term in the target
language. A line without a second column names a term that is copied as it is. Lines that begin with # are
comments. A first line of two language codes ("en", tab, "es") is a header; without one the file's name says
which languages it is for: `NAME.en-es.tsv`, or `en-es.tsv`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from service.errors import GlossaryError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_SOURCE: Final = "en"
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_PAIR: Final = re.compile(r"(?:(?P<name>.+)\.)?(?P<source>[a-z]{2,3})-(?P<target>[a-z]{2,3})")
_LONGEST: Final = 200  # characters of a term
_MOST: Final = 10_000  # terms of a glossary


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it must be in the translation; `text` is None where it is copied.

    `language` is the target language it is for, None for all.
    """

    source: str
    text: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms, each source once for a language; falsy when there are none."""

    terms: tuple[Term, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def signature(self) -> str:
        """What a result depends on: "glossary:" and a digest of the terms, "" for none."""
        if not self.terms:
            return ""
        content = sorted((term.source, term.text or "", term.language or "") for term in self.terms)
        return f"glossary:{sha256(repr(content).encode()).hexdigest()[:12]}"

    def of(self, language: str) -> Glossary:
        """Return the terms for a target language."""
        return Glossary(tuple(term for term in self.terms if term.language in (None, language)))

    def with_terms(self, terms: Iterable[Term]) -> Glossary:
        """Return this glossary with more terms; a later one replaces an earlier of the same source."""
        merged = {(term.source, term.language): term for term in (*self.terms, *terms)}
        return Glossary(tuple(merged.values()))


NO_TERMS: Final = Glossary()


def checked(term: Term, where: str) -> Term:
    """Return a term without white space at its edges; raise GlossaryError that says where it is wrong."""
    source = " ".join(term.source.split())
    text = " ".join(term.text.split()) if term.text is not None else None
    if not any(character.isalnum() for character in source):
        raise GlossaryError(f"{where}: the term {term.source!r} has no letter or digit.")
    if text == "":
        raise GlossaryError(
            f'{where}: the translation of "{source}" is empty; leave it out to copy the term.'
        )
    for found in (source, text or ""):
        if len(found) > _LONGEST:
            raise GlossaryError(f"{where}: a term has {len(found)} characters, the limit is {_LONGEST}.")
        if not found.isprintable():
            raise GlossaryError(f"{where}: the term {found!r} has a character that cannot be printed.")
    return Term(source, text, term.language)


def parse_glossary(content: str, name: str, language: str | None = None) -> Glossary:
    """Read a glossary's text; `language` is its target unless a header says. Raises GlossaryError."""
    terms: dict[str, Term] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(content.split("\n"), 1):
        where = f"{name}, line {number}"
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        columns = [column.strip() for column in line.rstrip("\r").split("\t")]
        while len(columns) > 1 and not columns[-1]:
            columns.pop()
        if len(columns) > 2:
            raise GlossaryError(f"{where}: there are {len(columns)} columns; a term has one or two.")
        if not terms and len(columns) == 2 and all(map(_LANGUAGE.fullmatch, columns)):
            _check_pair(columns[0], where)
            language = columns[1]
            continue
        if language is None:
            raise GlossaryError(
                f"{name} says for which languages it is neither by its name (NAME.en-es.tsv) nor in its "
                "first line (en, tab, es)."
            )
        term = checked(Term(columns[0], columns[1] if len(columns) > 1 else None, language), where)
        if term.source in lines:
            raise GlossaryError(f'{where}: "{term.source}" is in line {lines[term.source]} already.')
        terms[term.source], lines[term.source] = term, number
        if len(terms) > _MOST:
            raise GlossaryError(f"{where}: there are more than {_MOST:,} terms; split the glossary.")
    return Glossary(tuple(terms.values()))


def read_glossary(path: Path) -> Glossary:
    """Read a glossary file; raise GlossaryError that names the line."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise GlossaryError(f"The glossary {path} cannot be read: {error.strerror}.") from error
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise GlossaryError(
            f"{path}, line {line}: byte 0x{content[error.start]:02x} is not UTF-8."
        ) from error
    pair = _PAIR.fullmatch(path.stem)
    if pair is not None:
        _check_pair(pair["source"], str(path))
    return parse_glossary(text, str(path), pair["target"] if pair else None)


def read_glossaries(path: Path) -> dict[str, Glossary]:
    """Read a glossary file, or all .tsv files of a folder, by name; raise GlossaryError.

    The name of `finance.en-es.tsv` is "finance", and files of the same name for several languages are one
    glossary. `en-es.tsv`, and a single file whatever its name, is "": it is used where none is asked for.
    """
    if not path.is_dir():
        return {"": read_glossary(path)}
    found: dict[str, Glossary] = {}
    for file in sorted(path.glob("*.tsv")):
        pair = _PAIR.fullmatch(file.stem)
        name = (pair["name"] or "") if pair else file.stem
        found[name] = found.get(name, NO_TERMS).with_terms(read_glossary(file).terms)
    return found


def _check_pair(source: str, where: str) -> None:
    if source != _SOURCE:
        raise GlossaryError(f"{where}: it is from {source}; a glossary here is from {_SOURCE}.")
