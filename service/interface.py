"""The page's interface language: its messages, and which language a reader gets."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from service.negotiation import preferred

if TYPE_CHECKING:
    from collections.abc import Mapping

LANGUAGES: Final = ("en", "es", "ru")
COOKIE: Final = "triptych-language"

# key -> language -> text
Messages = dict[str, dict[str, str]]


def read_messages() -> Messages:
    """Read the message table of this package."""
    text = (files("service") / "templates" / "page.messages.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def in_language(messages: Messages, language: str) -> dict[str, str]:
    """Return the texts of one language by key."""
    return {key: texts[language] for key, texts in messages.items()}


def chosen_language(cookies: Mapping[str, str], accept_language: str | None) -> str:
    """Return what the reader chose on the page, else what the browser asks for, else English."""
    chosen = cookies.get(COOKIE)
    return chosen if chosen in LANGUAGES else preferred(accept_language, LANGUAGES)
