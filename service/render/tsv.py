"""A table for spreadsheets and scripts: tab-separated, one line a row, a header line.

Columns: row (1-based), score, one for each version, for each machine-made one its translations' lowest score
and similarity and their flags ("ru score", "ru similarity", "ru flags"), findings, signature. Cells are
quoted as Excel and Python's `excel-tab` dialect do, where they hold a quotation mark: unquoted, a sentence
that opens a quotation and does not close it would swallow the rows below. Runs of white space are one space,
so a row is always one line.

A cell of text that begins with = + - @ would run as a formula in a spreadsheet, and articles come from
strangers: it gets an apostrophe before it, as OWASP advises against CSV injection. A script that wants the
exact text hands in `guard=False`, or reads JSON.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from service.render.column import Column, columns
from service.render.text import decimal, encodable, one_line
from service.result import Origin

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alignment.findings import Finding
    from service.result import Aligned

# The last four are the full-width forms, which East Asian spreadsheets take for the same.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render_tsv(aligned: Aligned, *, guard: bool = True) -> bytes:
    """Return the rows as UTF-8 tab-separated values; `guard` keeps text from running as a formula."""
    languages = tuple(version.language for version in aligned.versions)
    made = tuple(version.language for version in aligned.versions if version.origin is Origin.MACHINE)
    out = io.StringIO(newline="")
    table = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    table.writerow(tsv_header(languages, made))
    table.writerows(tsv_rows(aligned, languages, made, guard=guard))
    return out.getvalue().encode()


def tsv_header(languages: Sequence[str], made: Sequence[str] = ()) -> list[str]:
    """Return the names of the columns; machine-made versions (`made`) have three of their own."""
    facts = [f"{language} {fact}" for language in made for fact in ("score", "similarity", "flags")]
    return ["row", "score", *languages, *facts, "findings", "signature"]


def tsv_rows(
    aligned: Aligned, languages: Sequence[str], made: Sequence[str] = (), *, guard: bool = True
) -> Iterator[list[str]]:
    """Yield the cells of each row; a language that the versions do not have is an empty cell."""
    read = {column.language: column for column in columns(aligned.versions)}
    findings = [""] * len(aligned.rows)
    for finding in aligned.findings:
        findings[finding.row] += "; " * bool(findings[finding.row]) + _brief(finding)
    for index, row in enumerate(aligned.rows):
        texts = (
            read[language].text(row.sentences.get(language, ())) if language in read else ""
            for language in languages
        )
        cells = [tsv_cell(text, guard=guard) for text in texts]
        told = [fact for language in made for fact in _facts(read[language], row.sentences.get(language, ()))]
        rest = [tsv_cell(text, guard=guard) for text in (findings[index], aligned.signature)]
        yield [str(index + 1), decimal(row.score), *cells, *told, *rest]


def _facts(column: Column, indices: Sequence[int]) -> tuple[str, str, str]:
    """Return score, similarity and flags of a version's translations, "" for what there is not."""
    score, similarity = column.score(indices), column.similarity(indices)
    return (
        "" if score is None else decimal(score),
        "" if similarity is None else decimal(similarity),
        " ".join(column.flags(indices)),
    )


def _brief(finding: Finding) -> str:
    return f"{finding.kind} {finding.language}: {finding.reason}"


def tsv_cell(text: str, *, guard: bool) -> str:
    """Return a cell's text on one line, harmless to a spreadsheet."""
    text = encodable(one_line(text)).replace("\0", "\ufffd")
    return f"'{text}" if guard and text.startswith(_FORMULA) else text
