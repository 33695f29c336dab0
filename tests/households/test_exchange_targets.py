"""How many families a grid is meant to hold goes through drafts like its name."""

import importlib
from dataclasses import replace

from django.db import connections

from core.scope import acting_as_system
from grids.drafts import store
from grids.drafts.steps import Edit
from grids.models import Draft, Grid
from households.territory import publish
from tests.factories import Cast


def aimed(cast: Cast, target: int | None) -> Draft:
    """A draft in which 柳村's first grid is to hold so many."""
    draft = store.open_draft(scope=cast.east, title="x", by=cast.chair)
    state = store.state_of(draft, store.villages_of(cast.east))
    key = f"g{cast.liu1.pk}"
    edit = Edit("x", {key: replace(state.get(key), target=target)})
    store.record_step(draft=draft, state=state, kind="import", edit=edit, by=cast.chair)
    return draft


def test_a_target_is_published_and_taken_back(cast):
    with acting_as_system("test"):
        draft = aimed(cast, 60)
        change = publish.publish(draft_id=draft.pk, expected_version=2, by=cast.chair)
        assert Grid.objects.get(pk=cast.liu1.pk).target_households == 60
        publish.undo_change(change_id=change.pk, by=cast.chair)
        assert Grid.objects.get(pk=cast.liu1.pk).target_households is None


def test_drafts_from_before_learn_what_is_so_now(cast):
    """The migration's SQL, over a draft that knows nothing of targets."""
    sql = importlib.import_module("grids.migrations.0004_targets_in_drafts").TARGET
    with acting_as_system("test"):
        draft = aimed(cast, 60)
        Grid.objects.filter(pk=cast.liu1.pk).update(target_households=7)
        row, step = draft.grids.get(), draft.steps.get()
        del row.content["target"], row.base["target"]
        del step.after[row.key]["content"]["target"]
        row.save()
        step.save()
        with connections["default"].cursor() as cursor:
            cursor.execute(sql)
        row, step = draft.grids.get(), draft.steps.get()
        assert row.content["target"] == row.base["target"] == 7
        assert step.after[row.key]["content"]["target"] == 7 and step.before == {row.key: None}
