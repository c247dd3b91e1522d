"""How often the audit speaks where little is wrong: newstest2012, whose lines are translations.

Some of what it finds there is wrong indeed (a number or a month that differs), so that the rate is an upper
bound of false alarms. Rows are given, so that nothing is aligned or encoded.
"""

from __future__ import annotations

from collections import Counter

from development import BENCH

from alignment import Row, audit

LINES = 44  # of an article


def print_audit() -> None:
    """Print findings by kind, and the share of rows that have one."""
    lines = {
        language: (BENCH / "translation" / f"newstest2012.{language}")
        .read_text(encoding="utf-8")
        .splitlines()
        for language in ("en", "es", "ru")
    }
    print("audit      rows  number  date  name  rows with a finding")
    for language in ("es", "ru"):
        kinds = Counter[str]()
        found = 0
        for first in range(0, len(lines["en"]), LINES):
            versions = {name: lines[name][first : first + LINES] for name in ("en", language)}
            rows = [Row({"en": (i,), language: (i,)}, 1.0) for i in range(len(versions["en"]))]
            findings = audit(rows, versions)
            kinds.update(finding.kind for finding in findings)
            found += len({finding.row for finding in findings})
        total = len(lines["en"])
        columns = "".join(f"{kinds[kind]:6}" for kind in ("number", "date", "name"))
        print(f"en-{language}     {total:5} {columns}  {found / total:.2%}")
    print()
