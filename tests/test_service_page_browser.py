"""The web page in a real browser, against a server with everything real."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Download, Locator, Page, Route

    Visit = Callable[..., Page]

SHORT = "# Rain\n\nRain fell *all night* on 3 boats. The boats stayed in.\n\nSee <https://a.example/x>.\n"
# No two sentences are alike: a server remembers what it has translated.
LONG = "\n\n".join(f"Boat {number} left the north quay with {3 * number} people." for number in range(400))
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Seen:
    """What a browser said and fetched while a test ran."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.fetched: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))
        page.on("request", lambda request: self.fetched.append(request.url))


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Visit]:
    """Open the page; see at the end that it complained of nothing and asked no other host.

    `refused` says that the server is to refuse something, which browsers write on the console.
    """
    contexts = []
    seen = Seen()
    may_refuse = False

    def open_page(path: str = "/", *, refused: bool = False, before: Any = None, **options: Any) -> Page:
        nonlocal may_refuse
        may_refuse |= refused
        wanted = {"viewport": {"width": 1400, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
        contexts.append(browser.new_context(**{**wanted, **options}))
        page = contexts[-1].new_page()
        seen.watch(page)
        if before is not None:
            before(page)
        page.goto(server + path)
        if path == "/":
            page.wait_for_selector("html[data-ready]", state="attached")
        return page

    yield open_page
    for context in contexts:
        context.close()
    complaints = [
        text for text in seen.said if not (may_refuse and text.startswith("Failed to load resource"))
    ]
    assert complaints == []
    assert {url for url in seen.fetched if not url.startswith((server, "data:", "blob:"))} == set()


def translate(page: Page, text: str = SHORT, **own: str) -> None:
    """Fill the form and wait for the whole result."""
    page.get_by_label("Article in English").fill(text)
    page.locator("#format").select_option("markdown")
    if own:
        page.locator("#own summary").click()
    for language, version in own.items():
        page.locator(f"#own-{language}").fill(version)
    page.locator("#go").click()
    finished(page)


def finished(page: Page) -> None:
    page.wait_for_selector("#downloads:not([hidden])", timeout=120_000)


def sentence(page: Page, row: int, language: str) -> Locator:
    return page.locator(f'#row-{row} .sentence[data-language="{language}"]').first


def focused(page: Page) -> str:
    return page.locator(":focus").inner_text()


def downloaded(page: Page, name: str) -> Download:
    page.locator("#downloads summary").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=name).click()
    return waiting.value


def fulfilled(**answer: Any) -> Callable[[Route], None]:
    """Answer in the server's place."""

    def handle(route: Route) -> None:
        route.fulfill(**answer)

    return handle


def stream(server: str) -> list[str]:
    """The lines of a translation of two sentences into two languages."""
    body = {"text": "Rain fell. It rains.", "targets": ["es", "ru"]}
    accept = {"Accept": "application/x-ndjson"}
    return httpx.post(f"{server}/v1/translate", json=body, headers=accept).text.splitlines()


def faults(page: Page, *rules: str) -> list[tuple[str, list[str]]]:
    """What axe-core finds wrong: rules (all of them, or those named), and where."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
    options = {"runOnly": list(rules)} if rules else {}
    found = axe.Axe().run(page, options=options).response["violations"]
    return [(fault["id"], [str(node["target"]) for node in fault["nodes"]]) for fault in found]


def test_an_article_is_pasted_translated_and_stands_side_by_side(visit: Visit) -> None:
    page = visit()
    translate(page)
    assert page.locator("thead th .language").all_inner_texts() == ["English", "Español", "Русский"]
    assert page.locator("tbody tr.row").count() == 4
    assert page.locator("thead").inner_text().count("machine · starter") == 2
    assert sentence(page, 2, "en").inner_text() == "Rain fell all night on 3 boats."
    assert re.search(r"[а-яё]", sentence(page, 2, "ru").inner_text())
    assert focused(page) == "Side by side"
    assert "starter" in page.locator("#notice").inner_text()
    page.locator("#notice summary").click()
    assert "triptych models pull opus-mt-tc-big-en-es" in page.locator("#notice").inner_text()
    assert page.locator("#live").inner_text().startswith("Done.")
    assert "triptych:" in page.locator("#signature").inner_text()


def test_sentences_appear_while_the_rest_is_translated_and_the_work_can_be_stopped(visit: Visit) -> None:
    page = visit()
    page.get_by_label("Article in English").fill(LONG)
    page.locator("#format").select_option("markdown")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector('#row-1 .sentence[data-language="ru"]')
    assert page.locator(".waiting").count() > 300
    assert re.fullmatch(r"\d+ of 800 sentences", page.locator("#progress-text").inner_text())
    assert page.locator("#progress").get_attribute("value") is not None
    page.get_by_role("button", name="Stop").click()
    assert re.match(r"Stopped at \d+ of 800 sentences", page.locator("#counts").inner_text())
    assert focused(page) == "Start again"
    assert page.locator("#downloads").is_hidden()
    assert page.locator("#alert").is_hidden()


def test_the_example_is_one_click_away_and_can_be_compared_with_a_version_people_wrote(visit: Visit) -> None:
    page = visit()
    page.get_by_role("button", name="Compare an example with its Spanish version").click()
    page.locator("#own-es").wait_for()
    assert page.locator("#targets").get_by_label("Español").is_disabled()  # it is there already
    assert page.locator("#targets").get_by_label("Русский").is_enabled()
    page.get_by_role("button", name="Compare", exact=True).click()
    finished(page)
    assert page.locator("#row-4 .together").first.inner_text() == "--"
    heads = page.locator("thead th .origin").all_inner_texts()
    assert heads == ["given", "given", "machine · starter"]
    [missing] = page.locator(".missing").all()
    assert "petition" in missing.locator("xpath=ancestor::tr").inner_text()
    assert page.locator(".shape").first.inner_text().endswith("2 : 1 : 2")
    page.get_by_label("Show only what is to check").check()
    left = page.locator("tbody tr.row:visible")
    assert 0 < left.count() < page.locator("tbody tr.row").count()
    assert left.count() == page.locator("tbody tr.problem").count()
    page.get_by_label("Show only what is to check").uncheck()
    tmx = downloaded(page, "Translation memory (TMX)")
    text = tmx.path().read_text(encoding="utf-8")
    assert "Los transbordadores nocturnos vuelven" in text


def test_a_comparison_is_watched_while_it_is_translated_and_can_be_stopped(visit: Visit) -> None:
    page = visit()
    page.get_by_label("Article in English").fill(LONG)
    page.locator("#own summary").click()
    page.locator("#own-es").fill(LONG.replace("left the north quay with", "dejó el muelle norte con"))
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_selector('#row-1 .sentence[data-language="ru"]')
    assert re.fullmatch(r"\d+ of 400 sentences", page.locator("#progress-text").inner_text())
    assert page.locator("thead .language").all_inner_texts() == ["English", "Русский"]
    page.get_by_role("button", name="Stop").click()
    assert re.match(r"Stopped at \d+ of 400 sentences", page.locator("#counts").inner_text())


def test_what_was_found_is_said_in_the_interfaces_language(visit: Visit) -> None:
    page = visit()
    page.locator("#targets").get_by_label("Русский").uncheck()
    translate(
        page,
        "It cost 25 euros in 1973.\n\nThe boats stayed in the harbour all night.",
        es="Costó 52 euros en 1973.\n\nLos barcos se quedaron en el puerto toda la noche.",
    )
    assert page.locator("thead .language").all_inner_texts() == ["English", "Español"]
    assert focused(page) == "Side by side"
    note = page.locator("#row-1 .note")
    assert note.inner_text() == "Numbers differ: “English” has 25, “Español” has 52"
    page.get_by_role("button", name="Español", exact=True).click()
    assert note.inner_text() == "Las cifras difieren: «English» dice 25; «Español», 52"
    page.get_by_role("button", name="Русский", exact=True).click()
    assert note.inner_text() == "Числа расходятся: в версии «English» — 25, в версии «Español» — 52"


def test_the_keyboard_moves_along_counterparts_and_edits(visit: Visit) -> None:
    page = visit()
    translate(page)
    sentence(page, 2, "en").focus()
    page.keyboard.press("ArrowRight")
    assert focused(page) == sentence(page, 2, "es").inner_text()
    assert page.locator(".sentence[tabindex='0']").count() == 1
    lit = 'element => getComputedStyle(element).backgroundColor !== "rgba(0, 0, 0, 0)"'
    assert sentence(page, 2, "ru").evaluate(lit)
    assert not sentence(page, 3, "ru").evaluate(lit)
    page.keyboard.press("ArrowDown")
    assert focused(page) == sentence(page, 3, "es").inner_text()
    page.keyboard.press("End")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    assert focused(page) == "Rain"
    page.keyboard.press("ArrowRight")
    machine = focused(page)
    page.keyboard.press("Enter")
    assert page.locator(":focus").input_value() == machine
    page.keyboard.type(" x")
    page.keyboard.press("Escape")
    assert focused(page) == machine
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("aria-label") == "Edit row 1, Español"


def test_an_edit_is_kept_marked_approved_and_goes_into_every_download(visit: Visit, server: str) -> None:
    page = visit()
    translate(page)
    machine = sentence(page, 2, "es").inner_text()
    sentence(page, 2, "es").dblclick()
    field = page.locator(".editor textarea")
    field.fill(" ")
    page.keyboard.press("Control+Enter")
    assert page.locator(".editor .note").inner_text() == "A translation cannot be empty."
    field.fill("Llovió toda la noche sobre 3 barcos.")
    page.get_by_role("button", name="Save").click()
    assert sentence(page, 2, "es").inner_text() == "Llovió toda la noche sobre 3 barcos."
    assert focused(page) == "Llovió toda la noche sobre 3 barcos."
    assert page.locator("#row-2 .approved").inner_text() == "approved"
    remembers = "/v1/memory" in httpx.get(f"{server}/openapi.json").json()["paths"]
    told = "Saved, and approved in the translation memory." if remembers else "Saved in this browser"
    page.get_by_text(told).wait_for()

    document = downloaded(page, "Article: Español")
    text = document.path().read_text(encoding="utf-8")
    assert document.suggested_filename == "rain.es.md"
    assert re.search(r"\*[^*]+\*", text)  # the emphasis has found a place in it
    assert "Machine translation, not checked" in text
    assert "https://a.example/x" in text
    forms = httpx.get(f"{server}/openapi.json").json()["paths"]["/v1/translate"]["post"]["responses"]["200"]
    names = {
        "Side-by-side page (HTML)": "html",
        "Translation memory (TMX)": "tmx",
        "XLIFF: Español": "es.xlf",
        "Table (TSV)": "tsv",
        "All data (JSON)": "json",
    } | ({"Word document (docx)": "docx"} if DOCX in forms["content"] else {})
    for name, extension in names.items():
        got = downloaded(page, name)
        assert got.suggested_filename == f"rain.{extension}"
        content = got.path().read_bytes()
        assert content.startswith(b"PK") if extension == "docx" else b"sobre 3 barcos." in content

    page.reload()
    finished(page)
    assert sentence(page, 2, "es").inner_text() == "Llovió toda la noche sobre 3 barcos."
    page.locator("#row-2 .edit").first.click()
    page.get_by_role("button", name="Back to the machine's").click()
    page.get_by_text("The machine's translation is back.").wait_for()
    assert remembers or sentence(page, 2, "es").inner_text() == machine


def test_the_memory_is_told_of_edits_and_of_their_end(visit: Visit, server: str) -> None:
    told: list[tuple[str, str, object]] = []

    def memory(route: Route) -> None:
        told.append((route.request.method, route.request.url.partition("?")[2], route.request.post_data_json))
        route.fulfill(status=200 if route.request.method == "PUT" else 204, json={})

    def before(page: Page) -> None:
        offers = httpx.get(f"{server}/openapi.json").json()
        offers["paths"]["/v1/memory"] = {}
        page.route("**/openapi.json", fulfilled(json=offers))
        page.route("**/v1/memory**", memory)

    page = visit(before=before)
    translate(page)
    page.locator("#row-3 .edit").nth(1).click()
    page.locator(".editor textarea").fill("Лодки остались.")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Saved, and approved in the translation memory.").wait_for()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Back to the machine's").click()
    page.get_by_text("The machine's translation is back.").wait_for()
    assert told == [
        ("PUT", "", {"source": "The boats stayed in.", "target": "ru", "text": "Лодки остались."}),
        ("DELETE", "source=The+boats+stayed+in.&target=ru", None),
    ]


def test_nothing_is_lost_on_reload_and_edits_outlive_a_change_of_the_article(visit: Visit) -> None:
    page = visit()
    page.get_by_label("Article in English").fill("Rain fell all night.")
    page.locator("#targets input").nth(1).uncheck()
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.get_by_label("Article in English").input_value() == "Rain fell all night."
    assert page.locator("#targets input").nth(1).is_checked() is False
    page.locator("#go").click()
    finished(page)
    page.locator("#row-1 .edit").click()
    page.locator(".editor textarea").fill("Llovió toda la noche.")
    page.keyboard.press("Control+Enter")
    page.get_by_role("button", name="Change the article").click()
    assert focused(page) == "Rain fell all night." or page.locator("#text:focus").count() == 1
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    assert page.locator("#source").is_visible()
    page.get_by_label("Article in English").fill("The boats stayed in. Rain fell all night.")
    page.locator("#go").click()
    finished(page)
    assert sentence(page, 2, "es").inner_text() == "Llovió toda la noche."
    page.get_by_role("button", name="Change the article").click()
    page.get_by_role("button", name="Back to the result").click()
    assert sentence(page, 2, "es").is_visible()
    page.get_by_role("button", name="Change the article").click()
    page.get_by_role("button", name="Clear").click()
    assert page.get_by_label("Article in English").input_value() == ""
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_label("Article in English").input_value().startswith("The boats")


def test_files_are_dropped_and_opened(visit: Visit, tmp_path: Path) -> None:
    def before(page: Page) -> None:
        read = {"text": "# From docx\n", "format": "markdown", "name": "a.docx"}
        page.route("**/v1/documents", fulfilled(json=read))

    page = visit(before=before)
    drop = """([name, text]) => {
        const carried = new DataTransfer();
        carried.items.add(new File([text], name));
        for (const kind of ["dragover", "drop"])
            document.getElementById("text").dispatchEvent(
                new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: carried }));
    }"""
    page.evaluate(drop, ["a.html", "<p>Rain fell.</p>"])
    expect(page.locator("#text")).to_have_value("<p>Rain fell.</p>")
    assert page.locator("#format").input_value() == "html"
    assert page.locator("#extract").is_visible()
    latin = tmp_path / "latin.txt"
    latin.write_bytes(b"caf\xe9")
    page.locator("#file").set_input_files(latin)
    page.get_by_text("latin.txt is not UTF-8 text.").wait_for()
    page.locator("#file").set_input_files({"name": "a.docx", "mimeType": DOCX, "buffer": b"PK"})
    expect(page.locator("#text")).to_have_value("# From docx\n")
    assert page.locator("#alert").is_hidden()


def test_a_file_the_server_cannot_read_is_refused_in_plain_words(visit: Visit) -> None:
    page = visit(refused=True)
    page.locator("#file").set_input_files({"name": "a.xyz", "mimeType": "x/y", "buffer": b"x"})
    page.get_by_text("This server cannot read a.xyz.").wait_for()


def test_pasting_guesses_the_format(visit: Visit) -> None:
    page = visit()
    for text, format in (
        ("# Rain\n\nIt fell.", "markdown"),
        ("<p>Rain.</p>", "html"),
        ("Rain fell.", "text"),
    ):
        page.locator("#text").evaluate(
            """(field, text) => {
                field.value = text;
                const how = { bubbles: true, inputType: "insertFromPaste" };
                field.dispatchEvent(new InputEvent("input", how));
            }""",
            text,
        )
        assert page.locator("#format").input_value() == format


def test_what_goes_wrong_is_said_in_plain_sentences(visit: Visit) -> None:
    page = visit(refused=True)
    page.locator("#go").click()
    assert page.locator("#alert").inner_text().startswith("There is no article yet")
    assert page.locator("#text:focus").count() == 1
    page.get_by_label("Article in English").fill("Hello")
    page.locator("#go").click()
    page.get_by_text("The article is too short: give at least one sentence.").wait_for()
    assert page.locator("#source").is_visible()
    assert page.get_by_label("Article in English").input_value() == "Hello"
    page.get_by_role("button", name="Español").click()
    page.locator("#go").click()
    page.get_by_text("El artículo es demasiado corto: escriba al menos una oración.").wait_for()
    page.route("**/v1/translate", lambda route: route.abort())
    page.locator("#go").click()
    page.get_by_text("El servidor no responde.").wait_for()
    busy = {"status": 429, "headers": {"Retry-After": "7"}, "json": {"type": "urn:triptych:problem:rate"}}
    page.unroute("**/v1/translate")
    page.route("**/v1/translate", fulfilled(**busy))
    page.locator("#go").click()
    page.get_by_text("Inténtelo de nuevo dentro de 7 segundos.").wait_for()


def test_a_server_that_wants_a_key_gets_one(visit: Visit) -> None:
    keys: list[str | None] = []

    def guard(route: Route) -> None:
        key = route.request.headers.get("authorization")
        keys.append(key)
        if key == "Bearer secret":
            route.continue_()
        else:
            refusal = {
                "type": "urn:triptych:problem:key-missing",
                "status": 401,
                "detail": "A key is needed.",
            }
            route.fulfill(status=401, json=refusal)

    page = visit(refused=True, before=lambda page: page.route("**/v1/**", guard))
    page.get_by_text("This server asks for a key.").wait_for()
    page.get_by_label("API key").fill("secret")
    page.get_by_role("button", name="Use this key").click()
    translate(page, "Rain fell all night.")
    assert keys[-1] == "Bearer secret"


def test_a_stream_that_breaks_off_or_fails_says_so_and_keeps_what_came(visit: Visit, server: str) -> None:
    lines = stream(server)
    failure = {"type": "urn:triptych:problem:internal", "status": 500, "detail": "Something went wrong."}
    for last, told in (
        ([], "The connection broke off"),
        ([json.dumps({"type": "problem", "problem": failure})], "Something went wrong."),
    ):
        page = visit()
        answer = "\n".join([*lines[:3], *last, ""])
        page.route("**/v1/translate", fulfilled(body=answer))
        page.get_by_label("Article in English").fill("Rain fell. It rains.")
        page.locator("#go").click()
        page.get_by_text(told).wait_for()
        assert sentence(page, 1, "ru").is_visible()
        assert page.get_by_role("button", name="Start again").is_visible()


def test_the_interface_changes_its_language_and_remembers_it(visit: Visit) -> None:
    page = visit(locale="es-ES")
    assert page.locator("#go").inner_text() == "Traducir"
    translate_spanish = page.get_by_label("Artículo en inglés")
    translate_spanish.fill("Rain fell all night. The boats stayed in.")
    page.locator("#go").click()
    finished(page)
    page.get_by_role("button", name="Русский", exact=True).click()
    assert page.locator("html").get_attribute("lang") == "ru"
    assert page.locator("#result-heading").inner_text() == "Версии рядом"
    assert page.locator("#counts").inner_text().startswith("2 строки")
    assert page.locator("#row-1 .edit").first.get_attribute("aria-label") == "Править строку 1, Español"
    page.reload()
    finished(page)
    assert page.locator("html").get_attribute("lang") == "ru"
    assert page.locator("#change").inner_text() == "Изменить статью"


def test_a_script_in_an_article_stays_text(visit: Visit) -> None:
    page = visit()
    text = 'This <img src="x" onerror="window.ran = 1"> is text. So is <script>window.ran = 1</script> here.'
    page.get_by_label("Article in English").fill(text)
    page.locator("#go").click()
    finished(page)
    assert page.evaluate("window.ran") is None
    assert "onerror" in page.locator("#versions").inner_text()
    assert page.locator("#versions img, #versions script").count() == 0


def test_on_a_phone_everything_is_in_reach(visit: Visit) -> None:
    page = visit(**PHONE)
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(fits)
    translate(page)
    assert page.evaluate(fits)
    boxes = [page.locator(f"#row-2 td:nth-of-type({column})").bounding_box() for column in (1, 2, 3)]
    assert len({box["x"] for box in boxes}) == 1
    for button in page.locator("button:visible, summary:visible").all():
        box = button.bounding_box()
        assert min(box["width"], box["height"]) >= 24, button.inner_text()
    page.locator("#row-2 .edit").first.tap()
    page.locator(".editor textarea").fill("Llovió.")
    page.get_by_role("button", name="Save").tap()
    assert sentence(page, 2, "es").inner_text() == "Llovió."
    assert faults(page) == []


@pytest.mark.parametrize(("scheme", "rules"), [("light", []), ("dark", ["color-contrast"])])
def test_axe_finds_nothing_in_any_state(visit: Visit, server: str, scheme: str, rules: list[str]) -> None:
    page = visit(color_scheme=scheme)
    page.locator("#go").click()  # there is no article: the box says so
    page.locator("#own summary").click()
    assert faults(page, *rules) == []
    page.locator("#own summary").click()
    page.get_by_label("Article in English").fill("Rain fell. It rains.")
    page.route("**/v1/translate", fulfilled(body="\n".join([*stream(server)[:3], ""])))
    page.locator("#go").click()
    page.get_by_role("button", name="Start again").wait_for()
    assert page.locator(".waiting").count() == 2
    assert faults(page, *rules) == []
    page.unroute("**/v1/translate")
    page.get_by_role("button", name="Change the article").click()
    translate(
        page, "# Rain\n\nRain fell on 3 boats, 4 cars and 5 roofs.\n\n    code\n\n---\n\n- One is here.\n"
    )
    page.locator("#notice summary").click()
    page.locator("#row-2 .edit").first.click()
    assert faults(page, *rules) == []
    page.keyboard.press("Control+Enter")
    page.locator("#downloads summary").click()
    assert faults(page, *rules) == []


def test_light_and_dark_both_have_their_colours(visit: Visit) -> None:
    colours = "getComputedStyle(document.body).backgroundColor"
    assert len({visit(color_scheme=scheme).evaluate(colours) for scheme in ("light", "dark")}) == 2


def test_on_paper_only_the_versions_remain(visit: Visit) -> None:
    page = visit(color_scheme="dark")
    translate(page)
    page.emulate_media(media="print", color_scheme="dark")
    for part in ("#change", "#downloads", ".interface", ".edit", ".page-foot"):
        assert page.locator(f"{part}:visible").count() == 0
    assert sentence(page, 2, "ru").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(30, 29, 27)"


def test_the_documentation_of_the_interface_asks_no_other_host(visit: Visit) -> None:
    page = visit("/docs")
    page.locator("#operations-articles-translate_v1_translate_post").wait_for()
