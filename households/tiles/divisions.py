"""Layer `divisions`: the outlines of district, towns, villages with the figures one may see.

Outlines are public geography. Figures are summed over what the reader may count; the district
office reads the released ones.
"""

from core.morton import Tile
from core.tiles import Query, TileLayer
from households.figures import COLUMNS, OWN_BY_DIVISION, RELEASED_BY_DIVISION
from households.scope import Scope
from households.tiles.figures import FIGURES, STATE, near, outline
from households.versions import snapshot

TOWNS_FROM_ZOOM, VILLAGES_FROM_ZOOM = 7, 10


def _query(scope: Scope, tile: Tile) -> Query:
    levels = ["district"]
    if tile.z >= TOWNS_FROM_ZOOM:
        levels.append("town")
    if tile.z >= VILLAGES_FROM_ZOOM:
        levels.append("village")
    figures = RELEASED_BY_DIVISION if scope.sees_released else OWN_BY_DIVISION
    sql = f"""
        WITH f AS MATERIALIZED ({figures})
        SELECT d.id,
               ST_AsMVTGeom({outline("d", tile.z)}, ST_TileEnvelope(%(z)s, %(x)s, %(y)s),
                            4096, 64) AS geom,
               d.code, d.name, d.level,
               {STATE.format(whole="d.id = ANY (%(whole)s)")}, {FIGURES}
        FROM boundaries_division AS d LEFT JOIN f ON f.division_id = d.id
        WHERE d.valid_to IS NULL AND d.level = ANY (%(levels)s) AND {near("d")}
        ORDER BY length(d.code), d.code
    """
    return Query(
        sql,
        {
            "z": tile.z,
            "x": tile.x,
            "y": tile.y,
            "levels": levels,
            "grids": scope.grid_ids,
            "villages": list(scope.village_ids),
            "whole": list(scope.whole_ids),
        },
    )


def _stamp(scope: Scope, tile: Tile) -> str:
    # Of all villages: a town's figures change with those outside the tile.
    return f"{scope.stamp} {snapshot().stamp()}"


DIVISIONS = TileLayer(
    name="divisions",
    fields=("code", "name", "level", "state", *COLUMNS),
    query=_query,
    stamp=_stamp,
)
