"""The side-by-side page: one HTML file with its style and script inside, that asks nothing of any host.

Jinja2 escapes whatever comes from an article. A content security policy names the page's own style and
script by their hashes and allows nothing else, so that even markup that slipped through could not run or
load anything.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from service.render.text import xml_text
from service.render.view import page

if TYPE_CHECKING:
    from service.result import Aligned

_NAME: Final = "side_by_side"
# Where a word too long for a column, mostly an address, may be broken: after its punctuation.
_LONG_WORD: Final = re.compile(r"(\S{36,})")
_DASH: Final = re.compile(r"(?<!-)(-{2,3})(?!-)")  # a browser would break the line within it
_BREAK: Final = re.compile(r"(?<=[/.?&=_-])(?=[^/.?&=_-])")


class PageTemplate:
    """The page's template, style, script and policy, made ready once for however many pages."""

    def __init__(self) -> None:
        templates = Environment(
            loader=PackageLoader("service", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        templates.filters["breakable"] = _breakable
        style, script = (_template(f"{_NAME}.{kind}") for kind in ("css", "js"))
        policy = (
            f"default-src 'none'; style-src {inline_source(style)}; script-src {inline_source(script)}; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )
        self._template = templates.get_template(f"{_NAME}.html")
        self._given = {"policy": policy, "style": _trusted(style), "script": _trusted(script)}

    def render(self, aligned: Aligned) -> str:
        """Return a page; characters that HTML cannot carry (controls, lone surrogates) are U+FFFD."""
        return xml_text(self._template.render(page=page(aligned), **self._given))


def render_html(aligned: Aligned) -> str:
    """Return the page; characters that HTML cannot carry (control characters, lone surrogates) are U+FFFD."""
    return PageTemplate().render(aligned)


def _breakable(text: str) -> Markup:
    """Escape a text, let long words be broken at their punctuation, and keep dashes of hyphens together.

    What is copied has no break.
    """
    words = _LONG_WORD.split(text)
    return Markup("").join(
        Markup("<wbr>").join(map(escape, _BREAK.split(word))) if place % 2 else _together(word)
        for place, word in enumerate(words)
    )


def _together(text: str) -> Markup:
    return Markup("").join(
        Markup('<span class="together">{}</span>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(_DASH.split(text))
    )


def _template(name: str) -> str:
    return (files("service") / "templates" / name).read_text(encoding="utf-8")


def _trusted(text: str) -> Markup:
    """Mark our own style or script, read from this package, as not to be escaped."""
    return Markup(text)


def inline_source(text: str) -> str:
    """Return the policy's source expression for an inline text (CSP level 2, section 4.2.5)."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
