"""The two layers, each alone: row security without the app's filters, and the other way round."""

import time

import pytest
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from accounts.models import Role
from core.scope import acting_as, acting_as_system, signed
from households.models import (
    Claim,
    Classification,
    Household,
    HouseholdIdentity,
    HouseholdTally,
    Objection,
)
from households.scope import resolve
from tests.factories import member

SCOPED = [Household, HouseholdIdentity, Classification, Claim, HouseholdTally]

# Who may know of which families, said by hand: the oracle for both layers.
SEES = {
    "lan": ["liu1"],
    "mei": ["liu2"],
    "hua": ["tao1"],
    "head": ["liu1", "liu2"],
    "chair": ["liu1", "liu2", "tao1"],
    "other_chair": ["xing1"],
    "district": [],
}


def expected(cast, who):
    return {home.pk for key in SEES[who] for home in cast.homes[key]}


@pytest.mark.parametrize("who", SEES)
def test_row_security_alone_shows_only_her_families(cast, who):
    with acting_as(getattr(cast, who).pk):
        assert set(Household.objects.values_list("pk", flat=True)) == expected(cast, who)
        assert set(HouseholdIdentity.objects.values_list("pk", flat=True)) == expected(cast, who)
        assert set(Classification.objects.values_list("household", flat=True)) <= expected(
            cast, who
        )
        grids = {getattr(cast, key).pk for key in SEES[who]}
        assert set(HouseholdTally.objects.values_list("grid", flat=True)) == grids


@pytest.mark.parametrize("who", SEES)
def test_the_app_alone_shows_only_her_families(cast, who):
    # The system sees every row: what is left is the app's own filter.
    with acting_as_system("test"):
        assert Household.objects.count() == 16
        visible = Household.objects.visible_to(getattr(cast, who))
        assert set(visible.values_list("pk", flat=True)) == expected(cast, who)


@pytest.mark.parametrize("model", SCOPED)
def test_without_a_scope_there_are_no_rows(cast, model):
    assert not model.objects.exists()


def test_a_forged_or_stale_scope_shows_nothing(cast, monkeypatch):
    def rows_with(token):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('wuse.scope', %s, true)", [token])
            cursor.execute("SELECT count(*) FROM households_household")
            return cursor.fetchone()[0]

    good = signed(f"m:{cast.chair.pk}")
    assert rows_with(good) == 12
    subject, expiry, mac = good.split("|")
    assert rows_with(f"s:import|{expiry}|{mac}") == 0
    assert rows_with(f"m:{cast.other_chair.pk}|{expiry}|{mac}") == 0
    assert rows_with(f"{subject}|{int(expiry) + 9999}|{mac}") == 0
    assert rows_with(f"m:{cast.chair.pk}") == 0
    assert rows_with("m:1|x|y") == 0
    # Signed six minutes ago, and copied from somewhere.
    monkeypatch.setattr("core.scope.time.time", lambda: time.time_ns() / 1e9 - 360)
    assert rows_with(signed(f"m:{cast.chair.pk}")) == 0


def test_the_runtime_role_is_not_the_owner_and_cannot_read_the_key(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls, (SELECT tableowner FROM pg_tables"
            " WHERE tablename = 'households_household') = current_user"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False)
        cursor.execute("SELECT has_table_privilege('sec.scope_key', 'SELECT')")
        assert cursor.fetchone() == (False,)


def test_an_ended_assignment_ends_the_view(cast):
    from django.utils import timezone

    cast.liu1.assignments.update(ended_at=timezone.now())
    with acting_as(cast.lan.pk):
        assert not Household.objects.exists()
    with acting_as_system("test"):
        assert not Household.objects.visible_to(cast.lan).exists()


def test_a_member_out_of_office_sees_nothing(cast):
    cast.lan.is_active = False
    cast.lan.save()
    with acting_as(cast.lan.pk):
        assert not Household.objects.exists()


def test_a_claim_shows_one_family_of_another_village(cast):
    far = cast.homes["tao1"][2]
    with acting_as_system("test"):
        Claim.objects.create(household=far, member=cast.lan)
    with acting_as(cast.lan.pk):
        assert set(Household.objects.values_list("pk", flat=True)) == expected(cast, "lan") | {
            far.pk
        }
        assert HouseholdIdentity.objects.filter(pk=far.pk).exists()
        visible = Household.objects.visible_to(cast.lan)
        assert visible.filter(pk=far.pk).exists()


def test_the_app_alone_counts_a_claim_only_for_her_who_has_it_and_while_she_has(cast):
    ended, mine, meis = cast.homes["tao1"][:3]
    now = timezone.now()
    with acting_as_system("test"):
        Claim.objects.create(household=ended, member=cast.lan, ended_at=now)
        Claim.objects.create(household=mine, member=cast.lan)
        Claim.objects.create(household=meis, member=cast.mei)
        visible = set(Household.objects.visible_to(cast.lan).values_list("pk", flat=True))
        assert visible == expected(cast, "lan") | {mine.pk}
        assert set(resolve(cast.lan.pk).claims) == {mine.pk}


def test_nobody_claims_a_family_she_cannot_see(cast):
    from django.db.utils import ProgrammingError

    with acting_as(cast.lan.pk), pytest.raises(ProgrammingError), transaction.atomic():
        Claim.objects.create(household=cast.homes["tao1"][0], member=cast.lan)


def test_nobody_moves_a_family_out_of_her_scope(cast):
    from django.db.utils import ProgrammingError

    with acting_as(cast.lan.pk), pytest.raises(ProgrammingError), transaction.atomic():
        Household.objects.filter(pk=cast.homes["liu1"][0].pk).update(grid=cast.tao1)


def test_a_rollback_to_a_savepoint_keeps_the_scope(cast):
    with acting_as(cast.lan.pk):
        with pytest.raises(RuntimeError), transaction.atomic():
            assert Household.objects.count() == 4
            raise RuntimeError
        assert Household.objects.count() == 4


def test_a_failure_as_somebody_else_is_rolled_back_to_the_savepoint(cast):
    with acting_as(cast.lan.pk):
        with (
            pytest.raises(DatabaseError, match="division by zero"),
            transaction.atomic(),
            acting_as_system("test"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1 / 0")
        assert Household.objects.count() == 4


def test_the_next_actor_does_not_inherit_the_scope(cast):
    with acting_as(cast.chair.pk):
        assert Household.objects.count() == 12
    with acting_as(cast.lan.pk):
        assert Household.objects.count() == 4
    assert Household.objects.count() == 0


def test_tallies_are_what_a_recount_finds(cast):
    with acting_as_system("test"):
        tally = HouseholdTally.objects.get(grid=cast.liu1)
        assert (tally.n, tally.c0, tally.c1, tally.c3, tally.lapsed) == (4, 2, 1, 1, 0)
        Household.objects.filter(grid=cast.liu1).update(grid=cast.liu2)
        assert not HouseholdTally.objects.filter(grid=cast.liu1).exists()
        assert HouseholdTally.objects.get(grid=cast.liu2).n == 8
        for home in Household.objects.filter(grid=cast.liu2):
            home.delete()
        assert not HouseholdTally.objects.filter(grid=cast.liu2).exists()


def test_the_runtime_role_cannot_write_what_triggers_keep(cast):
    from django.db.utils import ProgrammingError

    for statement in (
        "UPDATE households_householdtally SET n = 0",
        "DELETE FROM households_dataversion",
    ):
        with (
            acting_as_system("test"),
            pytest.raises(ProgrammingError),
            transaction.atomic(),
            connections["default"].cursor() as cursor,
        ):
            cursor.execute(statement)


def test_nobody_decides_a_colour_in_anothers_name(cast):
    """Nor puts one down as decided, or takes one away."""
    home = cast.homes["liu1"][0]
    with acting_as_system("test"):
        row = home.classifications.get()
        Classification.objects.filter(pk=row.pk).update(status="lapsed")
    copied = {
        "household": home, "colour_class": row.colour_class, "reason": row.reason,
        "help_offered": row.help_offered, "review_on": row.review_on,
        "decided_at": row.decided_at,
    }  # fmt: skip
    with acting_as(cast.head.pk):
        for said in (
            {"status": "confirmed", "proposed_by": cast.head, "decided_by": cast.chair},
            {"status": "proposed", "proposed_by": cast.lan, "decided_at": None},
            {"status": "proposed", "proposed_by": cast.head, "second_look_by": cast.lan},
        ):
            with pytest.raises(DatabaseError, match="row-level"), transaction.atomic():
                Classification.objects.create(**copied | said)
        waiting = Classification.objects.create(**copied, status="proposed", proposed_by=cast.head)
        rows = Classification.objects.filter(pk=waiting.pk)
        for change in ({"decided_by": cast.chair}, {"second_look_by": cast.lan}):
            with pytest.raises(DatabaseError, match="own name"), transaction.atomic():
                rows.update(**change)
        assert rows._raw_delete(rows.db) == 0
    with acting_as(cast.lan.pk):
        assert rows.update(second_look_by=cast.lan) == 1


def test_an_objection_is_reviewed_once_by_a_chair_who_had_no_say(cast):
    home = cast.homes["liu1"][0]
    answer = {"reviewed_at": timezone.now(), "kept": True, "answer": "谈过了"}
    with acting_as(cast.lan.pk):
        objection = Objection.objects.create(
            classification=home.classifications.get(), household=home, text="不同意", by=cast.lan
        )
    rows = Objection.objects.filter(pk=objection.pk)

    def review(by) -> bool:
        try:
            with acting_as(by.pk), transaction.atomic():
                return rows.update(**answer, reviewed_by=by) == 1
        except DatabaseError:
            return False

    # lan proposed the colour and is no chair; the town's chair decided it.
    assert not review(cast.lan) and not review(cast.chair) and not review(cast.other_chair)
    with acting_as_system("test"):
        other = member("second", Role.VILLAGE, cast.liu)
    assert review(cast.head) and not review(other)
