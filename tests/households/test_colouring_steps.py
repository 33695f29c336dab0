"""No way leads from one state of a colour to another but those of the table: by API, by SQL."""

from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from core.scope import acting_as, acting_as_system
from households.colouring.machine import COLOUR
from households.colouring.who import STEPS
from households.models import Classification, ColourScheme, Objection

PEOPLE = ("lan", "head", "chair", "hua")
TAKEN = {"words": "和家里人谈过了，大家都清楚"}


def put(home, state: str, cast) -> Classification:
    """A colour of the village's in this state, proposed by mei, changed so soon that a second look
    is owed; where it was decided, by nobody of those who now try."""
    with acting_as_system("test"):
        # Whatever held before was another colour, decided just now.
        home.classifications.all().delete()
        scheme = ColourScheme.objects.get(valid_to=None)
        said = {
            "household": home, "help_offered": "每月上门陪伴一次", "source": "seen",
            "proposed_by": cast.mei,
        }  # fmt: skip
        before = scheme.classes.get(slot=4)
        Classification.objects.create(
            **said, colour_class=before, status="superseded", decided_by=cast.other_chair,
            decided_at=timezone.now(), review_on=timezone.localdate(),
        )  # fmt: skip
        chosen = scheme.classes.get(slot=3)
        decided = state != "proposed"
        row = Classification.objects.create(
            **said, colour_class=chosen, reason=chosen.reasons.first(),
            status="confirmed" if state == "objected" else state,
            decided_by=cast.other_chair if decided else None,
            decided_at=timezone.now() if decided else None,
            review_on=timezone.localdate() if decided else None,
        )  # fmt: skip
        if state == "objected":
            Objection.objects.create(classification=row, household=home, text="不同意", by=cast.mei)
    return row


def state_of(row: Classification) -> str:
    with acting_as_system("test"):
        return Classification.objects.get(pk=row.pk).status


def test_by_the_api_nothing_moves_but_by_the_table(client, cast):
    """Every state × every word after the address × every member."""
    home = cast.homes["liu1"][2]
    words = [*COLOUR.steps, "delete", "confirmed"]
    moved, tried = set(), 0
    for who in PEOPLE:
        client.force_login(getattr(cast, who), backend="django.contrib.auth.backends.ModelBackend")
        for state, word in product(COLOUR.states, words):
            with transaction.atomic():
                row = put(home, state, cast)
                if word == "confirm" and who == "head":
                    with acting_as_system("test"):
                        Classification.objects.filter(pk=row.pk).update(second_look_by=cast.chair)
                answer = client.post(
                    f"/api/classifications/{row.uuid}/{word}/", TAKEN, "application/json"
                )
                after = state_of(row)
                transaction.set_rollback(True)
            tried += 1
            at = (who, state, word)
            if answer.status_code == 200:
                assert word in STEPS and COLOUR.after(state, word) == after, at
                moved.add(at)
            else:
                assert answer.status_code in (403, 404, 409, 422) and after == state, at
    assert tried == len(PEOPLE) * len(COLOUR.states) * len(words)
    # Each by her who may, and by nobody else.
    assert moved == {
        ("lan", "proposed", "second_look"),
        ("chair", "proposed", "second_look"),
        ("head", "proposed", "second_look"),
        ("head", "proposed", "confirm"),
        ("head", "proposed", "refuse"),
        *((who, "confirmed", "object") for who in ("lan", "head", "chair")),
        *((who, "objected", step) for who in ("head", "chair") for step in ("keep", "withdraw")),
    }


@pytest.mark.parametrize("who", ["a member", "the system"])
def test_by_sql_nothing_moves_but_by_the_table(cast, who):
    home = cast.homes["liu1"][2]
    known = {(source, step.target) for step in COLOUR.steps.values() for source in step.sources}
    moved, said = set(), set()
    for before, after in product(COLOUR.states, COLOUR.states):
        if before == after:
            continue
        row = put(home, before, cast)
        by, acting = cast.other_chair, acting_as_system("test")
        if who == "a member":
            by, acting = cast.lan, acting_as(cast.lan.pk)
        try:
            with acting, transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE households_classification SET status = %s, decided_by_id = %s,"
                    " decided_at = now(), review_on = now() WHERE id = %s",
                    [after, by.pk, row.pk],
                )
            moved.add((before, after))
        except DatabaseError as error:
            said.add(str(error).partition(" from ")[0])
    assert said == {"no step of a colour leads"}
    assert moved == {(source, target) for source, target in known if source and source != target}
