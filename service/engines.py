"""The translators a pipeline can use, loaded when first asked for and kept."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from models.catalog import Kind
from models.errors import CheckpointMissingError, UnsupportedTargetError
from models.pivot import PivotTranslator
from models.routes import PIVOT, find_route, reachable
from service.errors import LanguageError, RouteError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from models.catalog import Catalog, Entry
    from models.translation import Translator


class Engines:
    """Translators by checkpoint id, and which of them lead from one language into another.

    `load` loads one, raising a ModelError where it cannot; `candidates` names the checkpoints to choose from
    each time it is asked, for one may have been pulled meanwhile; `quality` ("best", "fast" or None for the
    candidates' order) says which is chosen where the caller does not. `catalog` says what else could be had.
    """

    def __init__(
        self,
        load: Callable[[str], Translator],
        candidates: Callable[[], Sequence[Entry]],
        catalog: Catalog,
        quality: str | None = None,
    ) -> None:
        self._load = load
        self._candidates = candidates
        self._catalog = catalog
        self._quality = quality
        self._loaded: dict[str, Translator] = {}
        self._lock = Lock()

    def load_preferred(self) -> None:
        """Load the checkpoints that English is translated with now, so that no request waits for them.

        Raises what loading raises; CheckpointMissingError where there is nothing to load.
        """
        if not self.targets:
            first = self._catalog.of_kind(Kind.TRANSLATOR)[0]
            raise CheckpointMissingError(first.id, first.command)
        for target in self.targets:
            self.translator(target)

    @property
    def targets(self) -> tuple[str, ...]:
        """The languages that English is translated into."""
        return self.pairs.get(PIVOT, ())

    @property
    def pairs(self) -> Mapping[str, tuple[str, ...]]:
        """For each language the ones it can be translated into, directly or through English."""
        return reachable(self._candidates())

    @property
    def loaded(self) -> tuple[str, ...]:
        """The ids of the checkpoints in memory."""
        return tuple(self._loaded)

    def serving(self, target: str) -> list[str]:
        """Return the ids of the checkpoints that translate English into a language."""
        entries = [entry for entry in self._candidates() if entry.source == PIVOT]
        return [entry.id for entry in entries if target in entry.targets]

    def translator(
        self,
        target: str,
        checkpoint_id: str | None = None,
        *,
        source: str = PIVOT,
        quality: str | None = None,
    ) -> Translator:
        """Return a translator from one language into another: with the checkpoint named, else the best fit.

        Where neither leads all the way, English stands between. Raises LanguageError, RouteError (what would
        lead there is not on this machine), UnsupportedTargetError, or what loading raises
        (UnknownCheckpointError, CheckpointMissingError, CheckpointDamagedError).
        """
        wish = quality or self._quality
        entries = self._candidates()
        if checkpoint_id is not None:
            named = self._translator(checkpoint_id)
            if target not in named.targets:
                raise UnsupportedTargetError(checkpoint_id, target, named.targets)
            entry = self._catalog[checkpoint_id]
            others = [other for other in entries if PIVOT in other.targets]
            legs = find_route([entry, *others], source, target)
        else:
            legs = find_route(entries, source, target, wish)
        if not legs:
            raise self._no_way(source, target, wish)
        translators = [self._translator(leg.id) for leg in legs]
        if len(translators) == 1:
            return translators[0]
        return PivotTranslator(translators[0], translators[1], (source, PIVOT))

    def _no_way(self, source: str, target: str, quality: str | None) -> LanguageError | RouteError:
        """Tell what to pull, where the catalog has a way; else which languages there are."""
        known = self._catalog.entries
        if way := find_route(known, source, target, quality):
            here = {entry.id for entry in self._candidates()}
            return RouteError(source, target, [leg.id for leg in way if leg.id not in here])
        pairs = reachable(known)
        if source not in pairs:
            return LanguageError(source, pairs, "translation from")
        return LanguageError(target, self.pairs.get(source) or pairs[source], "translation")

    def _translator(self, checkpoint_id: str) -> Translator:
        with self._lock:  # two requests at once load it once
            if checkpoint_id not in self._loaded:
                self._loaded[checkpoint_id] = self._load(checkpoint_id)
            return self._loaded[checkpoint_id]
