"""What the forms say made them."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final

TOOL: Final = "triptych"


def tool_version() -> str:
    """Return the installed version, "unknown" when run from a source tree that is not installed."""
    try:
        return version(TOOL)
    except PackageNotFoundError:
        return "unknown"
