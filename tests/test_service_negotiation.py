from __future__ import annotations

import pytest

from service.errors import FormatError
from service.negotiation import chosen_form


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, "json"),
        ("", "json"),
        ("*/*", "json"),
        ("text/html", "html"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"),
        ("application/*", "json"),
        ("application/json;q=0.1, application/x-tmx+xml", "tmx"),
        ("TEXT/TAB-separated-values", "tsv"),
        ("application/json;q=0, */*", "html"),
        ("text/*;q=0.5, application/x-ndjson;q=0.6", "ndjson"),
    ],
)
def test_the_best_acceptable_form_is_chosen(accept: str | None, form: str) -> None:
    assert chosen_form(accept).name == form


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "text/html;q=zero"])
def test_what_cannot_be_given_is_refused_by_name(accept: str) -> None:
    with pytest.raises(FormatError, match="there are application/json"):
        chosen_form(accept)
