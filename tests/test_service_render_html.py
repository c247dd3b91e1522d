from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from lxml import etree, html
from render_fixture import CODE, H2, SIGNATURE, BlockText, P, demo, given, made, row, small

from alignment.findings import Finding, Severity
from service.render.html import render_html
from service.result import Aligned

HOSTILE = [
    "<script>window.ran = true</script>",
    "</style><style>body { display: none }",
    '"><img src=x onerror="window.ran = true">',
    "' onmouseover='window.ran = true",
    "{{ page.signature }} {% raw %} {# gone #}",
    "<!-- gone --> &lt;b&gt; &amp;",
    "</td></tr></table>",
]


def parsed(aligned: Aligned) -> html.HtmlElement:
    return html.document_fromstring(render_html(aligned))


def cells(page: html.HtmlElement, number: int) -> list[html.HtmlElement]:
    return page.xpath(f"//tr[@id='row-{number}']/td")


def texts(element: html.HtmlElement) -> list[str]:
    return [sentence.text_content() for sentence in element.find_class("sentence")]


def test_a_column_for_each_version_and_a_row_for_each_row() -> None:
    page = parsed(demo())
    assert [head.text_content().split() for head in page.xpath("//thead//th")[1:]] == [
        ["English", "given"],
        ["Español", "given"],
        ["Русский", "machine", "·", "starter"],
    ]
    assert [line.get("id") for line in page.find_class("row")] == [f"row-{number}" for number in range(1, 26)]


def test_every_sentence_is_an_element_of_its_own_in_its_language() -> None:
    page = parsed(demo())
    for version in demo().versions:
        found = page.xpath(f"//td//*[@lang='{version.language}']//span[contains(@class, 'sentence')]")
        assert [each.text_content() for each in found] == [each.text for each in version.article.sentences]
    assert len(texts(cells(page, 4)[1])) == 2


def test_blocks_keep_their_structure() -> None:
    page = parsed(demo())
    assert [each.tag for each in page.xpath("//tr[@id='row-1']/td//*[@lang]")] == ["h1"] * 3
    assert [each.tag for each in page.xpath("//tr[@id='row-8']/td//*[@lang]")] == ["h2"] * 3
    assert page.xpath("//tr[@id='row-12']/td//ul/li")
    assert page.xpath("//tr[@id='row-18']/td//blockquote")
    assert "caption" in page.xpath("//tr[@id='row-2']/td//p")[0].get("class")


def test_code_and_rules_that_all_versions_share_go_across() -> None:
    page = parsed(demo())
    code, rule = page.find_class("across")
    assert (code.get("colspan"), rule.get("colspan")) == ("3", "3")
    assert code.text_content().strip().startswith("Mon 12 Jan   06:10-10:00   18:35-22:20\nTue")
    assert rule.find(".//hr") is not None


def test_code_that_one_version_lacks_is_marked_there() -> None:
    english: list[BlockText] = [(P, ["One."]), (CODE, "x < 1")]
    aligned = Aligned((given("en", english), given("es", [(P, ["Uno."])])), (row(en="0", es="0"),), SIGNATURE)
    (line,) = parsed(aligned).find_class("between")
    assert "problem" in line.get("class")
    assert [cell.text_content().split() for cell in line.findall("td")[1:]] == [
        ["en", "x", "<", "1"],
        ["es", "No", "counterpart"],
    ]


def test_a_missing_counterpart_is_said_in_words() -> None:
    english, spanish, russian = cells(parsed(demo()), 10)
    assert spanish.find_class("missing")[0].text_content() == "No counterpart"
    assert not english.find_class("missing")
    assert not russian.find_class("missing")


def test_scores_are_text_and_a_row_of_one_version_has_none() -> None:
    page = parsed(demo())
    heads = {number: page.xpath(f"//tr[@id='row-{number}']/th")[0] for number in (4, 25)}
    words = {number: " ".join(head.text_content().split()) for number, head in heads.items()}
    assert words == {4: "Row 4 match 0.84 sentences 1 : 2 : 1", 25: "Row 25"}


def test_flags_are_shown_in_an_editors_words() -> None:
    flags = [flag.text_content() for flag in parsed(demo()).find_class("flag")]
    assert flags == ["repeats itself", "numbers differ", "left untranslated"]


def test_score_and_similarity_are_told_of_every_machine_made_sentence_and_shown_beside_its_flags() -> None:
    page = parsed(demo())
    told = [sentence.get("title") for sentence in page.find_class("sentence") if sentence.get("title")]
    assert len(told) == 25
    assert told[0] == "score −0.41, similarity 0.81"
    assert [sure.text_content() for sure in page.find_class("sure")] == ["score −1.88, similarity 0.81"] * 3


def test_an_unknown_flag_is_shown_as_it_is() -> None:
    blocks: list[BlockText] = [(P, ["One."])]
    versions = (given("en", blocks), made("ru", blocks, {0: ("<new>",)}))
    page = parsed(Aligned(versions, (row(en="0", ru="0"),), SIGNATURE))
    assert [flag.text_content() for flag in page.find_class("flag")] == ["<new>"]


def test_what_a_person_approved_and_terms_that_are_kept_are_nothing_to_check() -> None:
    blocks: list[BlockText] = [(P, ["One.", "Two.", "Three."])]
    flags = {0: ("approved", "numbers"), 1: ("glossary",), 2: ("glossary-missed",)}
    rows = tuple(row(en=number, ru=number) for number in "012")
    page = parsed(Aligned((given("en", blocks), made("ru", blocks, flags)), rows, SIGNATURE))
    assert [flag.text_content() for flag in page.find_class("flag")] == ["glossary term missing"]
    (approved, legend) = page.find_class("approved")
    assert approved.text_content() == legend.text_content() == "approved"
    assert [line.get("id") for line in page.find_class("problem")] == ["row-3"]
    assert not parsed(demo()).find_class("approved")


def test_everything_to_check_is_listed_with_a_link_to_its_row() -> None:
    listed = parsed(demo()).xpath("//section[@id='to-check']/ol/li")
    assert [each.find("a").get("href") for each in listed] == [
        f"#row-{number}" for number in (7, 9, 10, 12, 14, 25)
    ]
    assert [" ".join(each.text_content().split()) for each in listed][:2] == [
        "Row 7 Russian: ru may not say the same as en here Russian: repeats itself",
        "Row 9 Spanish: en has 1.2 where es has 1,4",
    ]


def test_every_link_leads_somewhere_on_the_page() -> None:
    page = parsed(demo())
    anchors = {each.get("id") for each in page.xpath("//*[@id]")}
    assert {each.get("href") for each in page.xpath("//a")} <= {f"#{anchor}" for anchor in anchors}


def test_an_unmatched_row_without_findings_is_to_be_checked_too() -> None:
    blocks: list[BlockText] = [(P, ["One."])]
    versions = tuple(given(language, blocks) for language in ("en", "es", "ru"))
    page = parsed(Aligned(versions, (row(en="0", es="", ru=""), row(en="", es="0", ru="0")), SIGNATURE))
    assert [each.text_content().strip() for each in page.xpath("//section//ul/li")] == [
        "No counterpart in Spanish and Russian",
        "No counterpart in English",
    ]


def test_versions_without_problems_offer_no_filter() -> None:
    page = parsed(small("One."))
    assert not page.xpath("//input")
    assert not page.xpath("//section[@id='to-check']")


def test_a_machine_made_version_is_announced_with_its_checkpoint() -> None:
    (notice,) = parsed(demo()).find_class("notice")
    words = " ".join(notice.text_content().split())
    assert "Russian (starter) was translated by machine." in words
    assert "check every sentence" in words
    assert not parsed(small("One.")).find_class("notice")


def test_the_title_is_the_first_heading_else_the_first_sentence() -> None:
    assert parsed(demo()).findtext("head/title") == "The tide mill turns again in Port Brannoch"
    assert parsed(small("One.")).findtext("head/title") == "One."
    long = parsed(small("word " * 40)).findtext("head/title")
    assert len(long) <= 90
    assert long.endswith("word…")
    assert parsed(Aligned((given("en", []),), (), SIGNATURE)).findtext("head/title") == "Side by side"


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_an_article_says_stays_text(text: str) -> None:
    page = parsed(small(text))
    assert texts(cells(page, 1)[0]) == [text]
    assert len(page.xpath("//script")) == len(page.xpath("//style")) == 1
    assert not page.xpath("//img")
    assert not page.xpath("//@*[starts-with(name(), 'on')]")


@pytest.mark.parametrize("text", HOSTILE)
def test_headings_code_findings_and_signatures_stay_text(text: str) -> None:
    blocks: list[BlockText] = [(H2, [text]), (CODE, text)]
    finding = Finding(0, "es", "weak", Severity.NOTE, text)
    versions = (given("en", blocks), given("es", blocks))
    page = parsed(Aligned(versions, (row(en="0", es="0"),), text, (finding,)))
    assert page.findtext("head/title") == text
    assert page.xpath("//code")[0].text_content() == text
    assert text in page.find_class("note")[0].text_content()
    assert page.find_class("signature")[0].text_content() == text
    assert len(page.xpath("//script")) == len(page.xpath("//style")) == 1


def test_the_policy_names_the_style_and_the_script_by_their_hashes() -> None:
    source = render_html(demo())
    policy = html.document_fromstring(source).xpath("//meta[@http-equiv]")[0].get("content")
    for tag in ("style", "script"):
        (inline,) = re.findall(f"<{tag}>(.*?)</{tag}>", source, re.DOTALL)
        digest = b64encode(sha256(inline.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none';")


def test_nothing_is_loaded_and_nothing_is_styled_or_scripted_in_place() -> None:
    page = parsed(demo())
    assert page.xpath("//@src") == []
    assert [each.get("href") for each in page.xpath("//link")] == ["data:,"]
    assert page.xpath("//@style") == []


def test_a_long_address_may_be_broken_and_is_copied_whole() -> None:
    address = "https://www.portbrannoch.example/harbour/soundings?year=2026&month=1"
    (cell, _) = cells(parsed(small(address)), 1)
    assert cell.text_content().split()[-1] == address
    assert len(cell.findall(".//wbr")) > 3


def test_a_dash_of_hyphens_is_not_broken_and_a_long_rule_is() -> None:
    (cell, _) = cells(parsed(small("Rain -- again --- and ---- then a-b.")), 1)
    assert [part.text_content() for part in cell.find_class("together")] == ["--", "---"]
    assert texts(cell) == ["Rain -- again --- and ---- then a-b."]


def test_a_language_written_from_right_to_left_runs_so() -> None:
    aligned = Aligned(
        (given("en", [(P, ["One."])]), given("he", [(P, ["אחת."])])), (row(en="0", he="0"),), SIGNATURE
    )
    assert parsed(aligned).xpath("//p[@lang='he']/@dir") == ["rtl"]


def test_control_characters_do_not_break_the_page() -> None:
    source = render_html(small("a\x00b\ud800c\x1b"))
    source.encode()
    assert "a�b�c�" in source


def test_the_page_is_well_formed() -> None:
    source = render_html(demo())
    parser = etree.HTMLParser(recover=False)
    etree.fromstring(source.encode(), parser)
    # libxml2 knows HTML 4: the elements that came later are all it may complain of.
    assert {error.message for error in parser.error_log} <= {
        f"Tag {tag} invalid" for tag in ("header", "main", "section", "footer", "svg", "rect", "wbr")
    }


def test_the_same_input_gives_the_same_page() -> None:
    assert render_html(demo()) == render_html(demo())
