from __future__ import annotations

from service_fakes import FakeTranslator

from service.formats.lines import read_lines
from service.prefetch import prefetched


def test_sentences_of_all_texts_are_asked_for_once_and_the_rest_when_it_comes() -> None:
    inner = FakeTranslator()
    texts = [read_lines(text, "en") for text in ("One. Two.", "Two.", "12")]
    translator = prefetched(inner, texts, "es")
    assert inner.asked == ["One.", "Two."]
    found = translator.translate(["Two.", "three", "One."], target="es")
    assert [translation.text for translation in found] == ["TWO.", "THREE", "ONE."]
    assert inner.asked == ["One.", "Two.", "three"]
    assert (translator.checkpoint_id, translator.targets, translator.signature) == (
        "starter",
        ("es", "ru"),
        "starter|fake",
    )
