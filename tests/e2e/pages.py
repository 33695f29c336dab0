"""Pages under watch, and what one does on the map."""

import json
import math
import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

PHONE = "Pixel 5"
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
AXE = Path(__file__).resolve().parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"


class Pages:
    def __init__(self, browser: Browser, address: str, session_of):
        self.browser = browser
        self.address = address
        self.session_of = session_of
        self.problems: list[str] = []
        self.contexts = []
        # For a test that cuts the network: what the browser then says is no fault of the page.
        self.forgive = re.compile(r"(?!)")

    def of(self, name: str | None, *, phone: bool = False, path: str = "/", look=None) -> Page:
        """A new window in which `name` (None: nobody) is signed in, at `path`."""
        look = look or (self.browser.phone if phone else DESKTOP)
        context = self.browser.new_context(**look, locale="zh-CN", base_url=self.address)
        context.set_default_timeout(8000)
        self.contexts.append(context)
        if name:
            cookie = {"name": "sessionid", "value": self.session_of(name), "url": self.address}
            context.add_cookies([cookie])
        page = context.new_page()
        self._watch(page)
        page.goto(path)
        if name:
            settled(page)
        return page

    def _watch(self, page: Page) -> None:
        def console(message):
            if message.type == "error" and not self.forgive.search(message.text):
                self.problems.append(f"console: {message.text} {message.location}")

        def request(asked):
            if not asked.url.startswith((self.address, "data:", "blob:")):
                self.problems.append(f"left the server: {asked.url}")

        page.on("console", console)
        page.on("pageerror", lambda error: self.problems.append(f"page error: {error}"))
        page.on("request", request)

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.problems, self.problems


def settled(page: Page) -> None:
    """The page is there; on the map, with its tiles, and nothing glides any more."""
    page.wait_for_selector("body[data-ready]", state="attached")
    if not page.locator("#map").count():
        return
    page.wait_for_selector("#list .skeleton", state="detached")
    page.wait_for_selector("#busy:not(.is-busy)", state="attached")
    at = None
    while at != (at := page.evaluate("location.hash")):
        page.wait_for_timeout(400)
    page.wait_for_selector("#busy:not(.is-busy)", state="attached")


def heading(page: Page, name: str) -> None:
    expect(page.locator("#area-name")).to_have_text(name)


def _mercator(lon: float, lat: float) -> tuple[float, float]:
    radius = 6378137
    return (
        math.radians(lon) * radius,
        math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) * radius,
    )


def place_on_screen(page: Page, lon: float, lat: float) -> tuple[float, float]:
    place = re.search(r"at=([\d.,-]+)", page.evaluate("location.hash"))
    centre_lon, centre_lat, zoom = map(float, place[1].split(","))
    resolution = 2 * math.pi * 6378137 / 256 / 2**zoom
    x0, y0 = _mercator(centre_lon, centre_lat)
    x, y = _mercator(lon, lat)
    box = page.locator("#map").bounding_box()
    return (
        box["x"] + box["width"] / 2 + (x - x0) / resolution,
        box["y"] + box["height"] / 2 - (y - y0) / resolution,
    )


def click_map(page: Page, lon: float, lat: float) -> None:
    """Click (or tap) a place on the map, which must not lie under a panel."""
    at = place_on_screen(page, lon, lat)
    under = "([x, y]) => document.elementFromPoint(x, y)?.closest('#map') !== null"
    assert page.evaluate(under, list(at)), f"{at} lies under a panel or outside"
    if page.evaluate("matchMedia('(pointer: coarse)').matches"):
        page.touchscreen.tap(*at)
    else:
        page.mouse.click(*at)


def faults(page: Page) -> list[str]:
    """What axe-core finds wrong, one line each."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        "async () => (await axe.run(document, {rules: {'target-size': {enabled: true}}})).violations"
    )
    return [
        f"{fault['id']}: {json.dumps([node['target'] for node in fault['nodes']], ensure_ascii=False)}"
        for fault in found
    ]
