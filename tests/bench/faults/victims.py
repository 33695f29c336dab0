"""Who is at work when something dies, what she does next, and what must then be in the database."""

import json
import random
import threading
import time
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db import transaction

from accounts.models import Member
from boundaries.models import Division
from core.scope import acting_as, acting_as_system
from grids.drafts import store
from households.models import Household, Person
from households.territory import editing
from tests.bench.district import TOWNS, VILLAGES, District
from tests.bench.faults.world import Answer, World
from tests.bench.standing import cookie

ROWS = 20_000
VILLAGES_A_DRAFT = 4
FAMILIES, MINORS, READERS = 40, 2, 4
# Households whose grid's own count of them is another; places without a count have none.
TALLIES = """
    WITH live AS (SELECT village_id, grid_id, count(*) AS n FROM households_household GROUP BY 1, 2)
    SELECT count(*) FROM households_householdtally AS t
    FULL JOIN live AS l ON l.village_id = t.village_id AND l.grid_id IS NOT DISTINCT FROM t.grid_id
    WHERE coalesce(t.n, 0) <> coalesce(l.n, 0)
"""


@dataclass
class Found:
    """`cut`: the kill came in the middle. The others must all be 0."""

    cut: bool = False
    half: int = 0
    lost: int = 0
    doubled: int = 0
    separated: int = 0


@dataclass
class Victim:
    """`begin` prepares, `work` is what the kill falls into, `settle` goes on and looks."""

    world: World
    district: District
    rng: random.Random
    chair: Member = field(init=False)
    # How long `work` takes when nobody is killed.
    seconds: float = 0.0
    # Whose chair is at work: each has a town to herself.
    town = 0

    def __post_init__(self):
        with acting_as_system("bench"), transaction.atomic():
            self.chair = Member.objects.select_related("division").get(username=f"town{self.town}")

    @property
    def cookie(self) -> str:
        """Of a session begun now: one that stands idle ends."""
        with acting_as_system("bench"), transaction.atomic():
            return cookie(self.chair.pk)

    def begin(self) -> None:
        self.signed_in = self.cookie


class Import(Victim):
    """A list of families handed in, checked by a process of its own, written by another."""

    def begin(self) -> None:
        super().begin()
        self.prefix = f"F{uuid4().hex[:8]}-"
        self.path = self._hand_in()

    def _hand_in(self) -> str:
        border = uuid4().hex
        head = f'--{border}\r\nContent-Disposition: form-data; name="{{}}"{{}}\r\n\r\n'
        fields = "".join(head.format(n, "") + "auto\r\n" for n in ("encoding", "crs"))
        file = head.format("file", f'; filename="{self.prefix}.csv"') + self._list()
        answer = self.world.ask(
            "POST", "/imports/new/households/", self.signed_in,
            body=f"{fields}{file}\r\n--{border}--\r\n".encode(),
            headers={"Content-Type": f"multipart/form-data; boundary={border}"},
        )  # fmt: skip
        if answer.status != 302:
            raise RuntimeError(f"not handed in: {answer.status} {answer.body[-2000:].decode()}")
        return answer.location

    def _list(self) -> str:
        villages = [v for v in range(VILLAGES) if v * TOWNS // VILLAGES == self.town]
        lines = ["户编号,村代码,户主,电话,地址,经度,纬度"]
        for n in range(ROWS):
            v = self.rng.choice(villages)
            west, south, east, north = self.district.village_boxes[v]
            lon, lat = self.rng.uniform(west, east), self.rng.uniform(south, north)
            code = self.district.village_codes[v]
            lines.append(
                f"{self.prefix}{n},{code},示例户主{n},0000,示例路{n}号,{lon:.6f},{lat:.6f}"
            )
        return "\n".join(lines) + "\n"

    def work(self) -> None:
        """As the page does: look, press, look, until it is over; a look without an answer is none."""
        uuid = self.path.split("/")[2]
        while True:
            answer = self.world.ask("GET", f"/api/imports/{uuid}/", self.signed_in)
            self.state = answer.json()["state"] if answer.status == 200 else ""
            if self.state in ("done", "stopped", "refused"):
                return
            if self.state == "checked":
                self.world.press(self.path, self.signed_in, do="write")
            time.sleep(0.05)

    def settle(self) -> Found:
        found = Found(cut=self.state == "stopped")
        homes, named, half = self._count()
        found.half = half + (homes not in (0, ROWS)) + (named != homes)
        found.lost = int(self.state == "done" and homes != ROWS)
        found.half += self.state != "done" and homes != 0
        if self.state != "done":
            self.path = self._hand_in()
            self.work()
            homes, named, half = self._count()
            found.lost += self.state != "done"
            found.half += half
        found.doubled = max(homes - ROWS, named - ROWS, 0)
        return found

    def _count(self) -> tuple[int, int, int]:
        mine = f"{self.prefix}%"
        ((homes, named),) = self.world.sql(
            "SELECT count(*), count(i.household_id) FROM households_household AS h"
            " LEFT JOIN households_householdidentity AS i ON i.household_id = h.id"
            " WHERE h.household_no LIKE %s",
            mine,
        )
        return homes, named, self.world.sql(TALLIES)[0][0]


class Publish(Victim):
    """Villages of a town drawn anew and given to others, published at one stroke."""

    town = 1

    _GROUND = """
        SELECT md5(string_agg(concat_ws('|', g.code, g.closed_on, g.version, md5(ST_AsBinary(g.geom)), a.people), ';' ORDER BY g.id)),
               (SELECT md5(string_agg(concat_ws('|', id, grid_id), ';' ORDER BY id)) FROM households_household)
        FROM grids_grid AS g
        LEFT JOIN LATERAL (
            SELECT string_agg(concat_ws(' ', member_id, role, ended_at), ',' ORDER BY id) AS people
            FROM grids_assignment WHERE grid_id = g.id
        ) AS a ON true
    """
    # Grids of a draft that are not what the draft says.
    _WRONG = """
        SELECT count(*) FROM grids_draftgrid AS d
        LEFT JOIN grids_grid AS g ON g.id = d.grid_id
        LEFT JOIN grids_assignment AS a ON a.grid_id = g.id AND a.role = 'lead' AND a.ended_at IS NULL
        WHERE d.draft_id = %s AND NOT (d.base IS NULL AND (d.content->>'removed')::boolean) AND (
            g.id IS NULL OR d.left_version IS DISTINCT FROM g.version
            OR (d.content->>'removed')::boolean <> (g.closed_on IS NOT NULL)
            OR NOT (d.content->>'removed')::boolean
               AND (d.content->>'lead')::bigint IS DISTINCT FROM a.member_id)
    """
    _STRAYED = """
        SELECT count(*) FROM households_household AS h JOIN grids_grid AS g ON g.id = h.grid_id
        WHERE g.closed_on IS NOT NULL OR NOT ST_Covers(g.geom, h.point)
    """
    _TWO_LEADS = """
        SELECT count(*) FROM (SELECT grid_id FROM grids_assignment
        WHERE role = 'lead' AND ended_at IS NULL GROUP BY 1 HAVING count(*) > 1) AS twice
    """

    def begin(self) -> None:
        super().begin()
        with transaction.atomic(), acting_as(self.chair.pk):
            villages = list(Division.objects.filter(parent=self.chair.division).order_by("code"))
            people = Member.objects.filter(role="member", division__in=villages)
            lead = self.rng.choice(list(people.order_by("pk").values_list("pk", flat=True)))
            draft = store.open_draft(scope=self.chair.division, title="bench", by=self.chair)
            for village in self.rng.sample(villages, VILLAGES_A_DRAFT):
                cells = len(store.state_of(draft, [village.pk]).cells())
                draft = self._step(
                    draft, "split_auto", village=village.code,
                    parts=cells, seed=self.rng.randrange(1000),
                )  # fmt: skip
                keys = [c.key for c in store.state_of(draft, [village.pk]).cells()]
                draft = self._step(draft, "assign", keys=keys, lead=lead)
        self.draft, self.key, self.before = draft, uuid4(), self.world.sql(self._GROUND)

    def _step(self, draft, kind: str, **asked):
        return editing.take_step(
            draft_id=draft.pk, expected_version=draft.version, kind=kind, asked=asked, by=self.chair
        ).draft

    def _ask(self) -> Answer:
        said = {"expected_version": self.draft.version}
        path = f"/api/drafts/{self.draft.pk}/publish/"
        return self.world.post(path, self.signed_in, said, self.key)

    def work(self) -> None:
        self.answer = self._ask()

    def settle(self) -> Found:
        found = Found(cut=self.answer.unsure)
        changes = self._changes()
        if changes:
            found.half = self._look()
        else:
            found.half = int(self.world.sql(self._GROUND) != self.before)
            found.lost = int(self.answer.done)
        again = self._ask() if self.answer.unsure else self.answer
        if not again.done:
            raise RuntimeError(f"not published: {again.status} {again.body[:500].decode()}")
        found.half += self._look()
        found.lost += self._changes() != 1
        found.doubled = self.world.sql(self._TWO_LEADS)[0][0]
        return found

    def _changes(self) -> int:
        statement = "SELECT count(*) FROM grids_territorychange WHERE draft_id = %s"
        return self.world.sql(statement, self.draft.pk)[0][0]

    def _look(self) -> int:
        wrong = self.world.sql(self._WRONG, self.draft.pk)[0][0]
        return wrong + self.world.sql(self._STRAYED)[0][0] + self.world.sql(TALLIES)[0][0]


@dataclass
class Look:
    home: UUID
    key: UUID = field(default_factory=uuid4)
    answer: Answer | None = None

    @property
    def reason(self) -> str:
        return f"示例理由 {self.key}"


class Reveal(Victim):
    """Several people at once look at families in full; each look has a reason of its own."""

    town = 2
    seconds = 1.5
    # One for the household, one for each minor in it.
    LINES = 1 + MINORS
    NAME = "示例成年人"

    def __post_init__(self):
        super().__post_init__()
        with acting_as_system("bench"), transaction.atomic():
            homes = Household.objects.filter(village__parent=self.chair.division).order_by("pk")
            self.homes = list(homes[:FAMILIES])
            for home in self.homes:
                Person.objects.create(
                    household=home, name=self.NAME, relation="head", birth_year=1980
                )
                for _ in range(MINORS):
                    Person.objects.create(
                        household=home, name="示例孩子", relation="child", birth_year=2020
                    )

    def begin(self) -> None:
        super().begin()
        self.looks: list[Look] = []

    def work(self) -> None:
        end = time.monotonic() + self.seconds
        threads = [threading.Thread(target=self._read, args=(end, i)) for i in range(READERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _read(self, end: float, seed: int) -> None:
        rng = random.Random(seed)
        while time.monotonic() < end:
            look = Look(rng.choice(self.homes).uuid)
            look.answer = self._ask(look)
            self.looks.append(look)
            if look.answer.unsure:
                time.sleep(0.05)

    def _ask(self, look: Look) -> Answer:
        path = f"/api/households/{look.home}/reveal/"
        said = {"group": "people", "reason": look.reason}
        return self.world.post(path, self.signed_in, said, look.key)

    def settle(self) -> Found:
        unsure = [look for look in self.looks if look.answer.unsure]
        refused = [k for k in self.looks if not k.answer.unsure and not k.answer.done]
        if refused:
            raise RuntimeError(f"refused: {refused[0].answer.body.decode()}")
        found, lines = Found(cut=bool(unsure)), self._lines()
        for look in self.looks:
            n = lines.get(look.reason, 0)
            found.half += n % self.LINES != 0
            found.doubled += n > self.LINES
            if look.answer.done:
                found.separated += n != self.LINES
                # Or else nothing was shown, and the line proves nothing.
                found.lost += self.NAME.encode() not in look.answer.body
        for look in unsure:
            look.answer = self._ask(look)
        lines = self._lines()
        for look in self.looks:
            found.lost += lines.get(look.reason, 0) < self.LINES or not look.answer.done
            found.doubled += lines.get(look.reason, 0) > self.LINES
        return found

    def _lines(self) -> dict[str, int]:
        reasons = json.dumps([look.reason for look in self.looks])
        rows = self.world.sql(
            "SELECT reason, count(*) FROM audit_accessrecord"
            " WHERE reason IN (SELECT jsonb_array_elements_text(%s)) GROUP BY 1",
            reasons,
        )
        return dict(rows)


# Who is at work, and what is killed; in this order, round and round.
VICTIMS = [
    (Import, "worker"), (Publish, "database"), (Reveal, "processes"), (Import, "database"),
    (Publish, "processes"), (Reveal, "database"), (Import, "server"), (Publish, "server"),
]  # fmt: skip
