"""History: written by the database whoever changes a row, forged by nobody, told by scope."""

import pytest
from django.contrib.gis.geos import Point
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from audit.services import log_access
from core.scope import acting_as, acting_as_system
from households import people
from households.models import (
    Claim,
    Classification,
    Household,
    HouseholdIdentity,
    IdentityChange,
    IndexChange,
    Person,
    PersonSensitive,
    PlaceChange,
    SensitiveChange,
)
from households.timeline import timeline
from tests.households.test_people import Counting
from tests.households.test_row_security import SEES

ALL = [IndexChange, PlaceChange, IdentityChange, SensitiveChange]


def everything(model, **about):
    with acting_as_system("test"):
        return list(model.objects.filter(**about).order_by("pk"))


def told(home, who):
    with acting_as(who.pk):
        return [one["text"] for one in timeline(people.home_for(who, home.uuid))]


def test_a_change_keeps_what_was_and_who_changed_it(cast):
    home = cast.homes["liu1"][0]
    with acting_as(cast.lan.pk):
        HouseholdIdentity.objects.filter(household=home).update(phone="000999", note="")
    (change,) = everything(IdentityChange)
    assert change.before == {"phone": "0002010001"}
    assert (change.member, change.purpose, change.operation) == (cast.lan, "", "U")
    assert (change.about, change.row, change.household_id) == (
        "householdidentity",
        home.pk,
        home.pk,
    )


def test_a_statement_over_many_rows_keeps_each(cast):
    with acting_as_system("lapse"):
        Household.objects.filter(grid=cast.liu1).update(slot=0, review_on=None, lapsed=True)
    changes = everything(IndexChange, about="household", before__has_key="lapsed")
    assert [c.row for c in changes] == [home.pk for home in cast.homes["liu1"]]
    assert {c.purpose for c in changes} == {"lapse"}


def test_an_update_that_changes_nothing_keeps_nothing(cast):
    home = cast.homes["liu1"][0]
    before = len(everything(IndexChange))
    with acting_as(cast.lan.pk):
        Household.objects.filter(pk=home.pk).update(slot=home.slot)
    assert len(everything(IndexChange)) == before
    assert not everything(PlaceChange)


def test_a_deletion_keeps_the_whole_row(cast):
    home = cast.homes["liu1"][3]
    with acting_as_system("test"):
        one = Person.objects.create(household=home, name="示例", relation="head")
        PersonSensitive.objects.create(
            person=one, health="示例情况", written_by=cast.lan, written_at=timezone.now()
        )
        home.delete()
    (place,) = everything(PlaceChange, about="household", operation="D")
    assert place.before["household_no"] == "0004" and not place.hidden
    (identity,) = everything(IdentityChange, about="householdidentity", operation="D")
    assert identity.before["contact_name"] == "示例户主2010004"
    (person,) = everything(IdentityChange, about="person", operation="D")
    assert person.before["name"] == "示例"
    (sensitive,) = everything(SensitiveChange, operation="D")
    assert sensitive.before["health"] == "示例情况"


def test_what_is_entered_by_hand_is_kept_and_what_a_list_brings_is_not(cast):
    home = cast.homes["liu1"][0]
    assert not everything(IndexChange, operation="I")
    with acting_as(cast.lan.pk):
        Person.objects.create(household=home, name="示例", relation="head")
    (change,) = everything(IdentityChange, operation="I")
    assert (change.member, change.before) == (cast.lan, {})


@pytest.mark.parametrize("model", ALL)
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO {} (at, purpose, about, row, operation, before)"
        " VALUES (now(), '', 'household', 1, 'U', '{{}}')",
        "UPDATE {} SET purpose = 'x'",
        "DELETE FROM {}",
        "TRUNCATE {}",
    ],
)
def test_the_runtime_role_cannot_forge_history(db, system, model, statement):
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(model._meta.db_table))


def change_all(cast):
    """A change of every tier in every family."""
    with acting_as_system("test"):
        Household.objects.update(review_on=None, slot=0, lapsed=True)
        HouseholdIdentity.objects.update(phone="0", address="x")
        for homes in cast.homes.values():
            for home in homes:
                one = Person.objects.create(household=home, name="示例", relation="head")
                PersonSensitive.objects.create(
                    person=one, written_by=cast.lan, written_at=timezone.now()
                )
        PersonSensitive.objects.update(health="示例情况")


@pytest.mark.parametrize("who", SEES)
def test_row_security_alone_shows_only_the_history_of_her_families(cast, who):
    change_all(cast)
    mine = {home.pk for key in SEES[who] for home in cast.homes[key]}
    with acting_as(getattr(cast, who).pk):
        for model in (IndexChange, PlaceChange, IdentityChange):
            changes = model.objects.filter(household__isnull=False)
            assert set(changes.values_list("household", flat=True)) == mine
        assert not SensitiveChange.objects.exists()


def test_without_a_scope_there_is_no_history(cast):
    change_all(cast)
    assert all(everything(model) for model in ALL)
    assert not any(model.objects.exists() for model in ALL)


def test_sensitive_history_shows_only_to_a_transaction_that_has_logged_it(cast):
    change_all(cast)
    with acting_as(cast.lan.pk):
        one = Person.objects.filter(household=cast.homes["liu1"][0]).get()
        log_access(by=cast.lan, action="read", tier="S3", subject=one.uuid, kind="person")
        assert SensitiveChange.objects.get().before == {"health": ""}


def test_history_of_grids_is_read_by_who_sees_the_grid(cast):
    with acting_as_system("test"):
        cast.liu1.name = "新名"
        cast.liu1.save()
        cast.liu1.assignments.update(ended_at=timezone.now())
    for who, sees in (("head", True), ("chair", True), ("other_chair", False), ("hua", False)):
        with acting_as(getattr(cast, who).pk):
            names = set(
                IndexChange.objects.filter(grid=cast.liu1.pk).values_list("about", flat=True)
            )
        assert names == ({"grid", "assignment"} if sees else set())


def test_kinship_does_not_show_in_history(cast):
    home = cast.homes["liu1"][0]
    with acting_as_system("test"):
        cast.mei.conflicts.create(household=home, kind="relative")
        cast.mei.conflicts.update(ended_at=timezone.now())
    assert everything(IndexChange, about="conflict")
    for who in (cast.lan, cast.head, cast.chair):
        with acting_as(who.pk):
            assert not IndexChange.objects.filter(about="conflict").exists()


def test_the_past_does_not_tell_the_place_of_a_protected_family(cast):
    home = cast.homes["liu1"][0]
    with acting_as_system("test"):
        HouseholdIdentity.objects.filter(household=home).update(address="柳村示例路旧号")
    assert "系统改了地址。" in told(home, cast.lan)
    for protection in ("shielded", "none", "shielded"):
        with acting_as_system("test"):
            Household.objects.filter(pk=home.pk).update(protection=protection)
        protected = protection != "none"
        with acting_as(cast.lan.pk):
            shown = list(
                PlaceChange.objects.filter(household=home).values_list("before", flat=True)
            )
        # What happened before protection shows again afterwards; protection itself never.
        assert shown == ([] if protected else [{"address": "柳村示例路0001号"}])
        texts = told(home, cast.lan)
        assert ("系统改了地址。" in texts) is not protected
        assert not any("位置" in text for text in texts)
        with acting_as_system("test"):  # the app alone
            texts = [one["text"] for one in timeline(Household.objects.get(pk=home.pk))]
        assert ("系统改了地址。" in texts) is not protected
        assert not any("位置" in text for text in texts)
        for model in (IndexChange, IdentityChange):
            kept = " ".join(str(change.before) for change in everything(model, household=home))
            assert (
                "示例路" not in kept
                and "0101000020" not in kept
                and "coordinates" not in kept
                and "shielded" not in kept
            )


def test_sealing_leaves_nothing_in_history_that_shows(cast):
    home = cast.homes["liu1"][0]
    before = told(home, cast.lan)
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection="sealed")
        assert not PlaceChange.objects.filter(household=home, hidden=False).exists()
    with acting_as(cast.lan.pk):
        for model in (IndexChange, PlaceChange, IdentityChange):
            assert not model.objects.filter(household=home.pk).exists()
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection="none")
    assert told(home, cast.lan) == before


def test_the_timeline_tells_in_sentences_what_happened(cast, signed_in):
    home = cast.homes["liu1"][0]
    with acting_as(cast.lan.pk):
        HouseholdIdentity.objects.filter(household=home).update(phone="0001", contact_name="示例新")
        Person.objects.create(household=home, name="示例人", relation="child")
        Claim.objects.create(household=home, member=cast.lan)
    with acting_as_system("import"):
        Household.objects.filter(pk=home.pk).update(point=Point(113.825, 34.011), household_no="9")
        Household.objects.filter(pk=home.pk).update(grid=cast.liu2)
    answer = signed_in(cast.head).get(f"/api/households/{home.uuid}/timeline/").json()
    texts = [one["text"] for one in answer["results"]]
    assert texts[:5] == [
        "从“柳村第1网格”转到“柳村第2网格”。",
        "导入的名单改了户编号、位置。",
        "示例lan认领了这户。",
        "示例lan登记了一位家人。",
        "示例lan改了户主、电话。",
    ]
    assert set(texts[5:]) == {
        "示例lan提出定为红色，因为需要人身安全方面的支持。",
        "示例chair确认定为红色，提供的帮助：每月上门陪伴一次。",
    }
    assert not any(secret in str(answer) for secret in ("示例新", "0001", "示例人", "2010001"))


def test_a_colour_that_lapsed_and_one_not_agreed_to_are_told(cast):
    home = cast.homes["liu1"][2]
    with acting_as_system("test"):
        chosen = cast.scheme.classes.first()
        Classification.objects.create(
            household=home, colour_class=chosen, status="refused", proposed_by=cast.lan,
            proposed_at=timezone.now(), decided_by=cast.chair,
            decided_at=timezone.now(),
        )  # fmt: skip
        Household.objects.filter(pk=home.pk).update(lapsed=True)
    assert told(home, cast.lan)[:2] == [
        "颜色到了复核日期，回到未评估。",
        f"示例chair没有同意定为{chosen.name}。",
    ]


def test_a_timeline_costs_a_fixed_number_of_queries(cast):
    home = cast.homes["liu1"][0]
    change_all(cast)
    with acting_as(cast.lan.pk):
        seen = people.home_for(cast.lan, home.uuid)
        with connection.execute_wrapper(count := Counting()):
            timeline(seen)
    # History of index, identity and place; colours, objections, the family's words, good words, claims,
    # moves; the grid it stands in.
    assert count.n == 10
