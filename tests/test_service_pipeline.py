from __future__ import annotations

import pytest
from service_fakes import FakeTranslator, fake_pipeline

from models.catalog import Catalog, Entry, Kind
from models.catalog import Origin as From
from models.errors import CheckpointMissingError, UnknownCheckpointError, UnsupportedTargetError
from service.acceptance import Limits
from service.article import Article, Format
from service.engines import Engines
from service.errors import EditError, EmptyArticleError, LanguageError, LimitError, VersionsError
from service.events import Begun, Finished, Translated
from service.formats import read
from service.observer import Unobserved
from service.result import Origin


def article(text: str, language: str = "en") -> Article:
    return read(text, Format.TEXT, language)


RAIN = (
    "Heavy rain fell on the old harbour all night. Every fishing boat stayed in behind its wall."
    " Nobody in town went out before noon."
)


def test_every_target_is_translated_and_sentences_share_a_row() -> None:
    aligned = fake_pipeline().translate(article(RAIN), ["es", "ru"])
    assert [(v.language, v.origin, v.checkpoint) for v in aligned.versions] == [
        ("en", Origin.GIVEN, None),
        ("es", Origin.MACHINE, "starter"),
        ("ru", Origin.MACHINE, "starter"),
    ]
    assert [dict(row.sentences) for row in aligned.rows] == [
        {"en": (index,), "es": (index,), "ru": (index,)} for index in range(3)
    ]
    assert all(row.score > 0.9 for row in aligned.rows)
    assert aligned.signature == "triptych:0.0 starter|fake encoder:letters"


def test_given_versions_are_aligned_without_an_engine() -> None:
    aligned = fake_pipeline().align([article(RAIN), article(RAIN.upper(), "es")])
    assert [dict(row.sentences) for row in aligned.rows] == [{"en": (i,), "es": (i,)} for i in range(3)]
    assert aligned.signature == "triptych:0.0 encoder:letters"
    assert aligned.findings == ()


def test_a_missing_version_is_made_by_machine_to_compare_with() -> None:
    shorter = article(
        "HEAVY RAIN FELL ON THE OLD HARBOUR ALL NIGHT. NOBODY IN TOWN WENT OUT BEFORE NOON.", "es"
    )
    aligned = fake_pipeline().compare([article(RAIN), shorter], ["ru"])
    assert [version.origin for version in aligned.versions] == [Origin.GIVEN, Origin.GIVEN, Origin.MACHINE]
    assert [dict(row.sentences) for row in aligned.rows] == [
        {"en": (0,), "es": (0,), "ru": (0,)},
        {"en": (1,), "es": (), "ru": (1,)},
        {"en": (2,), "es": (1,), "ru": (2,)},
    ]
    assert [(finding.row, finding.language, finding.kind) for finding in aligned.findings] == [
        (1, "es", "missing")
    ]


@pytest.mark.parametrize("text", ["", " \n ", "Hello", "---\n"])
def test_an_article_of_less_than_two_words_is_refused(text: str) -> None:
    with pytest.raises(EmptyArticleError, match="give at least one sentence"):
        fake_pipeline().translate(article(text), ["es"])


def test_limits_are_named_with_what_was_found() -> None:
    pipeline = fake_pipeline(limits=Limits(characters=40, sentences=2))
    with pytest.raises(LimitError, match="128 characters, the limit is 40"):
        pipeline.translate(article(RAIN), ["es"])
    with pytest.raises(LimitError, match="3 sentences, the limit is 2"):
        pipeline.align([article("Rain fell. Boats stayed. Nobody left."), article("Rain fell.", "es")])


def test_languages_that_cannot_be_had_are_refused_by_name() -> None:
    pipeline = fake_pipeline()
    with pytest.raises(LanguageError, match='"xx" is unknown for translation; there are es, ru'):
        pipeline.translate(article(RAIN), ["xx"])
    with pytest.raises(LanguageError, match='"es" is unknown for translation from; there are en'):
        pipeline.translate(article(RAIN, "es"), ["ru"])
    with pytest.raises(LanguageError, match='"xx" is unknown for alignment'):
        pipeline.align([article(RAIN), article(RAIN, "xx")])


def test_a_language_given_twice_is_refused() -> None:
    with pytest.raises(VersionsError, match='"es" is given twice'):
        fake_pipeline().translate(article(RAIN), ["es", "es"])
    with pytest.raises(VersionsError, match='"en" is given twice'):
        fake_pipeline().translate(article(RAIN), ["en"])
    with pytest.raises(VersionsError, match='"en" is given twice'):
        fake_pipeline().align([article(RAIN), article(RAIN)])


def test_comparing_needs_two_versions_and_translating_an_english_one() -> None:
    with pytest.raises(VersionsError, match="at least"):
        fake_pipeline().compare([article(RAIN)])
    with pytest.raises(VersionsError, match="give the en version"):
        fake_pipeline().compare([article(RAIN, "es")], ["ru"])


def test_a_spanish_article_is_translated_where_there_is_a_way() -> None:
    pipeline = fake_pipeline()
    entries = [
        Entry(name, Kind.TRANSLATOR, "", From.SHIPPED, "fast", source, {target: ""})
        for name, source, target in (("es-en", "es", "en"), ("en-ru", "en", "ru"))
    ]
    translators = {entry.id: FakeTranslator(targets=tuple(entry.targets)) for entry in entries}
    for name, translator in translators.items():
        translator.checkpoint_id, translator.signature = name, f"{name}|fake"
    pipeline.engines = Engines(translators.__getitem__, lambda: entries, Catalog(tuple(entries)))
    aligned = pipeline.translate(article(RAIN, "es"), ["en", "ru"])
    assert [version.checkpoint for version in aligned.versions] == [None, "es-en", "es-en+en-ru"]
    assert aligned.signature == "triptych:0.0 es-en|fake es-en|fake+en-ru|fake encoder:letters"
    compared = pipeline.compare([article(RAIN, "es")], ["ru"])
    assert [version.language for version in compared.versions] == ["es", "ru"]
    assert [dict(row.sentences) for row in compared.rows] == [{"es": (i,), "ru": (i,)} for i in range(3)]


def test_a_model_that_is_not_there_says_how_to_get_it() -> None:
    pipeline = fake_pipeline()
    with pytest.raises(CheckpointMissingError, match="triptych models pull opus-mt-en-es"):
        pipeline.translate(article(RAIN), ["es"], model="opus-mt-en-es")
    with pytest.raises(UnknownCheckpointError, match='no "nonesuch"'):
        pipeline.translate(article(RAIN), ["es"], model="nonesuch")


def test_a_named_model_must_know_the_target() -> None:
    pipeline = fake_pipeline(FakeTranslator(targets=("es",)))
    with pytest.raises(UnsupportedTargetError, match='does not translate into "ru"'):
        pipeline.translate(article(RAIN), ["ru"], model="starter")


LONG = " ".join(f"Boat number {index} stayed in the harbour." for index in range(40))


def test_a_stream_run_to_its_end_is_the_translation() -> None:
    *events, finished = fake_pipeline().stream(article(LONG), ["es", "ru"])
    assert isinstance(finished, Finished)
    whole = fake_pipeline().translate(article(LONG), ["es", "ru"])
    assert finished.aligned == whole
    begun = events[0]
    assert isinstance(begun, Begun)
    assert begun.signature == whole.signature
    for version in whole.versions[1:]:
        told = [
            event for event in events if isinstance(event, Translated) and event.language == version.language
        ]
        assert tuple(found for event in told for found in event.translations) == version.translations


def test_a_stream_translates_no_further_than_it_is_read() -> None:
    translator = FakeTranslator()
    events = fake_pipeline(translator).stream(article(LONG), ["es", "ru"])
    next(events)
    assert translator.asked == []
    next(events)
    assert len(translator.asked) == 1
    events.close()  # type: ignore[attr-defined]
    assert len(translator.asked) == 1


def test_a_stream_refuses_what_a_translation_refuses_before_anything_happens() -> None:
    with pytest.raises(LanguageError, match='"xx" is unknown'):
        next(fake_pipeline().stream(article(RAIN), ["es", "xx"]))
    with pytest.raises(EmptyArticleError):
        next(fake_pipeline().stream(article("Hello"), ["es"]))


def test_an_edit_stands_in_place_of_the_machines_translation() -> None:
    translator = FakeTranslator()
    edits = {"es": {1: "Todos los barcos se quedaron."}}
    aligned = fake_pipeline(translator).translate(article(RAIN), ["es"], edits=edits)
    spanish = aligned.versions[1].article
    assert [sentence.text for sentence in spanish.sentences][1] == "Todos los barcos se quedaron."
    assert "Every fishing boat stayed in behind its wall." not in translator.asked
    plain = fake_pipeline().translate(article(RAIN), ["es"])
    assert aligned.signature.startswith(f"{plain.signature} edits:")
    compared = fake_pipeline().compare([article(RAIN)], ["es"], edits=edits)
    assert compared.versions[1].article == spanish


@pytest.mark.parametrize(
    ("edits", "message"),
    [
        ({"es": {3: "x"}}, "has 3, counted from 0"),
        ({"es": {0: " "}}, "is empty"),
        ({"es": {0: "\ud800"}}, "surrogate"),
        ({"ru": {0: "x"}}, 'edits for "ru"'),
    ],
)
def test_an_edit_that_cannot_stand_is_refused(edits: dict[str, dict[int, str]], message: str) -> None:
    with pytest.raises(EditError, match=message):
        fake_pipeline().translate(article(RAIN), ["es"], edits=edits)
    with pytest.raises(EditError, match=message):
        fake_pipeline().compare([article(RAIN)], ["es"], edits=edits)


def test_similarity_can_be_left_out_and_the_signature_tells() -> None:
    article = read("Rain fell. The boats stayed in.", Format.TEXT, "en")
    aligned = fake_pipeline().translate(article, ["es"], similarity=False)
    assert [translation.similarity for translation in aligned.versions[1].translations] == [None, None]
    assert "encoder:unused" in aligned.signature
    assert [round(row.score, 4) for row in aligned.rows] == [0.6065, 0.6065]  # e to the -0.5
    assert [row.sentences for row in aligned.rows] == [{"en": (0,), "es": (0,)}, {"en": (1,), "es": (1,)}]


def test_every_stage_is_told_of() -> None:
    class Stages(Unobserved):
        def __init__(self) -> None:
            self.names: list[str] = []

        def stage(self, name: str, seconds: float) -> None:
            assert seconds >= 0
            self.names.append(name)

    stages = Stages()
    pipeline = fake_pipeline(observer=stages)
    article = read("Rain fell. The boats stayed in.", Format.TEXT, "en")
    pipeline.translate(article, ["es"])
    assert stages.names == ["translate", "build", "align"]
    spanish = read("RAIN FELL. THE BOATS STAYED IN.", Format.TEXT, "es")
    stages.names.clear()
    pipeline.compare([article, spanish], ["ru"])
    assert stages.names == ["align", "translate", "build", "align", "audit"]
