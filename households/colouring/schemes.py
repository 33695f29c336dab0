"""A county's office changes its scheme: what that would do is shown first."""

from dataclasses import dataclass, field

from django.db import transaction

from accounts.models import Member, Role
from boundaries.models import Division
from core.errors import Conflict, Invalid, NotAllowed
from households.figures import by_division
from households.models import ColourClass, ColourScheme
from households.schemes import check
from households.scope import scope_of
from households.services import install_scheme, with_deciders

FIELDS = (
    "slot", "name", "letter", "shape", "action", "cadence_days", "review_days", "visit_minutes",
    "weight", "decided_by",
)  # fmt: skip
HIDDEN = -1
# What a family feels when it changes; its look does not.
_TOLD = ("action", "cadence_days", "review_days", "visit_minutes", "decided_by")


class SchemeChanged(Conflict):
    message = "别人刚刚启用了另一版颜色方案，请刷新后再改。"


class SchemeFaulty(Invalid):
    """`faults` in the detail, a sentence each."""

    message = "颜色方案还有要改的地方。"


@dataclass(frozen=True)
class Change:
    """What becomes of one colour."""

    name: str
    slot: int
    # new, gone, changed or same
    kind: str
    # Rounded, as the district may know it; None: fewer than five.
    families: int | None
    says: list[str] = field(default_factory=list)


def county_of(member: Member) -> Division:
    """The district whose office she works for."""
    if member.role != Role.DISTRICT or member.division is None:
        raise NotAllowed()
    return member.division


def in_force(county: Division) -> ColourScheme | None:
    return ColourScheme.objects.filter(county=county, valid_to=None).first()


def as_classes(scheme: ColourScheme) -> list[dict]:
    """A scheme as `install_scheme` would take it."""
    return [
        {name: getattr(c, name) for name in FIELDS} | {"reasons": [r.text for r in c.reasons.all()]}
        for c in scheme.classes.prefetch_related("reasons")
    ]


def preview(member: Member, classes: list[dict]) -> list[Change]:
    """What these classes would change, colour by colour: those that go first."""
    _checked(classes)
    county = county_of(member)
    scheme = in_force(county)
    old = {c["slot"]: c for c in as_classes(scheme)} if scheme else {}
    new = {c["slot"]: c for c in with_deciders(classes)}
    counted = by_division(scope_of(member)).of(county.pk).c or (0,) * 6
    changes = []
    for slot in sorted(old | new):
        before, after = old.get(slot), new.get(slot)
        families = None if counted[slot] == HIDDEN else counted[slot]
        if before and (after is None or after["name"] != before["name"]):
            changes.append(Change(before["name"], slot, "gone", families))
            before = None
        if after is None:
            continue
        if before is None:
            changes.append(Change(after["name"], slot, "new", 0))
        else:
            says = _differences(before, after)
            kind = "changed" if says else "same"
            changes.append(Change(after["name"], slot, kind, families, says))
    order = ("gone", "new", "changed", "same")
    return sorted(changes, key=lambda change: (order.index(change.kind), change.slot))


def _differences(before: dict, after: dict) -> list[str]:
    said = []
    for name in _TOLD:
        if before[name] != after[name]:
            title = ColourClass._meta.get_field(name).verbose_name
            said.append(f"{title}：{_words(name, before)} → {_words(name, after)}")
    gone = [text for text in before["reasons"] if text not in after["reasons"]]
    more = [text for text in after["reasons"] if text not in before["reasons"]]
    said += [f"不再有的原因：{text}" for text in gone] + [f"新的原因：{text}" for text in more]
    return said


def _words(name: str, told: dict) -> str:
    if name == "decided_by":
        return str(ColourClass.Decider(told[name]).label)
    return str(told[name])


def _checked(classes: list[dict]) -> None:
    if found := check(classes):
        raise SchemeFaulty(faults=found)


@transaction.atomic
def change_scheme(
    *, based_on: int, name: str, flip_days: int, classes: list[dict], by: Member
) -> ColourScheme:
    """Put a new version in force, if the one she has seen (0: none) still is."""
    county = county_of(by)
    Division.objects.select_for_update(no_key=True).get(pk=county.pk)
    now = in_force(county)
    if based_on != (now.version if now else 0):
        raise SchemeChanged()
    _checked(classes)
    return install_scheme(county=county, name=name, classes=classes, flip_days=flip_days)
