"""The other services' routes that the settings ask for, and errors that arise before any route is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.compat import deepl, deepl_route, libretranslate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from fastapi import APIRouter, Response

_LIBRETRANSLATE = ("/translate", "/detect", "/languages", "/translate_file", "/download_file", "/frontend")


def build_routers(names: Collection[str]) -> list[APIRouter]:
    """Return the routers of the APIs named: "libretranslate", "deepl"."""
    known = {"libretranslate": libretranslate.build_router, "deepl": deepl.build_router}
    return [known[name]() for name in names]


def answers(names: Collection[str]) -> Callable[[str, Exception], Response | None]:
    """Return what answers an error on a path in the shape of the API named that it belongs to.

    For a path of none of them it gives None.
    """

    def answer(path: str, error: Exception) -> Response | None:
        if "deepl" in names and path.startswith("/v2/"):
            return deepl_route.ERRORS.response(error)
        if "libretranslate" in names and path.startswith(_LIBRETRANSLATE):
            return libretranslate.ERRORS.response(error)
        return None

    return answer
