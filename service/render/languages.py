"""What the side-by-side page calls a language, and which way it is written."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

# ISO 639-1 code: the language's own name, its English name. A language not listed is shown by its code.
_NAMES: Final = MappingProxyType(
    {
        "ar": ("العربية", "Arabic"),
        "be": ("Беларуская", "Belarusian"),
        "bg": ("Български", "Bulgarian"),
        "ca": ("Català", "Catalan"),
        "cs": ("Čeština", "Czech"),
        "de": ("Deutsch", "German"),
        "el": ("Ελληνικά", "Greek"),
        "en": ("English", "English"),
        "es": ("Español", "Spanish"),
        "fa": ("فارسی", "Persian"),
        "fi": ("Suomi", "Finnish"),
        "fr": ("Français", "French"),
        "he": ("עברית", "Hebrew"),
        "hu": ("Magyar", "Hungarian"),
        "it": ("Italiano", "Italian"),
        "ja": ("日本語", "Japanese"),
        "ko": ("한국어", "Korean"),
        "nl": ("Nederlands", "Dutch"),
        "pl": ("Polski", "Polish"),
        "pt": ("Português", "Portuguese"),
        "ro": ("Română", "Romanian"),
        "ru": ("Русский", "Russian"),
        "sv": ("Svenska", "Swedish"),
        "tr": ("Türkçe", "Turkish"),
        "uk": ("Українська", "Ukrainian"),
        "zh": ("中文", "Chinese"),
    }
)
_RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur", "yi"})


def own_name(language: str) -> str:
    """Return what the language's speakers call it, or its code."""
    return _NAMES.get(language, (language, language))[0]


def english_name(language: str) -> str:
    """Return the language's English name, or its code."""
    return _NAMES.get(language, (language, language))[1]


def direction(language: str) -> str:
    """Return "rtl" for a language written from right to left, else "ltr"."""
    return "rtl" if language in _RIGHT_TO_LEFT else "ltr"
