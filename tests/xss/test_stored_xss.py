"""Sixty hostile texts in every text field, on every page there is, for every role: nothing runs.

First with a browser that ignores the site's content security policy, for that would hide what
escaping has missed; then with it, when it should find nothing to stop. Every field holds as many
texts as fit; with WUSE_XSS=whole each of them in turn, alone (`./bench xss`). A page that shows no
family and no ground is the same for all, and opened once.
"""

import http.client
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from accounts.models import Role
from core.policy import policy
from tests.e2e.conftest import session_of
from tests.matrix.examples import PARAMETERS
from tests.matrix.routes import Route, routes
from tests.matrix.world import World
from tests.xss.filling import LEFT_ALONE, Filled, fill, text_fields, uuids
from tests.xss.payloads import FIRST_NUMBER, NUMBER, PAYLOADS, undone, unsafe_page
from tests.xss.watching import watched

WHOLE = os.environ.get(
    "WUSE_XSS", ""
)  # "whole", or "3/20": every twentieth round from the third on
NOBODY = "nobody"
# What nobody here may be shown, and why.
NOT_OPENED = {
    "export-file": "a file, and one that is not made yet",
    "import-passwords": "a file, and one that is not made yet",
    "import-rejected-families": "a file, and one that is not made yet",
    "import-rejects": "a file, and one that is not made yet",
    "sign-in-code": "between a password and a code; shows nothing that is kept",
    "sign-in-password": "between a password and a code; shows nothing that is kept",
    "sign-in-phone": "between a password and a code; shows nothing that is kept",
    "dispute-notice": "opened as soon as a dispute stands in the world of the matrix",
    "dispute": "opened as soon as a dispute stands in the world of the matrix",
    "referral": "opened as soon as a dispute stands in the world of the matrix",
}
# Swagger draws the schema, and needs what no other page may have; the schema is looked at instead.
SCHEMA_ALONE = "docs"
# Answers that a browser shows as text or keeps as a file.
INERT = {
    "application/json", "application/vnd.oai.openapi+json", "application/vnd.mapbox-vector-tile",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "application/geo+json",
    "text/csv", "text/plain",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A page that somebody may open."""

    who: str
    route: Route
    path: str

    @property
    def is_the_same_for_all(self) -> bool:
        return policy()[self.route.name, "GET"].scope == "none"


@dataclass
class Site:
    filled: Filled
    sessions: dict[str, str | None]
    places: list[Place] = field(default_factory=list)
    # What is no page: what its answer calls itself.
    kinds: dict[str, str] = field(default_factory=dict)

    def of(self, who: str, *, once: bool = False) -> list[Place]:
        """Her pages; `once`: without those that somebody before her opens."""
        done, found = set(), []
        for place in self.places:
            again = place.route.name in done and (once or place.is_the_same_for_all)
            if place.who == who and not again:
                found.append(place)
            done.add(place.route.name)
        return found


def ask(address: str, path: str, session: str | None) -> tuple[int, str, str]:
    link = http.client.HTTPConnection(urlsplit(address).netloc, timeout=20)
    link.request("GET", path, headers={"Cookie": f"sessionid={session}"} if session else {})
    answer = link.getresponse()
    text = answer.read().decode(errors="replace")
    link.close()
    return answer.status, answer.getheader("Content-Type", "").split(";")[0], text


@pytest.fixture(scope="module")
def site(world, address):
    first = {member.role: name for name, member in reversed(world.people.items())}
    # Of the case workers one who leads, who gives cases, and one who has some.
    names = [*(first[role] for role in Role), "worker"]
    sessions = {NOBODY: None} | {who: session_of(world.people[who]) for who in names}
    found, keys = Site(fill(), sessions), uuids()
    for who, session in found.sessions.items():
        role = world.people[who].role if session else ""
        for route in routes():
            rule = policy().get((route.name, "GET"))
            if rule and rule.admits(role) and route.name not in found.kinds:
                _try(found, world, keys, address, who, route)
    return found


def _try(site: Site, world: World, keys: dict, address: str, who: str, route: Route) -> None:
    for key in _keys(world, keys, route):
        values = {name: PARAMETERS.get(name, key) for name in route.parameters}
        path = reverse(route.name, kwargs=values)
        if route.name == "search":
            path += "?q=77"
        status, kind, _ = ask(address, path, site.sessions[who])
        if status != 200:
            continue
        if kind != "text/html":
            site.kinds[route.name] = kind
            return
        site.places.append(Place(who, route, path))
        return


def _is_data(route: Route) -> bool:
    return route.path.startswith(("/api/", "/tiles/"))


def _keys(world: World, keys: dict, route: Route) -> Iterable[str | None]:
    """Of what the world names; else of every row of the app whose word stands in the address."""
    if route.noun in world.objects:
        return world.objects[route.noun].values()
    if not set(route.parameters) - set(PARAMETERS):
        return [None]
    return keys.get(route.path.strip("/").split("/")[0], [])


def test_a_field_that_is_not_filled_is_known(site):
    unknown = {f: why for f, why in site.filled.unfilled.items() if f not in LEFT_ALONE}
    assert not unknown
    assert set(LEFT_ALONE) <= set(site.filled.unfilled)
    assert set(site.filled.rows) | set(LEFT_ALONE) == {str(where) for where in text_fields()}
    texts = {payload for _, payload in site.filled.numbers.values()}
    assert texts == set(range(len(PAYLOADS)))


def test_a_page_that_is_not_opened_is_known(site):
    shown = {route.name for route in routes() if "GET" in route.methods() and not _is_data(route)}
    opened = {place.route.name for place in site.places} | set(site.kinds)
    assert sorted(shown - opened - set(NOT_OPENED)) == []


def test_what_is_no_page_is_nothing_that_a_browser_would_run(site, address):
    assert set(site.kinds.values()) <= INERT, site.kinds
    _, _, schema = ask(address, "/api/schema/", site.sessions["lan"])
    assert not NUMBER.search(schema)


@pytest.mark.parametrize("without_policy", [True, False], ids=["escaping alone", "with the policy"])
def test_nothing_runs_and_nothing_is_stopped(world, site, address, browser, without_policy):
    noticed, seen, opened, pressed = [], set(), 0, 0
    for number in _rounds():
        numbers = site.filled.numbers if number is None else fill(only=number).numbers
        tried: set[str] = set()
        for who, session in site.sessions.items():
            look = {"without_policy": without_policy, "locale": "zh-CN"}
            with watched(browser, address, session, **look) as one:
                for place in site.of(who, once=not without_policy):
                    if place.route.name == SCHEMA_ALONE:
                        continue
                    first = place.route.name not in tried
                    tried.add(place.route.name)
                    one.open(place.path, press=first and without_policy)
                    opened += 1
                    if place.route.name == "map" and first:
                        one.over_the_map()
            noticed += one.noticed
            pressed += one.pressed
            seen |= {numbers[n] for n in one.seen if n in numbers}
    _report(without_policy, noticed, seen, opened, pressed)
    assert not noticed, "\n".join(sorted(set(noticed))[:40])
    # That they were there: otherwise nothing was tried.
    fields, texts = {where for where, _ in seen}, {payload for _, payload in seen}
    assert len(texts) >= (len(_rounds()) if WHOLE else len(PAYLOADS) - 2 if without_policy else 20)
    assert len(fields) > 20, fields


def _rounds() -> list[int | None]:
    if not WHOLE:
        return [None]
    start, step = map(int, WHOLE.split("/")) if "/" in WHOLE else (0, 1)
    return list(range(start, len(PAYLOADS), step))


def _report(without_policy: bool, noticed, seen, opened: int, pressed: int) -> None:
    if "WUSE_MATRIX_REPORT" not in os.environ:
        return
    report = {
        "mode": "escaping alone" if without_policy else "with the policy",
        "noticed": len(noticed), "first": sorted(set(noticed))[:50], "opened": opened,
        "pressed": pressed, "fields": sorted({where for where, _ in seen}),
        "texts": len({payload for _, payload in seen}), "shown": len(seen),
        "all_fields": len(text_fields()) - len(LEFT_ALONE),
    }  # fmt: skip
    with Path(os.environ["WUSE_MATRIX_REPORT"]).open("a") as out:
        out.write(json.dumps(report, ensure_ascii=False) + "\n")


def test_each_of_them_is_noticed_where_it_would_run(address, browser):
    """So that the tests above can fail: on a page that does what no page of ours may."""
    pages = {
        f"/unsafe/{FIRST_NUMBER + i}/": unsafe_page(p, FIRST_NUMBER + i)
        for i, p in enumerate(PAYLOADS)
    }
    frames = "".join(f"<iframe src={path}></iframe>" for path in pages)

    def answer(route):
        path = urlsplit(route.request.url).path
        route.fulfill(body=pages.get(path, frames), content_type="text/html; charset=utf-8")

    with watched(browser, address, None, without_policy=True) as one:
        one.page.route("**/unsafe/**", answer)
        one.open("/unsafe/")
        one.page.wait_for_timeout(300)
    for path in pages:
        number = NUMBER.search(path)[0]
        assert any(number in line for line in one.noticed), path


def test_a_page_that_does_not_escape_is_noticed(site, address, browser):
    """Every page that the server fills, with its escaping undone on the way to the browser."""
    silent, tried = [], 0

    def unescape(route):
        answer = route.fetch()
        text = answer.text()
        held.append(bool(NUMBER.search(text)))
        route.fulfill(response=answer, body=undone(text))

    for who, session in site.sessions.items():
        with watched(browser, address, session, without_policy=True) as one:
            one.page.route(lambda url: "/static/" not in url and "/api/" not in url, unescape)
            for place in site.of(who, once=True):
                # Those that hold one of the texts before any script has run.
                if place.route.name == SCHEMA_ALONE or tried > (1_000 if WHOLE else 7):
                    continue
                if not NUMBER.search(ask(address, place.path, session)[2]):
                    continue
                held, before = [], len(one.noticed)
                one.page.goto(place.path, wait_until="domcontentloaded")
                one.look()
                tried += held[0]
                if held[0] and len(one.noticed) == before:
                    silent.append(place.path)
    assert tried > 5
    assert not silent


@pytest.mark.parametrize("without_policy", [True, False], ids=["escaping alone", "with the policy"])
def test_a_script_that_writes_markup_is_noticed(site, address, browser, without_policy):
    """The one function that all pages build elements with, made to take text for markup."""
    safe = "node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));"
    unsafe = """for (const child of children.flat(Infinity)) {
      if (child && typeof child === "object") node.append(child);
      else if (child) node.insertAdjacentHTML("beforeend", child);
    }"""

    def break_it(route):
        answer = route.fetch()
        assert safe in answer.text()
        route.fulfill(response=answer, body=answer.text().replace(safe, unsafe))

    with watched(browser, address, site.sessions["chair"], without_policy=without_policy) as one:
        one.page.route("**/js/lib/dom*.js", break_it)
        one.page.goto("/", wait_until="load")
        one.page.wait_for_timeout(1500)
        one.look()
    assert one.noticed
