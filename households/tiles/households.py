"""Layer `households`: aggregates, then gathered cells, then the dwellings themselves.

Below z13 a household is a number in the figure of its village (to z10) or grid; to z15 in a cell of
16 pixels; only from z16 a point, with a random id, a colour slot and two flags, never a name.

A household that no grid holds is drawn only near its village; one further off has a wrong position
and stands in the list of those without a place.
"""

from core.morton import DEEPEST, Tile
from core.tiles import Query, TileLayer
from households.figures import COLUMNS, SUMS
from households.scope import Scope
from households.tiles.figures import FIGURES
from households.versions import near_ids, snapshot

GRIDS_FROM_ZOOM, CELLS_FROM_ZOOM, POINTS_FROM_ZOOM = 11, 13, 16
# A cell is 16 of a tile's 256 pixels, hence four levels deeper than its tile.
CELL_LEVELS = 4

# The three ways a household can be hers, each by its own index; disjoint, so that none is drawn
# twice. The tile is a range of Morton codes: row security lets an integer index serve.
_ARMS = {
    "grids": """SELECT {columns} FROM households_household AS h
        WHERE h.grid_id = ANY (%(grids)s) AND h.qk BETWEEN %(first)s AND %(last)s""",
    "villages": """SELECT {columns} FROM households_household AS h
        WHERE h.grid_id IS NULL AND h.village_id = ANY (%(villages)s)
          AND h.qk BETWEEN %(first)s AND %(last)s""",
    "claims": """SELECT {columns} FROM households_household AS h
        WHERE h.id = ANY (%(claims)s) AND h.qk BETWEEN %(first)s AND %(last)s
          AND (h.grid_id = ANY (%(grids)s)) IS NOT TRUE
          AND (h.grid_id IS NULL AND h.village_id = ANY (%(villages)s)) IS NOT TRUE""",
}

_POINTS = """
    SELECT id, ST_AsMVTGeom(point_3857, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0, false)
               AS geom, uuid::text AS uuid, slot, lapsed::int AS lapsed, proposed::int AS proposed
    FROM ({arms}) AS h
"""
_POINT_COLUMNS = "h.id, h.point_3857, h.uuid, h.slot, h.lapsed, h.proposed"

# Four bits of x and four of y lie interleaved in the low byte of a cell's code.
_CELLS = f"""
    SELECT cell AS id,
           ST_MakePoint(
               256 * ((cell & 1) | (cell >> 1 & 2) | (cell >> 2 & 4) | (cell >> 3 & 8)) + 128,
               256 * ((cell >> 1 & 1) | (cell >> 2 & 2) | (cell >> 3 & 4) | (cell >> 4 & 8)) + 128
           ) AS geom,
           count(*)::int AS n,
           {", ".join(f"(count(*) FILTER (WHERE slot = {i}))::int AS c{i}" for i in range(6))},
           (count(*) FILTER (WHERE lapsed))::int AS lapsed
    FROM ({{arms}}) AS h
    GROUP BY cell
"""
_CELL_COLUMNS = "h.qk >> %(shift)s AS cell, h.slot, h.lapsed"

_BY_GRID = f"""
    SELECT g.id, ST_AsMVTGeom(g.anchor_3857, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0) AS geom,
           g.code, g.name, {FIGURES}
    FROM households_householdtally AS f JOIN grids_grid AS g ON g.id = f.grid_id
    WHERE f.grid_id = ANY (%(grids)s) AND g.anchor_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s)
"""
_BY_VILLAGE = f"""
    SELECT v.id, ST_AsMVTGeom(v.anchor_3857, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 0) AS geom,
           v.code, v.name, {FIGURES}
    FROM boundaries_division AS v
    JOIN (SELECT t.village_id, {SUMS} FROM households_householdtally AS t
          WHERE t.grid_id = ANY (%(grids)s)
             OR (t.grid_id IS NULL AND t.village_id = ANY (%(villages)s))
          GROUP BY t.village_id) AS f ON f.village_id = v.id
    WHERE v.anchor_3857 && ST_TileEnvelope(%(z)s, %(x)s, %(y)s)
"""


def _query(scope: Scope, tile: Tile) -> Query | None:
    hers = {
        "grids": near_ids(scope.grids, tile),
        "villages": near_ids({village: village for village in scope.village_ids}, tile),
        "claims": near_ids(scope.claims, tile),
    }
    first, last = tile.qk
    params = hers | {"z": tile.z, "x": tile.x, "y": tile.y, "first": first, "last": last}
    if tile.z < CELLS_FROM_ZOOM:
        if not hers["grids"] and not hers["villages"]:
            return None
        return Query(_BY_GRID if tile.z >= GRIDS_FROM_ZOOM else _BY_VILLAGE, params)
    arms = [sql for name, sql in _ARMS.items() if hers[name]]
    if not arms:
        return None
    if scope.kin:
        arms = [f"{sql} AND h.id <> ALL (%(kin)s)" for sql in arms]
        params["kin"] = list(scope.kin)
    if tile.z < POINTS_FROM_ZOOM:
        select, columns = _CELLS, _CELL_COLUMNS
        params["shift"] = 2 * (DEEPEST - tile.z - CELL_LEVELS)
    else:
        select, columns = _POINTS, _POINT_COLUMNS
    return Query(select.format(arms=" UNION ALL ".join(arms).format(columns=columns)), params)


def _stamp(scope: Scope, tile: Tile) -> str:
    villages = snapshot()
    near = villages.touching(tile)
    chosen = near[[pk in scope.touched_ids for pk in villages.ids[near].tolist()]]
    return f"{scope.stamp} {villages.stamp(chosen)}"


HOUSEHOLDS = TileLayer(
    name="households",
    fields=("code", "name", *COLUMNS, "uuid", "slot", "proposed"),
    query=_query,
    stamp=_stamp,
)
