"""The side-by-side page in a real browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from render_fixture import demo, small

from service.render.html import render_html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

    from service.result import Aligned

    Open = Callable[..., Page]

CLEAR = "rgba(0, 0, 0, 0)"


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Open a page of aligned versions, and see at the end that it said and fetched nothing."""
    said: list[str] = []
    fetched: list[str] = []
    contexts = []

    def open_page(aligned: Aligned, **context: object) -> Page:
        path = tmp_path / "page.html"
        path.write_text(render_html(aligned), encoding="utf-8")
        contexts.append(browser.new_context(**{"viewport": {"width": 1400, "height": 900}, **context}))
        page: Page = contexts[-1].new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(path.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []
    assert {url.partition(":")[0] for url in fetched} <= {"file", "data"}


def colour(sentence: Locator) -> str:
    found: str = sentence.evaluate("element => getComputedStyle(element).backgroundColor")
    return found


def sentence(page: Page, row: int, column: int, place: int = 0) -> Locator:
    return page.locator(f"#row-{row} td:nth-of-type({column}) .sentence").nth(place)


def focused(page: Page) -> str:
    return page.locator(":focus").inner_text()


def test_every_version_has_a_column_of_its_own_on_a_desk(opened: Open) -> None:
    page = opened(demo())
    lefts = {page.locator(f"#row-1 td:nth-of-type({column})").bounding_box()["x"] for column in (1, 2, 3)}
    assert len(lefts) == 3
    assert page.locator("thead th").count() == 1 + 3


def test_focus_lights_every_sentence_of_the_row_and_no_other(opened: Open) -> None:
    page = opened(demo())
    sentence(page, 6, 2).focus()
    assert {colour(sentence(page, 6, column, place)) for column, place in ((1, 0), (1, 1), (3, 0))} != {CLEAR}
    assert colour(sentence(page, 6, 2)) not in {CLEAR, colour(sentence(page, 6, 1))}
    assert colour(sentence(page, 5, 1)) == colour(sentence(page, 7, 3)) == CLEAR


@pytest.mark.parametrize("scripts", [True, False])
def test_pointing_lights_the_counterparts_with_and_without_scripts(opened: Open, scripts: bool) -> None:
    page = opened(demo(), java_script_enabled=scripts)
    sentence(page, 4, 1).hover()
    assert colour(sentence(page, 4, 3)) != CLEAR
    assert colour(sentence(page, 3, 3)) == CLEAR


@pytest.mark.parametrize("scripts", [True, False])
def test_the_filter_leaves_only_what_is_to_check(opened: Open, scripts: bool) -> None:
    page = opened(demo(), java_script_enabled=scripts)
    page.get_by_label("Show only what is to check").check()
    assert page.locator("tbody tr:visible").evaluate_all("rows => rows.map(row => row.id)") == [
        f"row-{number}" for number in (7, 9, 10, 12, 14, 25)
    ]
    page.get_by_label("Show only what is to check").uncheck()
    assert page.locator("tbody tr.row:visible").count() == 25


def test_the_arrow_keys_move_between_rows_columns_and_sentences(opened: Open) -> None:
    page = opened(demo())
    sentence(page, 3, 1).focus()
    for key, begins in (
        ("ArrowRight", "PORT BRANNOCH — Por"),
        ("ArrowDown", "El viernes"),
        ("ArrowDown", "Una rueda"),
        ("ArrowDown", "Unas 400"),
        ("ArrowRight", "Около 400"),
        ("ArrowUp", "В пятницу"),
        ("Home", "Приливная"),
        ("ArrowLeft", "El molino de mareas"),
        ("End", "Hay aparcamiento"),
        ("ArrowLeft", "Hay aparcamiento"),
    ):
        page.keyboard.press(key)
        assert focused(page).startswith(begins), key


def test_the_arrow_keys_pass_over_what_the_filter_hides(opened: Open) -> None:
    page = opened(demo())
    page.get_by_label("Show only what is to check").check()
    sentence(page, 7, 1).focus()
    page.keyboard.press("ArrowDown")
    assert focused(page).startswith("The work took six years")


def test_one_sentence_at_a_time_is_in_the_tab_order(opened: Open) -> None:
    page = opened(demo())
    assert page.locator(".sentence[tabindex='0']").count() == 1
    sentence(page, 9, 2).focus()
    assert page.locator(".sentence[tabindex='0']").inner_text().startswith("Las obras")


def test_without_scripts_every_sentence_is_in_the_tab_order(opened: Open) -> None:
    page = opened(demo(), java_script_enabled=False)
    assert page.locator(".sentence[tabindex='0']").count() == page.locator(".sentence").count()


def test_the_exact_score_shows_when_its_row_is_pointed_at(opened: Open) -> None:
    page = opened(demo())
    score = page.locator("#row-7 .score")
    assert score.evaluate("element => getComputedStyle(element).opacity") == "0"
    sentence(page, 7, 1).hover()
    assert score.evaluate("element => getComputedStyle(element).opacity") == "1"
    assert score.inner_text().endswith("0.63")


def test_the_column_heads_stay_in_sight(opened: Open) -> None:
    page = opened(demo())
    page.locator("#row-22").scroll_into_view_if_needed()
    assert page.locator("thead th").nth(2).bounding_box()["y"] == 0


def test_a_script_in_an_article_does_not_run(opened: Open) -> None:
    page = opened(small("<script>window.ran = true</script>", '<img src=x onerror="window.ran = true">'))
    assert page.evaluate("window.ran") is None
    assert sentence(page, 1, 1).inner_text() == "<script>window.ran = true</script>"


@pytest.mark.parametrize("width", [320, 390, 768])
def test_on_a_phone_the_versions_stand_below_one_another(opened: Open, width: int) -> None:
    page = opened(demo(), viewport={"width": width, "height": 800})
    boxes = [page.locator(f"#row-1 td:nth-of-type({column})").bounding_box() for column in (1, 2, 3)]
    assert len({box["x"] for box in boxes}) == 1
    assert boxes[0]["y"] < boxes[1]["y"] < boxes[2]["y"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("#row-1 .label:visible").all_inner_texts() == ["EN", "ES", "RU\nMT"]


@pytest.mark.parametrize("width", [800, 1000, 1400, 2000])
def test_no_width_scrolls_sideways(opened: Open, width: int) -> None:
    page = opened(demo(), viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_light_and_dark_both_have_their_colours(opened: Open) -> None:
    light, dark = (
        opened(demo(), color_scheme=scheme).evaluate("getComputedStyle(document.body).backgroundColor")
        for scheme in ("light", "dark")
    )
    assert light != dark


def test_on_paper_there_is_no_filter_and_no_row_is_broken(opened: Open) -> None:
    page = opened(demo(), color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    assert page.locator(".filter:visible").count() == 0
    assert page.locator("#row-4").evaluate("row => getComputedStyle(row).breakInside") == "avoid"
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(30, 29, 27)"
