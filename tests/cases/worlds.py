"""Everything that a member can ask for, so that two worlds can be laid side by side."""

import re
from collections.abc import Callable
from contextlib import contextmanager
from uuid import uuid4

from django.db import transaction

from core import tiles
from core.morton import tile_at
from core.scope import acting_as_system
from households import scope, versions

ZOOMS = (8, 11, 13, 14, 15, 16, 17, 18)
# What differs between any two answers, and tells of no family.
PASSING = {"Date", "ETag", "X-Request-Id"}


@contextmanager
def world(change: Callable[[], None]):
    """The database after `change`, for as long as the block lasts."""
    with transaction.atomic():
        with acting_as_system("test"):
            change()
        _forget()
        yield
        transaction.set_rollback(True)
    _forget()


def _forget():
    scope.forget()
    versions.forget()
    tiles.memory._tiles.clear()


def shown(client, url: str, body: dict | None = None) -> tuple:
    """Status, headers and body of an answer."""
    if body is None:
        answer = client.get(url)
    else:
        answer = client.post(url, body, content_type="application/json")
    headers = {k: v for k, v in answer.headers.items() if k not in PASSING}
    content, numbered = re.subn(rb'"(id|declared_at)":[^,}]+', b"", answer.content)
    if numbered:  # number and moment of a new row differ in any two worlds
        headers.pop("Content-Length")
    return answer.status_code, headers, content


def places(cast) -> list[str]:
    divisions = [cast.area, cast.east, cast.west, cast.liu, cast.tao, cast.xing]
    return [p.code for p in [*divisions, cast.liu1, cast.liu2, cast.tao1, cast.xing1]]


def everything(client, cast, home) -> dict[str, tuple]:
    """Lists, counts, figures, search, territory and the tiles around a family."""
    urls = ["/api/me/", "/api/households/", "/api/households/?page_size=2", "/api/grids/"]
    urls += [
        f"/api/households/?in_bbox={w},33.9,{e},34.1" for w, e in ((113, 115), (113.8, 113.83))
    ]
    urls += [f"/api/search/?q={q}" for q in (home.household_no, home.household_no[:2], "柳村")]
    for code in places(cast):
        urls += [f"/api/areas/{code}/", f"/api/areas/{code}/households/"]
        urls += [f"/api/areas/{code}/households/?unplaced=1", f"/api/territory/{code}/"]
    urls += [f"/api/history/grids/{g.code}/" for g in (cast.liu1, cast.liu2)]
    office = cast.liu.geom.point_on_surface
    for z in ZOOMS:
        for x, y in {(home.point.x, home.point.y), (office.x, office.y)}:
            tile = tile_at(x, y, z)
            for layer in ("divisions", "grids", "households"):
                urls.append(f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt")
    return {url: shown(client, url) for url in urls}


def asked_by_id(client, cast, uuid) -> dict[str, tuple]:
    """Every route that takes a family's id, asked for this one."""
    reads = ["/api/households/{}/", "/api/history/households/{}/", "/api/households/{}/timeline/"]
    writes = {
        "/api/claims/": {"household": str(uuid), "member": cast.lan.pk},
        "/api/concerns/": {"household": str(uuid), "text": "夜里常有哭声"},
        "/api/conflicts/": {"household": str(uuid), "member": cast.lan.pk, "kind": "relative"},
        "/api/households/{}/reveal/": {"fields": "identity", "reason": "走访前核对电话"},
        "/api/households/{}/protection/": {"protection": "shielded", "reason": "不想被打扰"},
    }
    answers = {url: shown(client, url.format(uuid)) for url in reads}
    answers |= {url: shown(client, url.format(uuid), body) for url, body in writes.items()}
    return answers


def missing():
    return uuid4()
