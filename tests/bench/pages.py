"""The map page in a browser without a GPU: weight, first idle, and how smoothly it pans."""

import os
import statistics
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from boundaries.models import Division
from core.geometry import bbox_of, edges
from tests.bench.server import site
from tests.bench.standing import cookie, stand

LIMITS = {
    "first idle, cold cache": (1500, "ms"),
    "first idle, warm cache": (700, "ms"),
    "pan frame at z11": (33, "ms"),
    "pan frame at z13": (33, "ms"),
    "pan frame at z16": (33, "ms"),
    "JS + CSS, gzipped": (450, "kB"),
}
# z14 has no budget, but is the first zoom at which families are drawn.
ZOOMS = [11, 13, 14, 16]
VIEW = {"width": 1280, "height": 800}

# When the page came to rest: the list is there, no tile is under way, and so for 200 ms.
WATCH_IDLE = """
window.idle = new Promise((tell) => {
  let since = null;
  const look = () => {
    const quiet = document.body?.dataset.ready && !document.querySelector("#busy.is-busy");
    if (!quiet) since = null;
    else if (since === null) since = performance.now();
    else if (performance.now() - since > 200) return tell(since);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""
WATCH_FRAMES = """
() => {
  window.frames_seen = [];
  let last = null;
  const look = (now) => {
    if (last !== null) window.frames_seen.push(now - last);
    last = now;
    window.frame_watch = requestAnimationFrame(look);
  };
  window.frame_watch = requestAnimationFrame(look);
}
"""
STOP_FRAMES = "() => { cancelAnimationFrame(window.frame_watch); return window.frames_seen; }"
WEIGHT = """
() => performance.getEntriesByType("resource")
  .filter((entry) => /\\.(js|css)$/.test(new URL(entry.name).pathname))
  .reduce((sum, entry) => sum + entry.encodedBodySize, 0)
"""


def run(quick: bool, say: Callable[[str], None]) -> dict:
    district = stand(20_000 if quick else 250_000, say)
    rounds = 3 if quick else 9
    # The role that has most on her map: a town's chair sees every family of her town.
    chair = district.members["town"]
    town = Division.objects.filter(member=chair).annotate(**edges("geom")).get()
    west, south, east, north = bbox_of(town)
    middle = (west + east) / 2, (south + north) / 2
    name, value = cookie(chair).split("=")
    libraries = os.environ.get("WUSE_CHROMIUM_LIBRARIES")
    with (
        site(Path(os.environ["WUSE_VAR"]) / "bench" / "site.log") as port,
        sync_playwright() as playwright,
    ):
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("WUSE_CHROMIUM", "/usr/bin/chromium"),
            env=os.environ | ({"LD_LIBRARY_PATH": libraries} if libraries else {}),
        )
        address = f"http://127.0.0.1:{port}"

        def window() -> Page:
            context = chromium.new_context(viewport=VIEW, base_url=address)
            context.add_cookies([{"name": name, "value": value, "url": address}])
            page = context.new_page()
            page.add_init_script(WATCH_IDLE)
            return page

        cold, warm = [], []
        for i in range(rounds + 1):
            page = window()
            times = []
            for _ in range(2):
                page.goto("/")
                times.append(page.evaluate("idle"))
            weight = page.evaluate(WEIGHT)
            page.context.close()
            if i:  # the first wakes the server up
                cold.append(times[0])
                warm.append(times[1])
        say(f"first idle {statistics.median(cold):.0f} ms, warm {statistics.median(warm):.0f} ms")
        page = window()
        frames = {zoom: _pan(page, town.code, middle, zoom, rounds, say) for zoom in ZOOMS}
        chromium.close()
    return _report(cold, warm, frames, weight)


def _pan(
    page: Page, code: str, middle: tuple[float, float], zoom: int, rounds: int, say
) -> list[float]:
    """Milliseconds between frames while the map is dragged to and fro."""
    page.goto("about:blank")  # else only the part behind # would change, and nothing load
    page.goto(f"/#/{code}?at={middle[0]},{middle[1]},{zoom}")
    page.evaluate("idle")
    at = page.evaluate("location.hash.split('at=')[1]")
    frames = []
    for turn in range(rounds):
        x, y = 700, 430
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 20, y)
        page.evaluate(WATCH_FRAMES)
        for step in range(40):
            page.mouse.move(x + 20 + (step if turn % 2 else -step) * 6, y + step * 2)
        frames += page.evaluate(STOP_FRAMES)
        page.mouse.up()
        if not turn:
            page.wait_for_function("at => !location.hash.endsWith(at)", arg=at)
    say(f"z{zoom}: {len(frames)} frames, median {statistics.median(frames):.1f} ms")
    return frames


def _report(cold, warm, frames, weight) -> dict:
    values = {
        "first idle, cold cache": statistics.median(cold),
        "first idle, warm cache": statistics.median(warm),
        "JS + CSS, gzipped": weight / 1000,
    } | {f"pan frame at z{zoom}": statistics.median(seen) for zoom, seen in frames.items()}
    budgets = [
        {
            "name": name,
            "value": values[name],
            "limit": limit,
            "unit": unit,
            "ok": values[name] <= limit,
        }
        for name, (limit, unit) in LIMITS.items()
    ]
    table = [["", "n", "median", "90 %", "highest"]]
    for name, seen in [
        ("first idle, cold cache", cold),
        ("first idle, warm cache", warm),
        *((f"pan frame at z{zoom}", seen) for zoom, seen in frames.items()),
    ]:
        tenths = statistics.quantiles(seen, n=10, method="inclusive")
        table.append(
            [
                name,
                len(seen),
                *(f"{v:.1f}" for v in (statistics.median(seen), tenths[8], max(seen))),
            ]
        )
    return {"figures": values, "budgets": budgets, "table": table}
