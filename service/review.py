"""What is to be said of versions as a whole, and of their rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alignment.audit import audit, unrelated_findings
from alignment.findings import Code, Finding, Severity
from alignment.order import order_findings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from alignment.beads import Row
    from models.encoder import Encoder
    from service.result import Version


def wrong_languages(
    versions: Sequence[Version], identify: Callable[[str], str | None] | None
) -> list[Finding]:
    """Say which versions surely are in another language than they are given as.

    `identify` names the language of a text where it is sure, else None; without it nothing is said.
    """
    found = []
    for version in versions:
        spoken = identify(version.article.text) if identify else None
        if spoken is not None and spoken != version.language:
            found.append(Finding.of(Code.LANGUAGE, version.language, Severity.WARNING, spoken=spoken))
    return found


def reviewed(
    rows: Sequence[Row], texts: Mapping[str, Sequence[str]], encoder: Encoder, *, audited: bool
) -> list[Finding]:
    """Say what is wrong with whole versions and, if asked, with their rows."""
    found = order_findings(rows, texts, encoder)
    told = {finding.language for finding in found}
    rest = audit(rows, texts) if audited else unrelated_findings(rows, list(texts))
    return found + [finding for finding in rest if finding.language not in told]
