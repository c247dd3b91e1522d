"""The report of a run: one page with a histogram of scores and the worst documents first.

It asks nothing of any host, and no time stands in it: the same documents give the same page.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bulk.tally import BINS
from service.render.html import inline_source
from service.render.text import xml_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bulk.ledger import Ledger
    from bulk.options import RunOptions
    from bulk.tally import Tally

_TEMPLATES: Final = Path(__file__).resolve().parent / "templates"
_WORST: Final = 200
_FAILED: Final = 200
_TYPES: Final = 20


def report_page(
    tally: Tally, ledger: Ledger, options: RunOptions, documents: int, failed: int
) -> Iterator[bytes]:
    """Yield the page in pieces."""
    templates = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (_TEMPLATES / "index.css").read_text(encoding="utf-8") + (_TEMPLATES / "report.css").read_text(
        encoding="utf-8"
    )
    policy = f"default-src 'none'; style-src {inline_source(style)}; base-uri 'none'; form-action 'none'"
    page = templates.get_template("report.html").render(
        style=Markup(style),  # our own file; its hash is in the policy
        policy=policy,
        facts=summary(tally, options, documents, failed),
        bars=_bars(tally),
        bins=BINS,
        types=tally.types.most_common(_TYPES),
        rows=tally.rows,
        worst=[
            (standing, "./" + quote(standing.page) if standing.page else "")
            for standing in ledger.worst(_WORST)
        ],
        failed=[standing for standing, _ in zip(ledger.failed(), range(_FAILED), strict=False)],
        failures=failed,
    )
    yield xml_text(page).encode()


def summary(tally: Tally, options: RunOptions, documents: int, failed: int) -> list[tuple[str, str]]:
    """Return what a run came to, as names and values."""
    mean = f"{tally.mean_score:.3f}" if tally.mean_score is not None else "none"
    facts = [
        ("Documents", f"{documents:,}"),
        ("Failed", f"{failed:,}"),
        ("Beads", f"{tally.rows:,}"),
        ("Mean score", mean),
    ]
    for language in options.languages:
        facts.append((f"Sentences, {language}", f"{tally.sentences[language]:,}"))
        facts.append((f"Unmatched, {language}", f"{tally.unmatched_share(language):.1%}"))
    facts += [(f"Left out: {reason}", f"{count:,}") for reason, count in sorted(tally.dropped.items())]
    facts += [(f"Findings: {kind}", f"{count:,}") for kind, count in sorted(tally.findings.items())]
    return facts


def _bars(tally: Tally) -> list[tuple[float, float, float, str]]:
    """Return the bars of the histogram: x, y and height in units of 100 by 40, and what they say."""
    most = max(*tally.histogram, 1)
    bars = []
    for index, count in enumerate(tally.histogram):
        height = round(36 * count / most, 2)
        says = f"{index / BINS:.2f} to {(index + 1) / BINS:.2f}: {count:,} beads"
        bars.append((round(100 * index / BINS, 2), round(38 - height, 2), height, says))
    return bars
