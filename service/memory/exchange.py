"""Files that units are exchanged in with other tools: opened, and what is wrong with them named."""

from __future__ import annotations

from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from service.errors import ExchangeError
from service.xml_stream import UnsoundXmlError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """Open a TMX or XLIFF file; where it cannot be read, or is no sound XML, raise ExchangeError."""
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise ExchangeError(path, error.strerror or str(error)) from error
    except UnsoundXmlError as error:
        raise ExchangeError(path, str(error)) from error
