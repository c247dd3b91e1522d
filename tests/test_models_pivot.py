from __future__ import annotations

from typing import TYPE_CHECKING

from models.attention import Attentive
from models.pivot import PivotTranslator
from models.translation import Translation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Dictionary:
    """Translates from a table; a sentence it does not know stays as it is."""

    def __init__(self, name: str, target: str, table: Mapping[str, Translation]) -> None:
        self.checkpoint_id = name
        self.targets = (target,)
        self.signature = f"{name}|rev:1"
        self._table = table

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        assert (target,) == self.targets
        return [self._table.get(sentence, Translation(sentence, 0.0)) for sentence in sentences]


FIRST = Dictionary(
    "es-en",
    "en",
    {
        "El zorro ve 3 barcos.": Translation("The fox sees 3 boats.", -0.25),
        "El mar.": Translation("The sea.", -0.5, ("unknown",)),
    },
)
SECOND = Dictionary(
    "en-ru",
    "ru",
    {
        "The fox sees 3 boats.": Translation("Лис видит лодки.", -0.25),
        "The sea.": Translation("Море.", -0.25, ("cut",)),
    },
)
PIVOT = PivotTranslator(FIRST, SECOND, ("es", "en"))


def test_scores_add_up_and_flags_are_joined_with_what_is_wrong_from_end_to_end() -> None:
    assert PIVOT.translate(["El mar.", "El zorro ve 3 barcos."], target="ru") == [
        Translation("Море.", -0.75, ("cut", "unknown")),
        Translation("Лис видит лодки.", -0.5, ("numbers",)),
    ]


def test_what_neither_knows_is_flagged_as_a_copy() -> None:
    [result] = PIVOT.translate(["El zorro duerme en la casa."], target="ru")
    assert result.flags == ("copy",)


def test_it_says_what_it_is_made_of() -> None:
    assert (PIVOT.checkpoint_id, PIVOT.targets) == ("es-en+en-ru", ("ru",))
    assert PIVOT.signature == "es-en|rev:1+en-ru|rev:1"
    assert not isinstance(PIVOT, Attentive)
