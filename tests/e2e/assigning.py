"""What one does on the assign page, and where in the third town."""

from itertools import pairwise

from playwright.sync_api import expect

from tests.e2e import south
from tests.e2e.pages import place_on_screen, settled

MIDDLE = south.SOUTH + south.SIDE / 2
TONG1 = south.WEST + south.SIDE / 4
TONG2 = south.WEST + 3 * south.SIDE / 4
BOTH = [
    (south.WEST - 0.001, south.SOUTH - 0.001),
    (south.WEST + south.SIDE - 0.0005, south.SOUTH - 0.001),
    (south.WEST + south.SIDE - 0.0005, south.SOUTH + south.SIDE + 0.001),
    (south.WEST - 0.001, south.SOUTH + south.SIDE + 0.001),
]
# The designer compiles its loops the first time.
SLOW = 90_000
TABLET = {"viewport": {"width": 820, "height": 1180}, "has_touch": True, "is_mobile": True}


def choose(page, *names):
    """By the list."""
    while (fold := page.locator("button.fold[aria-expanded=false]")).count():
        fold.first.click()
    for name in names:
        page.locator(".grid-row", has_text=name).locator("input").check()
    settled(page)


def card(page, name):
    return page.locator(f".member[aria-label='示例{name}']")


def carry(page, row, to):
    """By the mouse, from the list onto a card; the cards draw together while one carries."""
    at = row.locator("label").bounding_box()
    page.mouse.move(at["x"] + 30, at["y"] + 10)
    page.mouse.down()
    page.mouse.move(at["x"] + 90, at["y"] + 30, steps=3)
    expect(page.locator(".carried")).to_be_visible()
    page.wait_for_timeout(100)
    target = to.bounding_box()
    page.mouse.move(target["x"] + 60, target["y"] + 20, steps=5)
    page.mouse.up()


def saved(page, text):
    expect(page.locator(".draft-state")).to_contain_text(text)


def draw(page, points):
    at = [place_on_screen(page, *point) for point in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in [*at[1:], at[0]]:
        page.mouse.move(*point, steps=6)
    page.mouse.up()


def draw_by_finger(page, points):
    finger(page, [place_on_screen(page, *point) for point in [*points, points[0]]])


def finger(page, at):
    """A finger put down, drawn over these points of the screen, and lifted."""
    session = page.context.new_cdp_session(page)

    def touch(kind, where):
        spots = [{"x": x, "y": y} for x, y in where]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": spots})

    touch("touchStart", [at[0]])
    for (x0, y0), (x1, y1) in pairwise(at):
        for i in range(1, 9):
            touch("touchMove", [(x0 + (x1 - x0) * i / 8, y0 + (y1 - y0) * i / 8)])
    touch("touchEnd", [])
