from __future__ import annotations

import pytest

from models.language import LanguageIdentifier

IDENTIFY = LanguageIdentifier(("en", "es", "ru", "de", "fr", "it", "pt", "pl"))
ENGLISH = "The council voted on the plan after a long debate, and the mayor thanked everyone who had come. "
SPANISH = "El ayuntamiento votó el plan tras un largo debate, y la alcaldesa dio las gracias a los vecinos. "
RUSSIAN = "Совет проголосовал за план после долгих споров, и мэр поблагодарила всех, кто пришёл в тот вечер. "


@pytest.mark.parametrize(("text", "language"), [(ENGLISH, "en"), (SPANISH, "es"), (RUSSIAN, "ru")])
def test_a_text_is_of_its_language(text: str, language: str) -> None:
    assert IDENTIFY(text * 3) == language


@pytest.mark.parametrize("text", ["", "Rain fell.", "1 2 3 " * 100, "Ines Calder, Marta Quill, Orla"])
def test_of_little_text_nothing_is_said(text: str) -> None:
    assert IDENTIFY(text) is None


def test_a_mixed_text_is_not_surely_of_another_language() -> None:
    assert IDENTIFY((ENGLISH + RUSSIAN) * 2) in (None, "en", "ru")
