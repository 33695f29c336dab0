"""Several editors at once, with transactions that others really see: nothing is silently lost."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.utils import timezone

from core.errors import DomainError
from core.scope import acting_as, acting_as_system
from grids.drafts import store
from grids.models import Assignment, Draft, Grid, GridLineage, TerritoryChange
from households.models import Household
from households.territory import duties, editing, publish
from tests.factories import build_cast
from tests.households.test_territory_edit import key, lon
from tests.households.test_territory_publish import chair as chair
from tests.households.untouched import nothing_changes


@contextmanager
def looking():
    """As the system, in a transaction: row security reads who asks at its start."""
    with acting_as_system("test"), transaction.atomic():
        yield


@pytest.fixture
def town(committed_db):
    with looking():
        return build_cast()


def drafted(cast, *steps, by=None) -> Draft:
    """A draft of 东镇 with these steps: (kind, what is asked)."""
    by = by or cast.chair
    with acting_as(by.pk), transaction.atomic():
        draft = store.open_draft(scope=cast.east, title="示例", by=by)
        for kind, asked in steps:
            draft = editing.take_step(
                draft_id=draft.pk, expected_version=draft.version, kind=kind, asked=asked, by=by
            ).draft
    return draft


def half(cast):
    line = [[lon(0.5), 33.99], [lon(0.5), 34.03]]
    return ("split_line", {"key": key(cast.liu1), "line": line})


def led_by(cast, who, *grids):
    return ("assign", {"keys": [key(g) for g in grids], "lead": who.pk})


def at_once(by, *acts) -> list[str]:
    """Each act in a thread and a transaction of its own; "done", or the code of the refusal."""
    start = Barrier(len(acts))

    def run(act):
        try:
            start.wait(timeout=10)
            with acting_as(by.pk), transaction.atomic():
                act()
            return "done"
        except DomainError as error:
            return error.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return sorted(pool.map(run, acts))


def publishing(draft, by, **more):
    return lambda: publish.publish(draft_id=draft.pk, expected_version=draft.version, by=by, **more)


def leads() -> dict[str, list[str]]:
    with looking():
        rows = Assignment.objects.open().filter(role="lead")
        told = {}
        for code, name in rows.values_list("grid__code", "member__username"):
            told.setdefault(code, []).append(name)
        return told


def test_a_draft_published_twice_at_once_is_published_once(town):
    draft = drafted(town, half(town))
    publish_it = publishing(draft, town.chair)
    assert at_once(town.chair, publish_it, publish_it) == ["done", "draft_changed"]
    with looking():
        assert TerritoryChange.objects.count() == 1
        assert Grid.objects.current().filter(village=town.liu).count() == 3
        assert GridLineage.objects.filter(parent=town.liu1).count() == 2


def test_of_two_drafts_over_one_grid_the_second_is_told(town):
    first = drafted(town, led_by(town, town.mei, town.liu1))
    second = drafted(town, led_by(town, town.hua, town.liu1, town.tao1))
    told = at_once(town.chair, publishing(first, town.chair), publishing(second, town.chair))
    assert told == ["done", "stale_draft"]
    with looking():
        (change,) = TerritoryChange.objects.all()
        (waiting,) = Draft.objects.exclude(pk=change.draft_id)
        assert waiting.state == "open" and waiting.grids.exists()
    assert all(len(names) == 1 for names in leads().values())


def test_two_splits_of_one_grid_never_both_come_about(town):
    ring = [[lon(0), 33.99], [lon(0.5), 33.99], [lon(0.5), 34.03], [lon(0), 34.03]]
    first = drafted(town, half(town))
    second = drafted(town, ("split_freehand", {"key": key(town.liu1), "ring": ring}))
    told = at_once(town.chair, publishing(first, town.chair), publishing(second, town.chair))
    assert told == ["done", "stale_draft"]
    with looking():
        assert Grid.objects.current().filter(village=town.liu).count() == 3
        assert not Household.objects.filter(grid__closed_on__isnull=False).exists()


def test_two_drafts_over_different_grids_of_a_village_both_stand_and_share_no_number(town):
    other = [[lon(1.5), 33.99], [lon(1.5), 34.03]]
    first = drafted(town, half(town))
    second = drafted(town, ("split_line", {"key": key(town.liu2), "line": other}))
    told = at_once(town.chair, publishing(first, town.chair), publishing(second, town.chair))
    assert told == ["done", "done"]
    with looking():
        codes = Grid.objects.current().filter(village=town.liu).values_list("code", flat=True)
        assert [c[-3:] for c in codes] == ["003", "004", "005", "006"]


def test_a_lead_changed_while_a_draft_is_published_is_not_overwritten(town):
    """The publisher waits for the one who changes the lead, and then sees what she did."""
    draft = drafted(town, led_by(town, town.hua, town.liu1))
    changed, let_go = Event(), Event()

    def change():
        duties.assign_lead(
            code=town.liu1.code, lead=town.mei.pk, expected_lead=town.lan.pk, by=town.chair
        )
        changed.set()
        let_go.wait(timeout=0.5)  # commits only now

    def publish_it():
        changed.wait(timeout=10)
        publishing(draft, town.chair)()

    assert at_once(town.chair, change, publish_it) == ["done", "stale_draft"]
    assert leads()[town.liu1.code] == ["mei"]


def test_two_steps_on_one_draft_at_once_are_one_step_and_one_refusal(town):
    draft = drafted(town)

    def step(who):
        return lambda: editing.take_step(
            draft_id=draft.pk, expected_version=1, kind="assign", by=town.chair,
            asked={"keys": [key(town.liu1)], "lead": who.pk},
        )  # fmt: skip

    assert at_once(town.chair, step(town.mei), step(town.hua)) == ["done", "draft_changed"]
    with looking():
        assert draft.steps.count() == 1 and Draft.objects.get(pk=draft.pk).version == 2


def test_a_change_undone_twice_at_once_is_undone_once(town):
    draft = drafted(town, half(town))
    with acting_as(town.chair.pk), transaction.atomic():
        change = publishing(draft, town.chair)()

    def back():
        publish.undo_change(change_id=change.pk, by=town.chair)

    assert at_once(town.chair, back, back) == ["already_undone", "done"]
    with looking():
        assert Grid.objects.current().filter(village=town.liu).count() == 2


LATER = {
    "a lead": lambda chair, cast, child: chair.send(
        f"grids/{child.code}/lead/", {"lead": cast.mei.pk, "expected_lead": cast.lan.pk}, method="put"
    ),
    "a support": lambda chair, cast, child: chair.send(
        f"grids/{child.code}/support/", {"add": [cast.mei.pk], "remove": [], "expected": []}, method="put"
    ),
    "a split": lambda chair, cast, child: _later_draft(
        chair, cast, "split_line",
        key=key(child), line=[[lon(0.3), 33.99], [lon(0.3), 34.03]],
    ),
    "a name": lambda chair, cast, child: _later_draft(chair, cast, "rename", key=key(child), name="新"),
}  # fmt: skip


def _later_draft(chair, cast, kind, **body):
    chair.open(cast.east)
    chair.step(kind, **body)
    chair.act("publish")


@pytest.mark.parametrize("what", LATER)
def test_what_came_later_is_not_lost_by_an_undo(chair, cast, what):
    chair.open(cast.east)
    kind, body = half(cast)
    chair.step(kind, **body)
    change = chair.act("publish")["change"]
    child = Grid.objects.get(code__endswith="201003")
    LATER[what](chair, cast, child)
    with nothing_changes():
        answer = chair.send(f"changes/{change['id']}/undo/", status=409)
    assert answer["code"] == "changed_since" and "新建草稿" in answer["message"]


def test_the_database_itself_refuses_a_second_lead_and_a_second_part(cast):
    """Whatever Python does: plain SQL, as a careless script would write it."""
    now = timezone.now()
    insert = (
        "INSERT INTO grids_assignment (grid_id, member_id, role, started_at, ended_at)"
        " VALUES (%s, %s, %s, %s, %s)"
    )
    refused = {
        "one_lead_per_grid": [cast.liu1.pk, cast.mei.pk, "lead", now, None],
        "one_part_per_member_and_grid": [cast.liu1.pk, cast.lan.pk, "support", now, None],
        "assignment_ends_after_it_starts": [
            cast.liu1.pk, cast.mei.pk, "support", now, now - timedelta(days=1),
        ],
    }  # fmt: skip
    for promise, row in refused.items():
        with pytest.raises(IntegrityError, match=promise), transaction.atomic():
            connection.cursor().execute(insert, row)
    with pytest.raises(IntegrityError, match="one_lead_per_grid"), transaction.atomic():
        Assignment.objects.filter(pk__gt=0).update(grid=cast.liu1, ended_at=None, role="lead")
    assert all(len(names) == 1 for names in leads().values())


def test_of_two_leads_begun_at_once_the_database_keeps_one(town):
    with looking():
        Assignment.objects.filter(grid=town.liu1).update(ended_at=timezone.now())
    start = Barrier(2)

    def insert(who):
        try:
            with acting_as(town.chair.pk), transaction.atomic():
                start.wait(timeout=10)
                Assignment.objects.create(grid=town.liu1, member=who, role="lead")
            return "kept"
        except IntegrityError as error:
            return error.__cause__.diag.constraint_name
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(insert, (town.mei, town.hua))) == ["kept", "one_lead_per_grid"]
