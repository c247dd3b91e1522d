"""What is said once of translations by the starter: what they are worth, and the command that gets better."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.routes import STARTER, find_route

if TYPE_CHECKING:
    from collections.abc import Iterable

    from models.catalog import Catalog


def starter_notice(made: Iterable[tuple[str, str, str]], catalog: Catalog) -> str:
    """Return the notice on translations, given as (checkpoint, source, target); "" without a starter's."""
    starters = {entry.id for entry in catalog.entries if entry.quality == STARTER}
    pairs = [
        (source, target)
        for checkpoint_id, source, target in made
        if not starters.isdisjoint(checkpoint_id.split("+"))
    ]
    if not pairs:
        return ""
    better = dict.fromkeys(
        leg.id
        for pair in pairs
        for leg in find_route(catalog.entries, *pair, "best")
        if leg.id not in starters
    )
    languages = " and ".join(dict.fromkeys(target for _, target in pairs))
    notice = f"Translation into {languages} is by the small starter model; check every sentence."
    return f"{notice} For publication quality: triptych models pull {' '.join(better)}" if better else notice
