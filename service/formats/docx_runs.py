"""Word's runs as a reader sees them: what they show, and how it looks.

A look is a run's properties as XML, without those that show nothing; "" is the paragraph's own.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import deepcopy
from typing import TYPE_CHECKING

from service.formats.package import fragment, like, local

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lxml import etree

RUN = "urn:triptych:run"  # a run of another look, nested as the writer needs it; flattened again there
DROPPED = frozenset("proofErr lastRenderedPageBreak del moveFrom softHyphen".split())
_NOT_LOOK = frozenset("lang noProof rPrChange".split())
_MOST_PROPERTIES = 50  # Word knows about forty; each atom of a run gets a copy of them


def shown(node: etree._Element) -> str:
    """Return the text that a node shows."""
    if local(node) in DROPPED:
        return ""
    if local(node) == "t":
        return node.text or ""
    if local(node) in ("drawing", "pict", "object", "AlternateContent"):
        return ""
    return "".join(shown(child) for child in node)


def usual_look(nodes: Sequence[etree._Element]) -> str:
    """Return the look that most of a paragraph's text has."""
    looks: Counter[str] = Counter()
    for node in nodes:
        for run in node.iter("{*}r"):
            looks[look_of(run)] += len(shown(run))
    return looks.most_common(1)[0][0] if looks else ""


def look_of(run: etree._Element) -> str:
    """Return a run's properties as XML, without those that show nothing; "" for none."""
    properties = run.find("{*}rPr")
    if properties is None:
        return ""
    look = deepcopy(properties)
    for child in list(look):
        if local(child) in _NOT_LOOK:
            look.remove(child)
    return fragment(look) if len(look) else ""


def open_run(look: str) -> str:
    """Return the tag that opens a run of a look; `</x:run>` closes it."""
    return f'<x:run xmlns:x="{RUN}"><x:look>{look}</x:look>'


def meaning(look: str, base: str) -> str:
    """Return what a look means that the paragraph's own, `base`, does not: "strong", "emphasis" or ""."""
    for pattern, said in ((r"<w:b(?: [^>]*)?/>", "strong"), (r"<w:i(?: [^>]*)?/>", "emphasis")):
        if re.search(pattern, look) and not re.search(pattern, base):
            return said
    return ""


def alone(run: etree._Element, child: etree._Element) -> str:
    """Return a run with only one of its children."""
    copy = like(run)
    properties = run.find("{*}rPr")
    if properties is not None and len(properties) <= _MOST_PROPERTIES:
        copy.append(deepcopy(properties))
    copy.append(deepcopy(child))
    return fragment(copy)
