"""The translators a pipeline can use, loaded when first asked for and kept."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from models.catalog import Kind
from models.errors import CheckpointMissingError, UnsupportedTargetError
from models.pivot import PivotTranslator
from models.routes import PIVOT, by_quality, find_route, reachable
from service.errors import LanguageError, RouteError
from service.glossary import NO_TERMS
from service.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from models.catalog import Catalog, Entry
    from models.translation import Translator
    from service.batcher import Batcher
    from service.glossary import Glossary

    Layers = Callable[[Translator, Glossary], Translator]


class Engines:
    """Translators by checkpoint id, and which of them lead from one language into another.

    `load` loads one, raising a ModelError where it cannot; `candidates` names the checkpoints to choose from
    each time it is asked, for one may have been pulled meanwhile; `quality` ("best", "fast" or None for the
    candidates' order) says which is chosen where the caller does not. `catalog` says what else could be had.
    `batching` makes the batcher of a loaded one, and `layers` puts round it what works on sentences before
    they reach it: a glossary, a memory. Without them a translator is used as it is.
    """

    def __init__(
        self,
        load: Callable[[str], Translator],
        candidates: Callable[[], Sequence[Entry]],
        catalog: Catalog,
        quality: str | None = None,
        batching: Callable[[Translator], Batcher] | None = None,
        layers: Layers | None = None,
    ) -> None:
        self._load = load
        self._candidates = candidates
        self._catalog = catalog
        self._quality = quality
        self._batching = batching
        self._layers = layers
        self._batchers: dict[str, Batcher] = {}
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
        return _joined(self._legs(target, checkpoint_id, source, quality), source)

    def bound(
        self,
        target: str,
        checkpoint_id: str | None = None,
        *,
        source: str = PIVOT,
        quality: str | None = None,
        work: Work | None = None,
        glossary: Glossary = NO_TERMS,
    ) -> Translator:
        """Return the translator that `translator` does as one piece of work sees it: batched, with its terms.

        Terms are English: for another source there are none. Raises as `translator` does; the result's
        `translate` as `Batcher.translate` and the layers do.
        """
        claim = work or Work()
        legs = self._legs(target, checkpoint_id, source, quality)
        translator = _joined([self._batched(leg, claim) for leg in legs], source)
        if self._layers is None:
            return translator
        return self._layers(translator, glossary if source == PIVOT else NO_TERMS)

    def close(self) -> None:
        """Finish what is in work and take no more."""
        with self._lock:
            batchers = list(self._batchers.values())
        for batcher in batchers:
            batcher.close()

    def _batched(self, translator: Translator, work: Work) -> Translator:
        if self._batching is None:
            return translator
        with self._lock:
            if translator.checkpoint_id not in self._batchers:
                self._batchers[translator.checkpoint_id] = self._batching(translator)
            return self._batchers[translator.checkpoint_id].bound(work)

    def _legs(
        self, target: str, checkpoint_id: str | None, source: str, quality: str | None
    ) -> list[Translator]:
        """Return the one or two translators that lead there; raises as `translator` does."""
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
        return [self._translator(leg.id) for leg in legs]

    def _no_way(self, source: str, target: str, quality: str | None) -> LanguageError | RouteError:
        """Tell what to pull, where the catalog has a way; else which languages there are."""
        here, known = self._candidates(), self._catalog.entries
        # What is here goes first: only what lacks is to be pulled.
        if way := find_route([*here, *by_quality(known, quality)], source, target):
            return RouteError(source, target, [leg.id for leg in way if leg not in here])
        pairs = reachable(known)
        if source not in pairs:
            return LanguageError(source, pairs, "translation from")
        return LanguageError(target, self.pairs.get(source) or pairs[source], "translation")

    def _translator(self, checkpoint_id: str) -> Translator:
        with self._lock:  # two requests at once load it once
            if checkpoint_id not in self._loaded:
                self._loaded[checkpoint_id] = self._load(checkpoint_id)
            return self._loaded[checkpoint_id]


def _joined(legs: Sequence[Translator], source: str) -> Translator:
    return legs[0] if len(legs) == 1 else PivotTranslator(legs[0], legs[1], (source, PIVOT))
