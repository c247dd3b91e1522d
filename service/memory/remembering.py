"""A translator with a memory: what people approved wins, what was made before is not made again.

A unit that comes from the memory is the one that would be made: its signature names the release, the
checkpoint's revision, the engine, every setting and the glossary. So nothing in a result tells whether it was
remembered. What people approved is flagged "approved".
"""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from models.translation import Translation
from service.flags import APPROVED
from service.memory.units import normal_source
from service.observer import Unobserved
from service.wrapped import Wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from models.translation import Translator
    from service.memory.database import Memory
    from service.observer import Observer


class RememberingTranslator(Wrapped):
    """Looks sentences up before it has them translated; `release` is that of Triptych."""

    def __init__(
        self, translator: Translator, memory: Memory, release: str, observer: Observer | None = None
    ) -> None:
        super().__init__(translator)
        self._memory = memory
        self._release = release
        self._observer = observer or Unobserved()

    def translate(self, sentences: Sequence[str], *, target: str) -> list[Translation]:
        """Translate sentences, one result for each in order.

        Raises what the translator inside does, and MemoryFileError.
        """
        distinct = [sentence for sentence in dict.fromkeys(sentences) if _encodable(sentence)]
        approved = self._memory.approved([normal_source(sentence) for sentence in distinct], target)
        found = {
            sentence: Translation(approved[normal], 0.0, (APPROVED,))
            for sentence in distinct
            if (normal := normal_source(sentence)) in approved
        }
        by_people = len(found)
        rest = [sentence for sentence in distinct if sentence not in found]
        signature = f"triptych:{self._release} {self.signature}"
        found |= self._memory.recall(signature, target, rest)
        missing = [sentence for sentence in dict.fromkeys(sentences) if sentence not in found]
        self._observer.recalled(by_people, len(found) - by_people, len(missing))
        if missing:
            made = dict(zip(missing, self._translator.translate(missing, target=target), strict=True))
            kept = {
                sentence: unit
                for sentence, unit in made.items()
                if isfinite(unit.score) and _encodable(sentence) and _encodable(unit.text)
            }
            self._memory.remember(signature, target, kept)
            found |= made
        return [found[sentence] for sentence in sentences]


def _encodable(text: str) -> bool:
    """Whether a text can be written down: half a surrogate pair cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
