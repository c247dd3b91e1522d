"""What goes in and out of the DeepL API."""

# No postponed annotations here: pydantic reads them.
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field

from service.compat.body import File, Names, Texts

MOST_TEXTS = 50


def _text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Language = Annotated[str, Field(min_length=2, max_length=12, examples=["ES"])]
Formality = Literal["default", "more", "less", "prefer_more", "prefer_less"]


class ErrorOut(BaseModel):
    """What went wrong."""

    message: str = Field(examples=["Bad request"])
    detail: str = Field(examples=["target_lang: Field required"])


class TranslateIn(BaseModel):
    """Texts and how to translate them."""

    text: Texts = Field(examples=[["The boats stayed in."]], min_length=1, max_length=MOST_TEXTS)
    target_lang: Language
    source_lang: Language | None = None
    context: str | None = Field(default=None, description="Accepted; these models take no context")
    split_sentences: Annotated[Literal["0", "1", "nonewlines"] | None, BeforeValidator(_text)] = Field(
        default=None,
        description='Where sentences end; "1", at punctuation and line breaks, is the default for plain text',
    )
    preserve_formatting: bool = Field(default=False, description="Accepted; formatting is always kept")
    formality: Formality = "default"
    glossary_id: str | None = None
    glossary_ids: Names | None = Field(default=None, max_length=5)
    show_billed_characters: bool = Field(default=True, description="Accepted; they are always shown")
    tag_handling: Literal["xml", "html"] | None = None
    tag_handling_version: str | None = None
    outline_detection: bool = True
    splitting_tags: Names = Field(default_factory=list)
    non_splitting_tags: Names = Field(default_factory=list)
    ignore_tags: Names = Field(default_factory=list)
    model_type: Literal["quality_optimized", "prefer_quality_optimized", "latency_optimized"] | None = None


class TranslationOut(BaseModel):
    """A text's translation."""

    detected_source_language: str = Field(examples=["EN"])
    text: str = Field(examples=["Los barcos se quedaron."])
    billed_characters: int = Field(examples=[20])
    model_type_used: str | None = None


class TranslationsOut(BaseModel):
    """The translations, in the order of the texts."""

    translations: list[TranslationOut]


class LanguageOut(BaseModel):
    """A language."""

    language: str = Field(examples=["ES"])
    name: str = Field(examples=["Spanish"])
    supports_formality: bool | None = None


class UsageOut(BaseModel):
    """Characters of this month, and how many there may be."""

    character_count: int
    character_limit: int


class GlossaryIn(BaseModel):
    """A new glossary."""

    name: str = Field(min_length=1, max_length=1_024, examples=["Harbour"])
    source_lang: Language
    target_lang: Language
    entries: str = Field(examples=["quay\tmuelle"])
    entries_format: Literal["tsv", "csv"]


class GlossaryOut(BaseModel):
    """A glossary without its entries."""

    glossary_id: str
    name: str
    ready: bool
    source_lang: str
    target_lang: str
    creation_time: str
    entry_count: int


class GlossariesOut(BaseModel):
    """All glossaries of a key."""

    glossaries: list[GlossaryOut]


class PairOut(BaseModel):
    """A pair of languages that a glossary can have."""

    source_lang: str
    target_lang: str


class PairsOut(BaseModel):
    """All pairs of languages that a glossary can have."""

    supported_languages: list[PairOut]


class DocumentIn(BaseModel):
    """A document and how to translate it."""

    file: File
    filename: str | None = None
    target_lang: Language
    source_lang: Language | None = None
    output_format: str | None = None
    formality: Formality = "default"
    glossary_id: str | None = None
    glossary_ids: Names | None = Field(default=None, max_length=5)


class DocumentKey(BaseModel):
    """The key that came with a document's id."""

    document_key: str


class DocumentOut(BaseModel):
    """A document's id, and the key to ask about it."""

    document_id: str
    document_key: str


class StatusOut(BaseModel):
    """How far a document is."""

    document_id: str
    status: Literal["queued", "translating", "done", "error"]
    seconds_remaining: int | None = None
    billed_characters: int | None = None
    error_message: str | None = None


# Left out, these would change a translation without a word.
UNSUPPORTED = ("style_id", "custom_instructions", "translation_memory_id")


def unsupported(fields: dict[str, Any]) -> str | None:
    """Return the first field that asks for what there is not."""
    return next((name for name in UNSUPPORTED if fields.get(name)), None)
