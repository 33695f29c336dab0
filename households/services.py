"""What is done to households: schemes, colours, joining to grids."""

from collections.abc import Collection

from django.db import connection, transaction
from django.utils import timezone

from boundaries.models import Division
from households.colouring.lapsing import retire_missing
from households.defaults import DEFAULT_NAME, FIVE_COLOURS, FLIP_DAYS
from households.models import ColourClass, ColourReason, ColourScheme


@transaction.atomic
def install_scheme(
    *, county: Division, name: str, classes: list[dict], flip_days: int = FLIP_DAYS
) -> ColourScheme:
    """Make this the county's current colour scheme, as its next version.

    `classes` are the fields of `ColourClass` with a list `reasons`. Colours decided under an older
    version keep pointing to it until their review; those whose class is no more end at once.
    """
    today = timezone.localdate()
    before = ColourScheme.objects.filter(county=county)
    before.filter(valid_to=None).update(valid_to=today)
    scheme = ColourScheme.objects.create(
        county=county,
        version=before.count() + 1,
        name=name,
        valid_from=today,
        flip_days=flip_days,
    )
    for fields in with_deciders(classes):
        reasons = fields.pop("reasons")
        colour_class = ColourClass.objects.create(scheme=scheme, **fields)
        ColourReason.objects.bulk_create(
            ColourReason(colour_class=colour_class, text=text) for text in reasons
        )
    retire_missing(scheme)
    return scheme


def with_deciders(classes: list[dict]) -> list[dict]:
    """The classes with who confirms each; where it is not said, the town's chair what is visited
    most often, and the village's chair all else."""
    often = min((fields["cadence_days"] for fields in classes), default=0)
    decider = ColourClass.Decider
    return [
        {"decided_by": decider.TOWN if fields["cadence_days"] == often else decider.VILLAGE}
        | fields
        for fields in classes
    ]


def install_default_scheme(county: Division) -> ColourScheme:
    """The five colours of 建安区， unless the county has a scheme."""
    current = ColourScheme.objects.filter(county=county, valid_to=None).first()
    return current or install_scheme(county=county, name=DEFAULT_NAME, classes=FIVE_COLOURS)


# Every grid covers its own edge, so an edge has two: the lower code takes the family. The homes are
# read once, apart: row security keeps the planner from seeing how few they are.
# A shielded family goes with its grid, and from one that was closed to that under the middle of it:
# where it truly lives, nobody shall find out by drawing borders.
_JOIN = """
    WITH closed AS MATERIALIZED (
        SELECT id, ST_Transform(anchor_3857, 4326) AS anchor FROM grids_grid
        WHERE village_id = ANY (%(villages)s) AND closed_on IS NOT NULL
    ),
    home AS MATERIALIZED (
        SELECT h.id, h.village_id,
               CASE WHEN h.protection = 'none' THEN h.point ELSE closed.anchor END AS point
        FROM households_household AS h LEFT JOIN closed ON closed.id = h.grid_id
        WHERE h.village_id = ANY (%(villages)s)
          AND (h.protection = 'none' OR closed.id IS NOT NULL)
    ),
    covering AS (
        SELECT DISTINCT ON (h.id) h.id, g.id AS grid_id
        FROM grids_grid AS g
        JOIN home AS h
          -- By the box first: most grids of the village are ruled out without their outline.
          ON h.village_id = g.village_id AND g.geom && h.point AND ST_Covers(g.geom, h.point)
        WHERE g.village_id = ANY (%(villages)s) AND g.closed_on IS NULL
        ORDER BY h.id, g.code
    )
    UPDATE households_household AS h SET grid_id = found.grid_id
    FROM (SELECT home.id, covering.grid_id FROM home LEFT JOIN covering USING (id)) AS found
    WHERE found.id = h.id AND h.grid_id IS DISTINCT FROM found.grid_id
"""


@transaction.atomic
def join_to_grids(*, villages: Collection[int]) -> int:
    """Put every family of these villages (ids) into the grid that covers it; return how many moved.

    To be called by whoever has changed grids, within its scope. A family without a position, or
    outside every grid of its own village, stands in none.
    """
    with connection.cursor() as cursor:
        cursor.execute(_JOIN, {"villages": list(villages)})
        moved = cursor.rowcount
        cursor.execute("SELECT sec.settle_shielded(%s)", [list(villages)])
        return moved + cursor.fetchone()[0]
