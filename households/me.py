"""What the reader is told about herself: who she is, where she works, which grids are hers."""

from django.db.models import Exists, OuterRef

from accounts.models import Member, Role
from boundaries.models import Division, Level
from core.geometry import bbox_of, edges
from core.policy import policy
from grids.models import Grid
from households import figures
from households.areas import OUTLINES
from households.defaults import DEFAULT_NAME, FIVE_COLOURS
from households.models import ColourScheme
from households.scope import scope_of


def me(member: Member) -> dict:
    return {
        "id": member.pk,
        "name": member.name,
        "role": member.role,
        "role_label": member.get_role_display(),
        "area": _home(member),
        "grids": _grids(member) if member.role == Role.MEMBER else [],
        "may": sorted({route for (route, _), rule in policy().items() if rule.admits(member.role)}),
    }


def _home(member: Member) -> dict | None:
    """Her place of work; for a role without one, the district, whose outline all may see."""
    divisions = Division.objects.current().defer(*OUTLINES).annotate(**edges("geom"))
    if member.division_id:
        home = divisions.filter(pk=member.division_id).first()
    else:
        home = divisions.filter(parent=None).order_by("code").first()
    if home is None:
        return None
    return {"code": home.code, "name": home.name, "level": home.level, "bbox": bbox_of(home)}


def _grids(member: Member) -> list[dict]:
    counted = figures.by_grid(scope_of(member))
    grids = Grid.objects.answered_by(member).defer(*OUTLINES).annotate(**edges("geom"))
    return [
        {
            "code": grid.code,
            "name": grid.name,
            "bbox": bbox_of(grid),
            "figures": counted.of(grid.pk).as_json(),
        }
        for grid in grids.order_by("code")
    ]


def current_scheme(member: Member) -> dict | None:
    """The colours of the member's county (or of the only one), for legend and card.

    A county that has not put a scheme in force yet reads the default one, as version 0; None when
    there is no county at all.
    """
    counties = Division.objects.current().filter(level=Level.DISTRICT).order_by("code")
    if member.division_id:
        counties = counties.above(member.division_id)
    in_force = Exists(ColourScheme.objects.filter(county=OuterRef("pk"), valid_to=None))
    county = counties.only("name").annotate(decided=in_force).order_by("-decided", "code").first()
    if county is None:
        return None
    if not county.decided:
        return {
            "name": DEFAULT_NAME,
            "version": 0,
            "county": county.name,
            "classes": [{key: row[key] for key in _TOLD} for row in FIVE_COLOURS],
        }
    scheme = ColourScheme.objects.get(county=county, valid_to=None)
    return {
        "name": scheme.name,
        "version": scheme.version,
        "county": county.name,
        "classes": [
            {key: getattr(c, key) for key in _TOLD[:-1]}
            | {"reasons": [reason.text for reason in c.reasons.all()]}
            for c in scheme.classes.prefetch_related("reasons")
        ],
    }


_TOLD = (
    "slot", "name", "letter", "shape", "action", "cadence_days", "review_days", "reasons",
)  # fmt: skip
