"""The other services' routes that the settings ask for, and errors that arise before any route is reached."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service.compat import deepl, deepl_route, libretranslate
from service.problems import problem_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from fastapi import APIRouter, Response

_LIBRETRANSLATE = ("/translate", "/detect", "/languages", "/translate_file", "/download_file", "/frontend")


def build_routers(names: Collection[str]) -> list[APIRouter]:
    """Return the routers of the APIs named: "libretranslate", "deepl"."""
    known = {"libretranslate": libretranslate.build_router, "deepl": deepl.build_router}
    return [known[name]() for name in names]


def answer_to(path: str, error: Exception) -> Response:
    """Return the answer to an error in the shape of the API that a path belongs to."""
    if path.startswith("/v2/"):
        return deepl_route.ERRORS.response(error)
    if path.startswith(_LIBRETRANSLATE):
        return libretranslate.ERRORS.response(error)
    return problem_of(error)
