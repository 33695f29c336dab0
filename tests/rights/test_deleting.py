"""Deleted is gone: the rows, their history, and what a backup would bring back."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Role
from audit.models import AccessRecord
from cases.models import Case
from cases.services import raise_concern
from core.scope import acting_as, acting_as_system
from households.models import (
    Household,
    HouseholdIdentity,
    IdentityChange,
    IndexChange,
    Person,
    PersonSensitive,
    PlaceChange,
    SensitiveChange,
)  # fmt: skip
from rights import services
from rights.deleting import delete_again
from rights.errors import NotOnesOwn
from rights.models import Request, Tombstone


def delete(request, steward, whole):
    with acting_as(steward.pk), transaction.atomic():
        services.delete(request=request, whole=whole, answer="已按要求删除", by=steward)


def test_a_family_is_deleted_with_its_history(cast, steward, home, asks):
    with acting_as_system("test"):
        ids = {home.uuid, *Person.objects.filter(household=home).values_list("uuid", flat=True)}
        home.identity.phone = "00055"
        home.identity.save()
    request = asks("deletion")
    delete(request, steward, whole=True)
    with acting_as_system("test"):
        assert not Household.objects.filter(pk=home.pk).exists()
        for model in (
            HouseholdIdentity,
            Person,
            IndexChange,
            PlaceChange,
            IdentityChange,
            SensitiveChange,
        ):
            assert not model.objects.filter(household=home.pk).exists(), model
        assert not PersonSensitive.objects.exists()
        assert not SensitiveChange.objects.exists()
        assert set(Tombstone.objects.values_list("subject", flat=True)) == ids
        asked = Request.objects.get()
        assert (asked.state, asked.answer) == ("done", "已按要求删除")
        # That somebody looked stays: it names nobody.
        assert AccessRecord.objects.filter(subject=home.uuid, action="erase").exists()
        assert Household.objects.count() == 15


def test_its_id_is_written_beside_the_backups(
    cast, steward, home, asks, settings, django_capture_on_commit_callbacks
):
    request = asks("deletion")
    with django_capture_on_commit_callbacks(execute=True):
        delete(request, steward, whole=True)
    assert str(home.uuid) in settings.TOMBSTONES_FILE.read_text()
    assert "示例" not in settings.TOMBSTONES_FILE.read_text()


def test_a_person_is_deleted_and_the_others_stay(cast, steward, home, asks):
    with acting_as_system("test"):
        wife = Person.objects.get(name="示例甲")
        wife.phone = "00056"
        wife.save()
    delete(asks("deletion"), steward, whole=False)
    with acting_as_system("test"):
        assert set(Person.objects.values_list("name", flat=True)) == {"示例乙", "示例丙"}
        assert not PersonSensitive.objects.exists() and not SensitiveChange.objects.exists()
        assert not IdentityChange.objects.filter(about="person", row=wife.pk).exists()
        assert [t.subject for t in Tombstone.objects.all()] == [wife.uuid]


def test_who_is_not_one_of_the_family_cannot_be_deleted_alone(cast, steward, home, asks):
    with acting_as_system("test"):
        name = home.identity.contact_name
    with pytest.raises(NotOnesOwn):
        delete(asks("deletion", applicant=name), steward, whole=False)


def test_a_family_with_a_case_is_sealed_and_the_answer_is_the_same(cast, steward, home, asks):
    with acting_as(cast.lan.pk):
        raise_concern(household=home.uuid, text="夜里常有哭声", by=cast.lan)
    request = asks("deletion")
    delete(request, steward, whole=True)
    with acting_as(steward.pk):
        assert Request.objects.get().state == "done"
        assert [s.text for s in request.steps.all()][1] == "已删除全户的信息和历史。"
    with acting_as(cast.lan.pk):
        assert not Household.objects.filter(pk=home.pk).exists()
    with acting_as_system("test"):
        kept = Household.objects.get(pk=home.pk)
        assert kept.protection == "sealed" and Case.objects.filter(household=kept).exists()
        assert Tombstone.objects.filter(subject=home.uuid).exists()
        # A newer backup holds it sealed: nothing is to be done again.
        assert delete_again({str(home.uuid)}) == 0


def test_what_comes_back_is_deleted_again(cast, home):
    with acting_as_system("test"):
        uuid = home.uuid
        assert delete_again({str(uuid)}) == 1
        assert delete_again({str(uuid)}) == 0
        assert Household.objects.count() == 15
        assert Tombstone.objects.filter(subject=uuid).exists()


def test_by_a_former_id_too(cast, home):
    """Sealed and opened again between the backup and the deletion, it had another id meanwhile."""
    with acting_as_system("test"):
        Household.objects.filter(pk=home.pk).update(protection="shielded")
        Household.objects.filter(pk=home.pk).update(protection="sealed")
        other = Household.objects.get(pk=home.pk).uuid
        assert other != home.uuid
        assert delete_again({str(home.uuid)}) == 1
        assert Tombstone.objects.filter(subject=other).exists()


@pytest.mark.parametrize("role", ["lan", "chair", "steward", "nobody"])
def test_nobody_but_a_restore_deletes_again(cast, steward, home, role):
    who = {"steward": steward, "nobody": None}.get(role, getattr(cast, role, None))
    with (
        acting_as(who and who.pk),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT sec.erase_again(ARRAY[%s]::uuid[])", [str(home.uuid)])


def test_a_request_of_a_colleague_deletes_nothing(cast, steward, colleague, home, asks):
    request = asks("deletion")
    with acting_as(colleague.pk), connection.cursor() as cursor:
        cursor.execute("SELECT sec.erase_by_request(%s, true)", [request.pk])
        assert cursor.fetchone() == (False,)


@pytest.mark.parametrize("function", ["erase_household", "erase_person"])
def test_the_inner_functions_give_nobody_more_rights(cast, steward, home, asks, function):
    asks("deletion")
    with (
        acting_as(steward.pk),
        pytest.raises(DatabaseError),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT sec.{function}(%s)", [home.pk])


def test_every_table_that_leads_to_a_family_is_known_to_the_eraser(db):
    """A new table with a foreign key to households or people? Let the database cascade or
    forget whom it meant, or say in a migration how it is erased."""
    from importlib import import_module

    known = set(import_module("rights.migrations.0002_row_security").OF_A_HOUSEHOLD)
    # Only exists where there is a case.
    known |= {"cases_case", "cases_concern"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f'"
            " AND confdeltype NOT IN ('c', 'n') AND confrelid IN ('households_household'::regclass, 'households_person'::regclass)"
        )
        assert {name for (name,) in cursor.fetchall()} <= known


def test_a_steward_of_no_role_deletes_nothing(cast, steward, home, asks):
    request = asks("deletion")
    with acting_as_system("test"):
        steward.role = Role.AUDITOR
        steward.save()
    with acting_as(steward.pk), connection.cursor() as cursor:
        cursor.execute("SELECT sec.erase_by_request(%s, true)", [request.pk])
        assert cursor.fetchone() == (False,)
