"""Layer `grids`: outlines, whether somebody answers, and the figures of one's own grids."""

from core.morton import Tile
from core.tiles import Query, TileLayer
from households.figures import COLUMNS, COUNTS_BY_GRID, OWN_BY_GRID
from households.scope import Scope
from households.tiles.figures import FIGURES, STATE, near, outline
from households.versions import near_ids, snapshot

FROM_ZOOM = 11


def _query(scope: Scope, tile: Tile) -> Query | None:
    if tile.z < FROM_ZOOM:
        return None
    if scope.sees_released:
        figures, state = COUNTS_BY_GRID, "'denied' AS state"
    else:
        figures, state = OWN_BY_GRID, STATE.format(whole="g.id = ANY (%(grids)s)")
    mine = near_ids(scope.grids, tile)
    sql = f"""
        WITH f AS MATERIALIZED ({figures})
        SELECT g.id,
               ST_AsMVTGeom({outline("g", tile.z)}, ST_TileEnvelope(%(z)s, %(x)s, %(y)s),
                            4096, 64) AS geom,
               g.code, g.name,
               (a.id IS NOT NULL)::int AS led,
               (g.id = ANY (%(mine)s))::int AS mine,
               {state}, {FIGURES}
        FROM grids_grid AS g
        LEFT JOIN f ON f.grid_id = g.id
        -- One at most, by the constraint one_lead_per_grid.
        LEFT JOIN grids_assignment AS a
          ON a.grid_id = g.id AND a.role = 'lead' AND a.ended_at IS NULL
        WHERE g.closed_on IS NULL AND {near("g")}
        ORDER BY g.code
    """
    return Query(
        sql,
        {
            "z": tile.z,
            "x": tile.x,
            "y": tile.y,
            "grids": mine,
            "mine": mine if scope.role == "member" else [],
        },
    )


def _stamp(scope: Scope, tile: Tile) -> str:
    villages = snapshot()
    return f"{scope.stamp} {villages.stamp(villages.touching(tile))}"


GRIDS = TileLayer(
    name="grids",
    fields=("code", "name", "led", "mine", "state", *COLUMNS),
    query=_query,
    stamp=_stamp,
)
