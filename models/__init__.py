"""Checkpoints on disk, and the engines and encoders that run them.

Sees lists of sentences; knows nothing of articles, alignment or HTTP.
"""

from models.catalog import Catalog, Entry, read_catalog
from models.decoding import DecodingSettings
from models.encoder import Encoder
from models.errors import ModelError
from models.hub import pull
from models.loading import load_encoder, load_translator
from models.manifest import write_manifest
from models.store import Installed, Store, default_root, default_store
from models.translation import Translation, Translator

__all__ = [
    "Catalog",
    "DecodingSettings",
    "Encoder",
    "Entry",
    "Installed",
    "ModelError",
    "Store",
    "Translation",
    "Translator",
    "default_root",
    "default_store",
    "load_encoder",
    "load_translator",
    "pull",
    "read_catalog",
    "write_manifest",
]
