"""How many households there are by colour, as far as one may count them."""

from dataclasses import dataclass

from django.db import connection

from households.scope import Scope

COLUMNS = ("n", "c0", "c1", "c2", "c3", "c4", "c5", "lapsed")
SUMS = ", ".join(f"sum(t.{c})::int AS {c}" for c in COLUMNS)

# By village and by town, over the grids and villages of a scope.
OWN_BY_DIVISION = f"""
    SELECT d.id AS division_id, {SUMS}
    FROM (SELECT t.village_id, {SUMS} FROM households_householdtally AS t
          WHERE t.grid_id = ANY (%(grids)s)
             OR (t.grid_id IS NULL AND t.village_id = ANY (%(villages)s))
          GROUP BY t.village_id) AS t
    JOIN boundaries_division AS v ON v.id = t.village_id
    CROSS JOIN LATERAL (VALUES (v.id), (v.parent_id)) AS d (id)
    GROUP BY d.id
"""
# The district office: by town and for the district, rounded, below 5 hidden (-1).
RELEASED_BY_DIVISION = f"SELECT division_id, {', '.join(COLUMNS)} FROM sec.released()"
OWN_BY_GRID = (
    f"SELECT grid_id, {', '.join(COLUMNS)} FROM households_householdtally AS t"
    " WHERE grid_id = ANY (%(grids)s)"
)
# How many households a grid has is for the district office to know; their colours are not.
COUNTS_BY_GRID = (
    "SELECT grid_id, n, "
    + ", ".join(f"NULL::int AS {c}" for c in COLUMNS[1:])
    + " FROM sec.household_counts()"
)


@dataclass(frozen=True)
class Figures:
    """`state`: ok (all of the place), part (only the reader's own grids), empty, denied."""

    state: str
    n: int | None = None
    c: tuple[int, ...] | None = None
    lapsed: int | None = None

    def as_json(self) -> dict:
        return {"state": self.state, "n": self.n, "c": self.c, "lapsed": self.lapsed}


def _params(scope: Scope) -> dict:
    return {"grids": scope.grid_ids, "villages": list(scope.village_ids)}


def _read(sql: str, scope: Scope) -> dict[int, tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, _params(scope))
        return {row[0]: row[1:] for row in cursor.fetchall()}


def by_division(scope: Scope) -> "FiguresByPlace":
    sql = RELEASED_BY_DIVISION if scope.sees_released else OWN_BY_DIVISION
    return FiguresByPlace(_read(sql, scope), scope.whole_ids)


def by_grid(scope: Scope) -> "FiguresByPlace":
    if scope.sees_released:
        return FiguresByPlace(_read(COUNTS_BY_GRID, scope), frozenset())
    return FiguresByPlace(_read(OWN_BY_GRID, scope), frozenset(scope.grids))


class FiguresByPlace:
    def __init__(self, rows: dict[int, tuple], whole_ids: frozenset[int]):
        self._rows = rows
        self._whole_ids = whole_ids

    def of(self, place_id: int) -> Figures:
        row, whole = self._rows.get(place_id), place_id in self._whole_ids
        if row is None:
            return Figures("empty" if whole else "denied")
        n, *colours, lapsed = row
        if colours[0] is None:
            return Figures("denied", n=n)
        return Figures("ok" if whole else "part", n=n, c=tuple(colours), lapsed=lapsed)
