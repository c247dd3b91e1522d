"""The forms that a bulk run gives out, by name."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bulk import storage
from bulk.errors import OptionError, UnknownFormError
from bulk.writers.dataset import DatasetWriter, write_card
from bulk.writers.html import HtmlWriter
from bulk.writers.index import write_index
from bulk.writers.jsonl import JsonlWriter
from bulk.writers.moses import MosesWriter
from bulk.writers.parquet import ParquetWriter
from bulk.writers.tmx import TmxWriter
from bulk.writers.tsv import TsvWriter
from bulk.writers.xliff import XliffWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bulk.manifest import ShardManifest
    from bulk.writers.writer import Writer


@dataclass(frozen=True, slots=True)
class Form:
    """A form: how its writer is made, of the run's languages and the compression (".gz", ".zst" or "").

    `finish`, where there is one, is called once all shards are written, with the form's folder, the languages
    and the shards' manifests; it writes what stands over all of them and returns the names of those files.
    """

    name: str
    make: Callable[[Sequence[str], str], Writer]
    compressible: bool = False
    finish: Callable[[str, Sequence[str], Iterable[ShardManifest]], list[str]] | None = None


FORMS: Final[Mapping[str, Form]] = MappingProxyType(
    {
        form.name: form
        for form in (
            Form("jsonl", lambda _, packed: JsonlWriter(packed), compressible=True),
            Form("parquet", lambda languages, _: ParquetWriter(languages)),
            Form("tmx", lambda _, packed: TmxWriter(packed), compressible=True),
            Form("xliff", lambda *_: XliffWriter()),
            Form("moses", MosesWriter, compressible=True),
            Form("tsv", TsvWriter, compressible=True),
            Form("html", lambda *_: HtmlWriter(), finish=write_index),
            Form("datasets", lambda languages, _: DatasetWriter(languages), finish=write_card),
        )
    }
)


def form_of(name: str) -> tuple[Form, str]:
    """Return the form and the compression that a name such as "jsonl" or "tmx.gz" asks for.

    Raises UnknownFormError, and OptionError for a form that is not compressed as a whole.
    """
    plain = storage.without_compression(name)
    packed = name[len(plain) :]
    if plain not in FORMS:
        raise UnknownFormError(name, FORMS)
    if packed and not FORMS[plain].compressible:
        able = ", ".join(form.name for form in FORMS.values() if form.compressible)
        raise OptionError(f"The form {plain} is not compressed as a whole; {able} are.")
    return FORMS[plain], packed


def make_writer(name: str, languages: Sequence[str]) -> Writer:
    """Return a writer of a form for a run in these languages; raises as `form_of` does."""
    form, packed = form_of(name)
    return form.make(languages, packed)
