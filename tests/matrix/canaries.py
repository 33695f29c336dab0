"""Whatever leaves is searched for the tokens of families that its reader may not know.

Random requests: cells of the matrix, and what somebody would try who is curious: searches for a
stranger's name, boxes and tiles around her home, pages, times, forged scopes. `layers` leaves both
layers in place, or one of them alone.
"""

import gzip
import io
import json
import logging
import random
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from math import atan, degrees, log, pi, radians, sinh, tan
from unittest import mock

from django.db import connections

from cases.models import BreakGlassQuerySet, CaseQuerySet
from core import tiles
from core.morton import tile_at
from core.policy import policy
from grids.models import DraftQuerySet, GridQuerySet
from households import scope, versions
from households.models import HouseholdQuerySet
from households.people import GROUPS
from rights.models import RequestQuerySet
from tests.matrix.cells import NOBODY, Asker, Cell, cells
from tests.matrix.routes import Route, routes
from tests.matrix.world import Token, World
from tests.mvt import decode
from transfers import exporting, services

MODES = ("both", "row security alone", "app alone")
# In front of which names, phones and addresses stand in full: a look with a reason, or her case.
_UNMASKED = ("S3", "S4")
# Said by the family, or to it: shown whole to whoever sees the family.
_OPEN_WORDS = {"statement", "objection", "answer", "good word"}
_EARTH = 20037508.342789244


@dataclass
class Found:
    requests: int = 0
    statuses: Counter = field(default_factory=Counter)
    bytes: int = 0
    # Tokens that their reader may see: that there are none would mean that nothing was asked.
    own: Counter = field(default_factory=Counter)
    foreign: list[str] = field(default_factory=list)


@contextmanager
def layers(mode: str) -> Iterator[None]:
    with ExitStack() as stack:
        if mode == "row security alone":
            _without_the_apps_filters(stack)
        if mode == "app alone":
            stack.enter_context(_without_row_security())
        _forget()
        yield
    _forget()


def _forget() -> None:
    scope.forget()
    versions.forget()
    tiles.memory._tiles.clear()


def _without_the_apps_filters(stack: ExitStack) -> None:
    """Every queryset that narrows to a member narrows to nobody any more."""

    def everything(self, *_):
        return self

    def everybodys(model):
        return lambda member: model.objects.all()

    for queryset, name in (
        (HouseholdQuerySet, "visible_to"), (GridQuerySet, "answered_by"),
        (DraftQuerySet, "visible_to"), (CaseQuerySet, "followed_by"), (CaseQuerySet, "led_by"),
        (BreakGlassQuerySet, "visible_to"), (RequestQuerySet, "visible_to"),
    ):  # fmt: skip
        stack.enter_context(mock.patch.object(queryset, name, everything))
    stack.enter_context(mock.patch.object(exporting, "exports_for", everybodys(exporting.Export)))
    stack.enter_context(mock.patch.object(services, "imports_of", everybodys(services.ImportJob)))


@contextmanager
def _without_row_security() -> Iterator[None]:
    owner = connections["owner"]

    def alter(what: str) -> None:
        with owner.cursor() as cursor:
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" {what} ROW LEVEL SECURITY')

    with owner.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity ORDER BY relname")
        tables = [name for (name,) in cursor.fetchall()]
    # An open transaction of the runtime role would make this wait.
    connections["default"].close()
    alter("DISABLE")
    try:
        yield
    finally:
        connections["default"].close()
        alter("ENABLE")
        owner.close()


class Collected(logging.Handler):
    """Everything that is logged, as it would be written."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.setFormatter(logging.Formatter("%(message)s"))
        self.lines: list[str] = []

    def emit(self, record):
        self.lines.append(self.format(record))


def hunt(world: World, asker: Asker, requests: int, seed: int) -> Found:
    """Ask so often, and search every answer and everything that was logged meanwhile."""
    found, collected = Found(), Collected()
    root, ours = logging.getLogger(), logging.getLogger("wuse.access")
    for logger in (root, ours):
        logger.addHandler(collected)
    try:
        for cell, extra in asked(world, requests, seed):
            key = world.objects[cell.noun][cell.label] if cell.noun else None
            collected.lines.clear()
            answer = _answer(world, asker, cell, key, extra)
            found.requests += 1
            found.statuses[answer.status_code] += 1
            logged = "\n".join(collected.lines)
            _search(world, asker, cell, answer, logged, found)
    finally:
        for logger in (root, ours):
            logger.removeHandler(collected)
    return found


def asked(world: World, requests: int, seed: int) -> Iterator[tuple[Cell, dict]]:
    """Requests, some of one member after the other, so that each signs in seldom."""
    chance = random.Random(seed)
    by_name = {route.name: route for route in routes()}
    rules = policy()
    known: dict[str, list[Cell]] = {}
    for cell in cells(world):
        if (cell.route.name, cell.method) in rules:
            known.setdefault(cell.who, []).append(cell)
    sensitive = {
        who: [c for c in found if rules[c.route.name, c.method].tier > "S1"]
        for who, found in known.items()
    }
    left = requests
    readers = [who for who in known if who not in (NOBODY, "left")] * 4 + [NOBODY, "left"]
    while left > 0:
        who = chance.choice(readers)
        for _ in range(min(left, 25)):
            left -= 1
            way = chance.random()
            if way < 0.3:
                yield chance.choice(known[who]), {}
            elif way < 0.6:
                yield chance.choice(sensitive[who]), {"group": chance.choice(list(GROUPS))}
            else:
                yield curious(world, chance, who, by_name)


def curious(world: World, chance: random.Random, who: str, by_name: dict[str, Route]):
    """A request such as somebody makes who wants to know of a family."""
    home, (lon, lat) = chance.choice(list(world.places.items()))
    token = chance.choice([t for t in world.tokens if t.home == home])
    near = 10 ** chance.uniform(-5, -1)
    box = f"{lon - near:.6f},{lat - near:.6f},{lon + near:.6f},{lat + near:.6f}"
    code = chance.choice(list(world.objects["areas"].values()))
    match chance.randrange(6):
        case 0:
            return Cell(who, by_name["search"], "GET"), {"q": token.text[: chance.randint(1, 12)]}
        case 1:
            return Cell(who, by_name["household-list"], "GET"), {"in_bbox": box, "page_size": 1000}
        case 2:
            label = next(k for k, v in world.objects["areas"].items() if v == code)
            extra = {"page_size": 1000, "unplaced": chance.randrange(2)}
            return Cell(who, by_name["area-households"], "GET", "areas", label), extra
        case 3:
            label = chance.choice(list(world.objects["territory"]))
            route = by_name[chance.choice(["territory-export", "territory"])]
            kinds = {"as": chance.choice(["xlsx", "gpkg", "geojson"])}
            return Cell(who, route, "GET", "territory", label), kinds
        case _:
            z = chance.choice([10, 13, 14, 15, 16, 17, 18])
            tile = tile_at(lon + chance.uniform(-near, near), lat, z)
            layer = chance.choice(["households", "households", "grids", "divisions"])
            wanted = {"layer": layer, "z": tile.z, "x": tile.x, "y": tile.y}
            return Cell(who, by_name["tile"], "GET"), {"tile": wanted}


def _answer(world: World, asker: Asker, cell: Cell, key: str | None, extra: dict):
    if group := extra.pop("group", None):
        with mock.patch.dict("tests.matrix.examples.FIELDS", group=group):
            return asker.send(cell.who, cell.route, cell.method, key)
    where = extra.pop("tile", None)
    if where is None:
        return asker.send(cell.who, cell.route, cell.method, key, extra)
    with mock.patch.dict("tests.matrix.examples.PARAMETERS", where):
        answer = asker.send(cell.who, cell.route, cell.method, key, extra)
    answer.tile = where
    return answer


def _search(world: World, asker: Asker, cell: Cell, answer, logged: str, found: Found) -> None:
    body = unpacked(answer)
    head = "\n".join(f"{k}: {v}" for k, v in answer.headers.items())
    found.bytes += len(answer.content) + len(head) + len(logged)
    text = "\n".join([head, body])
    asked_for = answer.request["QUERY_STRING"]
    member = world.people.get(cell.who)
    member = member.pk if member and cell.who != "left" else 0
    hers, her_cases = asker.oracle.homes_of(member), asker.oracle.cases_of(member)
    asked_about, desk = asker.oracle.asked_about(member), asker.oracle.desk_of(member)
    rule = policy()[cell.route.name, "GET" if cell.method == "HEAD" else cell.method]
    for token in world.tokens:
        if token.text in logged:
            found.foreign.append(f"{cell}: logs {token.what} of {token.home}")
        if token.text not in text or token.text in asked_for:
            continue
        # A request on her desk bears the name of whoever asks.
        named = token.what == "contact_name" and token.home in desk
        sent = token.what == "packet for police" and rule.tier == "S3"
        if (
            named
            or (sent and token.home in asker.oracle.sent_to(member))
            or _may(token, rule.tier, hers, her_cases, asked_about)
        ):
            found.own[token.tier] += 1
        else:
            found.foreign.append(
                f"{cell} {asked_for}: shows {token.what} ({token.tier}) of {token.home}"
            )
    for home, place in world.places.items():
        if told(place, text, answer) and not _may_place(world, home, hers | asked_about, her_cases):
            found.foreign.append(f"{cell} {asked_for}: shows where {home} lives")


def _may(
    token: Token, tier: str, hers: set[int], her_cases: set[int], asked_about: set[int]
) -> bool:
    """A number whoever sees the family; the rest in full only where every look is logged.

    `asked_about`: whose request a steward answers; she has the whole of it on her desk.
    """
    if token.what.startswith("apart") and token.home not in her_cases:
        return False
    if token.home in asked_about and token.tier < "S4":
        return token.tier <= tier
    match token.tier:
        case "S1":
            return token.home in hers | her_cases
        case "S2":
            shown = tier in _UNMASKED or (token.what in _OPEN_WORDS and tier == "S2")
            return shown and token.home in hers | her_cases
        case "S3":
            return tier == "S3" and token.home in hers | her_cases
    return tier == "S4" and token.home in her_cases


def _may_place(world: World, home: int, hers: set[int], her_cases: set[int]) -> bool:
    protected = {
        h.pk for k, h in world.homes.items() if k.split()[-1] in ("shielded", "wish", "sealed")
    }
    return home in her_cases or (home in hers and home not in protected)


def told(place: tuple[float, float], text: str, answer) -> bool:
    """Whether a place stands in an answer: in degrees, in metres, or as a point of a tile."""
    lon, lat = place
    if f"{lon:.6f}".rstrip("0") in text and f"{lat:.6f}".rstrip("0") in text:
        return True
    if f"{lon * _EARTH / 180:.1f}"[:-2] in text and f"{_northing(lat):.1f}"[:-2] in text:
        return True
    where = getattr(answer, "tile", None)
    if (
        where is None
        or answer.status_code != 200
        or where["z"] < 15
        or where["layer"] != "households"
    ):
        return False
    return any(
        abs(x - lon) < 2e-6 * 2 ** (18 - where["z"])
        and abs(y - lat) < 2e-6 * 2 ** (18 - where["z"])
        for x, y in points(answer, where)
    )


def _northing(lat: float) -> float:
    return log(tan(pi / 4 + radians(lat) / 2)) * _EARTH / pi


def points(answer, where: dict) -> Iterator[tuple[float, float]]:
    """Where the single points of a tile lie, in degrees."""
    data = answer.content
    data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    for layer in decode(data):
        for feature in layer.features:
            if feature.kind != 1 or len(feature.commands) != 3 or "uuid" not in feature.properties:
                continue
            dx, dy = ((v >> 1) ^ -(v & 1) for v in feature.commands[1:])
            side = 2 ** where["z"]
            x = (where["x"] + dx / layer.extent) / side
            y = (where["y"] + dy / layer.extent) / side
            yield x * 360 - 180, degrees(atan(sinh(pi * (1 - 2 * y))))


def unpacked(answer) -> str:
    """The text of an answer, with what is packed in it unpacked."""
    data = answer.content
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [archive.read(i) for i in archive.infolist() if not i.flag_bits & 1]
        data = b"\n".join(parts)
    if "mapbox-vector-tile" in answer.headers.get("Content-Type", ""):
        return repr([f.properties for layer in decode(data) for f in layer.features])
    text = data.decode("utf-8", errors="replace")
    if "\\u" in text:
        text += json.dumps(
            re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), text), ensure_ascii=False
        )
    # GeoPackage holds text as UTF-8 in its pages, found as it stands.
    return text
