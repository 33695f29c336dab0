"""The district in which the matrix is decided: one member for every role and relation.

Every sensitive field of every family and person holds a token that stands nowhere else, so that
whatever leaves can be searched for what should not (canaries.py).
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from django.contrib.gis.geos import Point
from django.db import connections, transaction
from django.utils import timezone

from accounts.models import Member, Role
from cases import services as cases
from cases.models import BreakGlass, Case, Concern
from core.scope import acting_as, acting_as_system
from grids.models import Assignment, Draft, TerritoryChange
from households.models import (
    Claim,
    Classification,
    Conflict,
    FamilyStatement,
    GoodWord,
    Household,
    HouseholdIdentity,
    HouseholdPlace,
    Objection,
    Person,
    PersonSensitive,
)
from rights import services as rights
from rights.models import Request
from tests.factories import Cast, build_cast, colour, division, grid, member
from tests.factories import box as square
from transfers.models import Export, ImportJob

_SYMBOLS = "ABCDEFGHJKMNPQRSTVWXYZ23456789"


@dataclass(frozen=True)
class Token:
    """A text that stands in one field of one family."""

    text: str
    home: int
    tier: str
    what: str


@dataclass
class World:
    cast: Cast
    people: dict[str, Member] = field(default_factory=dict)
    homes: dict[str, Household] = field(default_factory=dict)
    # Before anything was protected: where each family truly lives, and its former random id.
    places: dict[int, tuple[float, float]] = field(default_factory=dict)
    tokens: list[Token] = field(default_factory=list)
    # What stands in addresses: {noun: {label: key}}.
    objects: dict[str, dict[str, str]] = field(default_factory=dict)
    _chance: random.Random = field(default_factory=lambda: random.Random(4))

    def word(self, home: int, tier: str, what: str) -> str:
        text = "".join(self._chance.choices(_SYMBOLS, k=10))
        self.tokens.append(Token(text, home, tier, what))
        return text

    def phone(self, home: int, what: str) -> str:
        text = f"000{self._chance.randrange(10**8):08}"
        self.tokens.append(Token(text, home, "S2", what))
        return text


def build(world_of: Cast | None = None) -> World:
    """Build and commit it."""
    with transaction.atomic(), acting_as_system("test"):
        world = World(world_of or build_cast())
        _staff(world)
        _homes(world)
        _relations(world)
        _territory(world)
        _files(world)
    with transaction.atomic():
        _cases(world)
    _protect(world)
    _stale_glass(world)
    _requests(world)
    with transaction.atomic(), acting_as_system("test"):
        _name_objects(world)
    return world


def _staff(world: World) -> None:
    cast = world.cast
    far = division("999002", "别区", geom=square(115.0, 34.0))
    cast.closed = grid(cast.tao, 2, square(113.86, 34.02, 0.01, 0.01))
    for name in ("district", "chair", "other_chair", "head", "lan", "mei", "hua"):
        world.people[name] = getattr(cast, name)
    posts = {
        "tao_head": (Role.VILLAGE, cast.tao),
        "far": (Role.MEMBER, cast.xing),
        "former": (Role.MEMBER, cast.liu),
        "coming": (Role.MEMBER, cast.liu),
        "standin": (Role.MEMBER, cast.liu),
        "support": (Role.MEMBER, cast.liu),
        "kin": (Role.MEMBER, cast.liu),
        "left": (Role.MEMBER, cast.liu),
        "lead": (Role.CASEWORKER, cast.area),
        "worker": (Role.CASEWORKER, cast.east),
        "glass": (Role.CASEWORKER, cast.west),
        "stale_glass": (Role.CASEWORKER, cast.west),
        "former_worker": (Role.CASEWORKER, cast.east),
        "kin_worker": (Role.CASEWORKER, cast.east),
        "stranger": (Role.CASEWORKER, far),
        "partner": (Role.PARTNER, cast.area),
        "steward": (Role.STEWARD, cast.area),
        "west_steward": (Role.STEWARD, cast.west),
        "sysadmin": (Role.SYSADMIN, None),
        "auditor": (Role.AUDITOR, None),
    }
    for name, (role, place) in posts.items():
        world.people[name] = member(name, role, place)


def _homes(world: World) -> None:
    """Families of every kind, each with a grown-up and a minor."""
    cast = world.cast
    kinds = {
        "liu1 plain": cast.liu1, "liu1 claimed": cast.liu1, "liu1 kin": cast.liu1,
        "liu1 shielded": cast.liu1, "liu1 wish": cast.liu1, "liu1 sealed": cast.liu1,
        "liu2 plain": cast.liu2, "liu2 shielded": cast.liu2, "tao1 plain": cast.tao1,
        "tao1 claimed": cast.tao1, "tao1 kin": cast.tao1, "xing1 plain": cast.xing1,
        "xing1 sealed": cast.xing1, "liu loose": cast.liu, "xing loose": cast.xing,
    }  # fmt: skip
    # The cast's own families have no tokens.
    Household.objects.all().delete()
    for number, (label, place) in enumerate(kinds.items(), 1):
        in_grid = "loose" not in label
        lon = lat = None
        if in_grid:
            west, south = place.geom.extent[:2]
            lon = round(west + 0.001 + world._chance.randrange(17_000) / 1e6, 6)
            lat = round(south + 0.001 + world._chance.randrange(17_000) / 1e6, 6)
        village = place.village if in_grid else place
        home = Household.objects.create(
            village=village,
            grid=place if in_grid else None,
            household_no=f"H{number:04}",
            point=Point(lon, lat, srid=4326) if in_grid else None,
        )
        # Now that it has a key.
        home.household_no = world.word(home.pk, "S1", "number")
        home.save(update_fields=["household_no"])
        HouseholdIdentity.objects.create(
            household=home,
            contact_name="示" + world.word(home.pk, "S2", "contact_name"),
            phone=world.phone(home.pk, "phone"),
            address=f"{village.name}示例路北" + world.word(home.pk, "S2", "address"),
            members=2,
            note=world.word(home.pk, "S2", "note"),
        )
        colour(home, 1 + number % 5, by=cast.lan, decided_by=cast.chair)
        _words(world, home)
        if in_grid:
            world.places[home.pk] = (lon, lat)
        world.homes[label] = home
        for relation, born in (("head", 1970), ("child", 2018)):
            _person(world, home, relation, born)


def _words(world: World, home: Household) -> None:
    """What is said of a family and by it: an objection that was heard, a colour refused, another
    that waits."""
    cast, now = world.cast, timezone.now()
    held = home.classifications.get()
    slot, review_on = held.colour_class.slot, held.review_on
    objection = Objection.objects.create(
        household=home, classification=held, by=cast.lan,
        text=world.word(home.pk, "S2", "objection"),
    )  # fmt: skip
    Objection.objects.filter(pk=objection.pk).update(
        reviewed_by=cast.head, reviewed_at=now, kept=True,
        answer=world.word(home.pk, "S2", "answer"),
    )  # fmt: skip
    held.status = held.Status.CONFIRMED
    held.save(update_fields=["status"])
    Household.objects.filter(pk=home.pk).update(slot=slot, review_on=review_on)
    FamilyStatement.objects.create(
        household=home, text=world.word(home.pk, "S2", "statement"), written_by=cast.lan
    )
    GoodWord.objects.create(
        household=home, kind="work", text=world.word(home.pk, "S2", "good word"), by=cast.lan
    )
    said = {"household": home, "colour_class": held.colour_class, "reason": held.reason}
    Classification.objects.create(
        **said, status="refused", proposed_by=cast.lan, decided_by=cast.chair, decided_at=now,
        help_offered=world.word(home.pk, "S1", "help refused"),
        refusal=world.word(home.pk, "S1", "refusal"),
    )  # fmt: skip
    Classification.objects.create(
        **said, proposed_by=cast.lan, help_offered=world.word(home.pk, "S1", "help"), source="told"
    )
    Household.objects.filter(pk=home.pk).update(proposed=True)


def _person(world: World, home: Household, relation: str, born: int) -> None:
    person = Person.objects.create(
        household=home,
        name="例" + world.word(home.pk, "S2", f"{relation} name"),
        relation=relation,
        birth_year=born,
        phone=world.phone(home.pk, f"{relation} phone"),
        has_sensitive=True,
    )
    PersonSensitive.objects.create(
        person=person,
        written_by=world.cast.lan,
        written_at=timezone.now(),
        **{
            f: world.word(home.pk, "S3", f"{relation} {f}")
            for f in ("health", "disability", "income", "care")
        },
    )


def _relations(world: World) -> None:
    cast, people, homes = world.cast, world.people, world.homes
    now = timezone.now()
    day = timedelta(days=1)
    parts = [
        ("far", cast.xing1, "lead", -30, None),
        ("former", cast.liu1, "support", -30, -1),
        ("coming", cast.liu1, "cover", 1, 9),
        ("standin", cast.liu1, "cover", -1, 9),
        ("support", cast.liu1, "support", -1, None),
        ("kin", cast.liu1, "support", -1, None),
        ("left", cast.liu2, "support", -1, None),
    ]
    for who, place, role, start, end in parts:
        Assignment.objects.create(
            grid=place, member=people[who], role=role,
            started_at=now + start * day, ended_at=now + end * day if end else None,
        )  # fmt: skip
    Member.objects.filter(pk=people["left"].pk).update(is_active=False)
    # Counted elsewhere for a moment: where a family stood is a row of its own.
    for label in ("liu1 plain", "tao1 claimed", "liu1 kin"):
        stood = homes[label].grid_id
        for place in (None, stood):
            Household.objects.filter(pk=homes[label].pk).update(grid=place)
    Claim.objects.create(household=homes["liu1 claimed"], member=people["hua"])
    Claim.objects.create(household=homes["tao1 claimed"], member=people["head"])
    Claim.objects.create(household=homes["liu2 plain"], member=people["former"], ended_at=now)
    for who, home, ended in (
        ("kin", "liu1 kin", None), ("head", "liu1 kin", None), ("chair", "tao1 kin", None),
        ("lan", "liu1 plain", now), ("kin_worker", "liu2 shielded", None),
    ):  # fmt: skip
        Conflict.objects.create(
            household=homes[home], member=people[who], kind="relative", ended_at=ended
        )


def _territory(world: World) -> None:
    cast, people = world.cast, world.people
    for label, scope, by in (
        ("liu", cast.liu, people["head"]), ("tao", cast.tao, people["tao_head"]),
        ("east", cast.east, people["chair"]), ("west", cast.west, people["other_chair"]),
    ):  # fmt: skip
        for state in ("open", "published"):
            draft = Draft.objects.create(
                scope=scope, title=f"{label} {state}", state=state, created_by=by, updated_by=by
            )
            if state == "published":
                TerritoryChange.objects.create(draft=draft, by=by)


def _files(world: World) -> None:
    people = world.people
    for who, kind in (
        ("chair", "households"), ("other_chair", "assignments"), ("steward", "households"),
        ("sysadmin", "members"),
    ):  # fmt: skip
        ImportJob.objects.create(kind=kind, by=people[who], filename="名单.csv", state="checked")
    for who in ("chair", "other_chair"):
        with acting_as(people[who].pk):
            Export.objects.create(what="families", reason="入户走访前核对名册", by=people[who])


def _cases(world: World) -> None:
    """A worry about each of some families; and one that wishes to be left alone."""
    people, homes = world.people, world.homes
    raised = {
        "liu1 shielded": "lan", "liu1 wish": "lan", "liu1 sealed": "lan",
        "liu2 shielded": "mei", "xing1 sealed": "far",
    }  # fmt: skip
    for label, who in raised.items():
        home = homes[label]
        with acting_as(people[who].pk):
            kind = Concern.Kind.WISH if label.endswith("wish") else Concern.Kind.WORRY
            text = world.word(home.pk, "S4", "concern")
            cases.raise_concern(household=home.uuid, text=text, by=people[who], kind=kind)
    given = {
        "liu1 shielded": ["former_worker", "worker"], "liu1 sealed": ["worker"],
        "liu2 shielded": ["kin_worker"], "xing1 sealed": ["worker"],
    }  # fmt: skip
    for label, workers in given.items():
        for who in workers:
            with acting_as(people["lead"].pk):
                case = Case.objects.led_by(people["lead"]).get(household=homes[label])
                cases.assign(case=case.uuid, member=people[who].pk, by=people["lead"])


def _protect(world: World) -> None:
    """Seal, write records, break the glass: each in a transaction, for each opens what it logs."""
    people, homes = world.people, world.homes
    for label in ("liu1 shielded", "liu1 sealed", "xing1 sealed"):
        with transaction.atomic(), acting_as(people["worker"].pk):
            case = Case.objects.get(household=homes[label])
            opened = cases.open_case(
                case=case.uuid, action="write", route="test", by=people["worker"]
            )
            cases.write_record(
                case=opened, by=people["worker"],
                text=world.word(homes[label].pk, "S4", "record"),
                shelter=world.word(homes[label].pk, "S4", "shelter"),
            )  # fmt: skip
            if label.endswith("sealed"):
                Household.objects.filter(pk=homes[label].pk).update(protection="sealed")
    with transaction.atomic(), acting_as_system("test"):
        sealed = Case.objects.get(household=homes["liu1 sealed"])
    with transaction.atomic(), acting_as(people["glass"].pk):
        cases.break_glass(
            case=sealed.uuid, reason="夜里来电求助，责任人联系不上", by=people["glass"]
        )


def _stale_glass(world: World) -> None:
    """Broken yesterday: it has mended."""
    owner = connections["owner"]
    with transaction.atomic(using="owner"), acting_as_system("test"), owner.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_breakglass (uuid, case_id, member_id, reason, started_at, until)"
            " SELECT gen_random_uuid(), c.id, %s, '昨天夜里来电，责任人联系不上',"
            " now() - interval '4 hours', now() - interval '1 hour'"
            " FROM cases_case AS c WHERE c.household_id = %s",
            [world.people["stale_glass"].pk, world.homes["liu1 sealed"].pk],
        )


def _requests(world: World) -> None:
    """Families that ask what is kept of them."""
    for who, label in (("steward", "tao1 plain"), ("west_steward", "xing1 plain")):
        home, by = world.homes[label], world.people[who]
        said = {t.what: t.text for t in world.tokens if t.home == home.pk}
        with transaction.atomic(), acting_as(by.pk):
            rights.file_request(
                kind="access", village=home.village.code, household_no=said["number"],
                applicant="示" + said["contact_name"], standing="self", proof="当面核对证件",
                wish="想知道留了哪些信息", received_on=timezone.localdate(), by=by,
            )  # fmt: skip


def _name_objects(world: World) -> None:
    cast = world.cast
    former = {p.household_id: p.uuid for p in HouseholdPlace.objects.all()}
    homes = {label: home.pk for label, home in world.homes.items()}
    uuids = dict(Household.objects.values_list("pk", "uuid"))
    persons = dict(Person.objects.filter(relation="child").values_list("household", "uuid"))
    colours = Classification.objects.filter(status="proposed")
    proposals = dict(colours.values_list("household", "uuid"))
    files = dict(Case.objects.values_list("household", "uuid"))
    places = {
        d.name: d.code for d in (cast.area, cast.east, cast.west, cast.liu, cast.tao, cast.xing)
    }
    grids = {g.name: g.code for g in (cast.liu1, cast.liu2, cast.tao1, cast.xing1)}
    # A sealed family is asked for by the id that people remember.
    by_home = {label: str(former.get(pk, uuids[pk])) for label, pk in homes.items()}
    claims = Claim.objects.select_related("member", "household")
    conflicts = Conflict.objects.select_related("member")
    asked = Request.objects.select_related("steward")
    world.objects = {
        "households": by_home,
        "classifications": {label: str(proposals[pk]) for label, pk in homes.items()},
        "people": {label: str(persons[pk]) for label, pk in homes.items()},
        "cases": {label: str(files[pk]) for label, pk in homes.items() if pk in files},
        "break-glass": {g.member.username: str(g.uuid) for g in BreakGlass.objects.all()},
        "imports": {j.by.username: str(j.uuid) for j in ImportJob.objects.select_related("by")},
        "exports": {e.by.username: str(e.uuid) for e in Export.objects.select_related("by")},
        "rights": {r.steward.username: str(r.uuid) for r in asked},
        "grids": grids,
        "divisions": places,
        "areas": places | grids,
        "territory": places,
        "drafts": {d.title: str(d.pk) for d in Draft.objects.filter(state="open")},
        "changes": {c.draft.title: str(c.pk) for c in TerritoryChange.objects.all()},
        "claims": {f"{c.member.username} {c.pk}": str(c.pk) for c in claims},
        "conflicts": {f"{c.member.username} {c.pk}": str(c.pk) for c in conflicts},
        "members": {name: str(m.pk) for name, m in world.people.items()},
    }
