"""A table for spreadsheets and scripts: tab-separated, one line a row, a header line.

Columns: row (1-based), score, one for each version, findings, signature. Cells are quoted as Excel and
Python's `excel-tab` dialect do, where they hold a quotation mark: unquoted, a sentence that opens a
quotation and does not close it would swallow the rows below. Runs of white space are one space, so a row is
always one line.

A cell of text that begins with = + - @ would run as a formula in a spreadsheet, and articles come from
strangers: it gets an apostrophe before it, as OWASP advises against CSV injection. A script that wants the
exact text hands in `guard=False`, or reads JSON.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from service.render.column import columns
from service.render.text import decimal, encodable, one_line

if TYPE_CHECKING:
    from alignment.findings import Finding
    from service.result import Aligned

# The last four are the full-width forms, which East Asian spreadsheets take for the same.
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def render_tsv(aligned: Aligned, *, guard: bool = True) -> bytes:
    """Return the rows as UTF-8 tab-separated values; `guard` keeps text from running as a formula."""
    read = columns(aligned.versions)
    out = io.StringIO(newline="")
    table = csv.writer(out, dialect="excel-tab", lineterminator="\n")
    table.writerow(["row", "score", *(column.language for column in read), "findings", "signature"])
    findings = [""] * len(aligned.rows)
    for finding in aligned.findings:
        findings[finding.row] += "; " * bool(findings[finding.row]) + _brief(finding)
    for index, row in enumerate(aligned.rows):
        texts = (column.text(row.sentences.get(column.language, ())) for column in read)
        free = [_cell(text, guard=guard) for text in (*texts, findings[index], aligned.signature)]
        table.writerow([index + 1, decimal(row.score), *free])
    return out.getvalue().encode()


def _brief(finding: Finding) -> str:
    return f"{finding.kind} {finding.language}: {finding.reason}"


def _cell(text: str, *, guard: bool) -> str:
    """Return a cell's text on one line, harmless to a spreadsheet."""
    text = encodable(one_line(text)).replace("\0", "\ufffd")
    return f"'{text}" if guard and text.startswith(_FORMULA) else text
