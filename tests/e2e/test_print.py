"""The map on paper: areas and sums; never a household, never a family's colour."""

from playwright.sync_api import expect

from tests.e2e.pages import settled


def printed(page) -> tuple[bytes, str]:
    """The PDF, and the text of the sheet that was printed."""
    pdf = page.pdf(prefer_css_page_size=True)
    page.emulate_media(media="print")
    return pdf, page.locator("#print").inner_text()


def colours(page) -> int:
    """How many different pixels the printed map has: one when it is blank."""
    return page.evaluate(
        "() => { const c = document.querySelector('#print canvas');"
        " const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        " return new Set(new Uint32Array(d.buffer)).size; }"
    )


def test_a_village_prints_with_map_legend_and_table(pages):
    page = pages.of("head")
    pdf, text = printed(page)
    assert pdf.startswith(b"%PDF") and len(pdf) > 20_000
    assert b"/MediaBox [0 0 594" in pdf or b"/MediaBox [0 0 595" in pdf  # A4
    assert "柳村 · 主要服务方式" in text
    assert "密切关注" in text  # the legend
    assert "柳村第1网格" in text
    assert "边界为虚构" in text
    assert colours(page) > 20
    expect(page.locator(".shell")).to_be_hidden()


def test_a_grid_prints_without_its_households_even_while_one_is_open(pages):
    page = pages.of("lan", path="/#/999001101201001")
    page.click("[data-uuid] >> nth=0")
    settled(page)
    _, text = printed(page)
    assert "0001" not in text
    assert "每月上门陪伴一次" not in text


def test_numbers_below_five_are_not_printed(pages):
    page = pages.of("lan")
    page.select_option("#mode", "share-1")  # one of twelve families
    expect(page.locator("[data-code='999001101201001'] .row-value")).to_have_text("8.3%")
    _, text = printed(page)
    row = next(line for line in text.splitlines() if line.startswith("柳村第1网格"))
    assert "8.3%" not in text
    assert "少于5户" in row
    assert "少于5" in row.split("\t")[2]  # four are not assessed


def test_the_screen_is_as_it_was_after_printing(pages):
    page = pages.of("head", path="/#/999001101201001")
    before = page.locator("#map").screenshot()
    printed(page)
    page.emulate_media(media="screen")
    settled(page)
    assert page.locator("#map").screenshot() == before
