"""A chairwoman at random: she splits, merges, moves, assigns, publishes and takes back.

The player keeps books of her own, from what the draft showed before each publishing and by her own
point-in-polygon, never from the tables that remember. `check` compares both.
"""

import random
from dataclasses import dataclass, field, replace

import shapely
from django.db import connection
from django.utils import timezone

from boundaries.services.outlines import from_django
from core.errors import DomainError
from core.scope import acting_as, acting_as_system
from grids.drafts import store
from grids.models import Assignment, Draft, Grid
from households.models import Claim, Household
from households.services import join_to_grids
from households.territory import duties, editing, history, publish
from tests.factories import STEP, WEST, Cast, household

# What must neither vanish nor multiply, whatever happens to grids: {what: the ids of it}.
# Visits, plans and disputes join here when they exist.
FOLLOWERS = {
    "households": lambda: set(Household.objects.values_list("pk", flat=True)),
    "claims": lambda: set(Claim.objects.open().values_list("household", "member")),
}


def furnish(cast: Cast, rng: random.Random) -> None:
    """More families in 柳村 and 桃村, some of them claimed; nobody leads 桃村. As the system."""
    Assignment.objects.filter(grid=cast.tao1).delete()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    for village, west, width, n in ((cast.liu, 1, 2, 16), (cast.tao, 3, 1, 8)):
        for i in range(n):
            lon = WEST + (west + rng.uniform(0.02, 0.98) * width) * STEP
            lat = 34.0 + rng.uniform(0.02, 0.98) * STEP
            household(village, f"x{i:03}", None, round(lon, 6), round(lat, 6))
        join_to_grids(villages=[village.pk])
    homes = list(Household.objects.filter(village=cast.liu).order_by("pk"))
    for home in rng.sample(homes, 3):
        Claim.objects.create(household=home, member=cast.hua)


@dataclass
class Player:
    cast: Cast
    rng: random.Random
    # [(moment, {household: (lead, supports, covers)})]: her own books.
    books: list = field(default_factory=list)
    # Changes that may be taken back: (id, the picture before, (new grid, grid it was drawn from)).
    done: list = field(default_factory=list)
    # Who stands in for which grid as it is published.
    covers: dict[int, frozenset] = field(default_factory=dict)
    published: int = 0
    covered: int = 0
    draft: Draft | None = None

    def __post_init__(self):
        with acting_as_system("test"):
            self.before = {what: ids() for what, ids in FOLLOWERS.items()}
            homes = Household.objects.filter(village__parent=self.cast.east, point__isnull=False)
            self.homes = {h.pk: (h.village_id, shapely.Point(h.point.x, h.point.y)) for h in homes}
            self._note(self._picture(), self.covers)

    def _villages(self):
        return [self.cast.liu.pk, self.cast.tao.pk]

    def play(self, turns: int) -> None:
        with acting_as(self.cast.chair.pk):
            for _ in range(turns):
                move = self.rng.choices(MOVES, WEIGHTS)[0]
                try:
                    getattr(self, move)()
                except DomainError:
                    self.draft = self.draft and Draft.objects.get(pk=self.draft.pk)
            self.publish_now()

    def _step(self, kind: str, **asked) -> None:
        if self.draft is None:
            self.draft = store.open_draft(scope=self.cast.east, title="x", by=self.cast.chair)
        taken = editing.take_step(
            draft_id=self.draft.pk, expected_version=self.draft.version, kind=kind, asked=asked,
            by=self.cast.chair,
        )  # fmt: skip
        self.draft = taken.draft

    def _cells(self):
        return store.state_of(self.draft, self._villages()).cells()

    def split(self):
        cell = self.rng.choice(self._cells())
        west, south, east, north = cell.geom.bounds
        wide, high = east - west, north - south
        a, b = self.rng.uniform(0.1, 0.9), self.rng.uniform(0.1, 0.9)
        if self.rng.random() < 0.5:
            line = [[west + a * wide, south - 0.001], [west + b * wide, north + 0.001]]
        else:
            line = [[west - 0.001, south + a * high], [east + 0.001, south + b * high]]
        self._step("split_line", key=cell.key, line=line)

    def merge(self):
        cells = self._cells()
        village = self.rng.choice(cells).village
        near = [c for c in cells if c.village == village]
        self._step("merge", keys=[c.key for c in self.rng.sample(near, min(2, len(near)))])

    def move(self):
        one, other = self.rng.sample(self._cells(), 2)
        west, south, east, north = other.geom.bounds
        out = 0.002
        ring = [
            [west - out, south - out], [east + out, south - out],
            [east + out, north + out], [west - out, north + out],
        ]  # fmt: skip
        self._step("move_border", **{"from": one.key, "to": other.key}, ring=ring)

    def assign(self):
        keys = [c.key for c in self.rng.sample(self._cells(), 1)]
        who = self.rng.choice([self.cast.lan, self.cast.mei, self.cast.hua, None])
        self._step("assign", keys=keys, lead=who and who.pk)

    def support(self):
        keys = [c.key for c in self.rng.sample(self._cells(), 1)]
        who = self.rng.choice([self.cast.lan, self.cast.mei, self.cast.hua]).pk
        way = self.rng.choice(["add", "remove"])
        self._step("support", keys=keys, **{way: [who]})

    def undo(self):
        self._turn(editing.undo)

    def redo(self):
        self._turn(editing.redo)

    def _turn(self, back):
        if self.draft:
            taken = back(
                draft_id=self.draft.pk, expected_version=self.draft.version, by=self.cast.chair
            )
            self.draft = taken.draft

    def publish_now(self):
        if self.draft is None or not self.draft.grids.exists():
            return
        old, drawn = self._picture(), self._cells()
        change = publish.publish(
            draft_id=self.draft.pk, expected_version=self.draft.version, by=self.cast.chair
        )
        self.draft = None
        self.published += 1
        born = {c.key: self._born(c) if c.grid is None else c.grid for c in drawn}
        drawn_from = {(born[c.key], p) for c in drawn for p in c.parents}
        self.done.append((change.pk, old, drawn_from))
        sources = {c.key: [c.grid] if c.grid else c.parents for c in drawn}
        self._hand_on(old, drawn, sources, born)
        self.check()

    def take_back(self):
        if self.draft is None and self.done:
            change, then, drawn_from = self.done[-1]
            now = self._picture()
            undone = publish.undo_change(change_id=change, by=self.cast.chair)
            # An undone undo brings the later state again.
            self.done[-1] = (undone.pk, now, drawn_from)
            self.published += 1
            here, kin = {c.grid for c in now}, drawn_from | {(b, a) for a, b in drawn_from}
            sources = {
                c.key: [c.grid] if c.grid in here else [g for g in here if (g, c.grid) in kin]
                for c in then
            }
            self._hand_on(now, then, sources, {c.key: c.grid for c in then})
            self.check()

    def cover(self):
        """At once, beside any draft: somebody stands in where nobody leads."""
        vacant = [c for c in self._picture() if c.lead is None]
        if not vacant:
            return
        cell = self.rng.choice(vacant)
        who = self.rng.choice([self.cast.lan, self.cast.mei, self.cast.hua]).pk
        duties.cover_grids(
            codes=[cell.code], member=who, from_on=timezone.localdate(), to_on=None,
            by=self.cast.chair,
        )  # fmt: skip
        self.covers = self.covers | {cell.grid: frozenset([who])}
        self._note(self._picture(), self.covers)

    def thank(self):
        if self.covers:
            cell = self.rng.choice([c for c in self._picture() if c.grid in self.covers])
            who = self.rng.choice(sorted(self.covers[cell.grid]))
            duties.end_covers(codes=[cell.code], member=who, by=self.cast.chair)
            left = self.covers[cell.grid] - {who}
            others = {g: m for g, m in self.covers.items() if g != cell.grid}
            self.covers = others | ({cell.grid: left} if left else {})
            self._note(self._picture(), self.covers)

    def _picture(self):
        """The grids as they are published."""
        return store.state_of(None, self._villages()).cells()

    def _born(self, drawn) -> int:
        """The published grid that a new one of the draft has become, by where it lies."""
        inside = drawn.geom.representative_point()
        return next(
            c.grid
            for c in self._picture()
            if c.village == drawn.village and c.geom.contains(inside)
        )

    def _hand_on(self, old, drawn, sources, born) -> None:
        """Note what is published now: a cover goes with the ground while the lead is the same,
        or nobody."""
        lead = {c.grid: c.lead for c in old}
        handed = {
            born[c.key]: frozenset().union(
                *(self.covers.get(g, ()) for g in sources[c.key] if lead[g] == c.lead)
            )
            for c in drawn
        }
        self.covers = {grid: who for grid, who in handed.items() if who}
        self._note([replace(c, grid=born[c.key]) for c in drawn], self.covers)

    def _note(self, cells, covers) -> None:
        """Who answers for each family, by the picture alone."""
        said = {}
        for pk, (village, point) in self.homes.items():
            cell = next((c for c in cells if c.village == village and c.geom.covers(point)), None)
            said[pk] = (
                (cell.lead, frozenset(cell.supports), covers.get(cell.grid, frozenset()))
                if cell
                else (None, frozenset(), frozenset())
            )
        self.books.append((timezone.now(), said))

    def check(self) -> None:
        with acting_as_system("test"):
            assert {what: ids() for what, ids in FOLLOWERS.items()} == self.before
            self._tiled()
            doubled = Assignment.objects.open().filter(role="lead").values_list("grid", flat=True)
            assert len(doubled) == len(set(doubled))

    def _tiled(self) -> None:
        for village in (self.cast.liu, self.cast.tao):
            outline = from_django(village.geom)
            grids = [from_django(g.geom) for g in Grid.objects.current().filter(village=village)]
            assert abs(sum(g.area for g in grids) / outline.area - 1) < 1e-6
            assert shapely.union_all(grids).symmetric_difference(outline).area < outline.area * 1e-6
            left = Household.objects.filter(village=village, point__isnull=False)
            assert not left.filter(grid=None).exists()
            assert not left.filter(grid__closed_on__isnull=False).exists()

    def replay(self, households: int) -> int:
        """Compare the tables that remember with the books; how many answers were compared."""
        with acting_as_system("test"):
            asked = 0
            for pk in self.rng.sample(sorted(self.homes), households):
                home = Household.objects.get(pk=pk)
                for moment, said in self.books:
                    told = history.who_answered_at(home, moment)
                    lead, supports, covers = said[pk]
                    assert [m.pk for m in told.leads] == ([lead] if lead else [])
                    assert {m.pk for m in told.supports} == supports
                    assert sorted(m.pk for m in told.covers) == sorted(covers)
                    self.covered += bool(covers)
                    asked += 1
        return asked


MOVES = [
    "split", "merge", "move", "assign", "support", "undo", "redo", "publish_now", "take_back",
    "cover", "thank",
]  # fmt: skip
WEIGHTS = [4, 2, 2, 3, 1, 1, 1, 3, 2, 3, 1]
