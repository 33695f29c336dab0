"""Pieces of SQL that the layers share."""

from households.figures import COLUMNS

FIGURES = ", ".join(f"f.{c}" for c in COLUMNS)
# Whether the figures tell all of a place, only the reader's part of it, that nobody lives there
# yet, or that they are not hers to see. `{whole}` is true where she would see all of it.
STATE = """CASE WHEN f.n IS NULL AND {whole} THEN 'empty' WHEN f.n IS NULL THEN 'denied'
                WHEN {whole} THEN 'ok' ELSE 'part' END AS state"""
# From this zoom an outline as it was drawn; before, simplified together with its neighbours.
EXACT_FROM_ZOOM = 14


def outline(alias: str, z: int) -> str:
    if z >= EXACT_FROM_ZOOM:
        return f"{alias}.geom_3857"
    return f"coalesce({alias}.coarse_3857, {alias}.geom_3857)"


def near(alias: str) -> str:
    """Whether an outline touches the tile with the buffer that is drawn across its edge."""
    # The constant is transformed, so that the index of the column serves. And written bare: the
    # planner works it out once and knows how little it selects; in a SELECT of its own it would be
    # an unknown box, and the table be read from end to end.
    box = "ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)"
    return f"{alias}.geom && ST_Transform({box}, 4326)"
