"""Every route × method × role × relation: policy.yaml and plain SQL decide, the site must agree."""

import json
import os
import re
import time
from pathlib import Path

from django.db import transaction

from core.policy import policy
from core.scope import acting_as_system
from households.models import Household
from tests.matrix import examples
from tests.matrix.cells import NOBODY, cells, sampled
from tests.matrix.oracle import MAY, SEES
from tests.matrix.routes import routes

WHOLE = os.environ.get("WUSE_MATRIX") == "whole"
SEED = int(os.environ.get("WUSE_MATRIX_SEED", "7"))
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_every_route_can_be_asked():
    """A new route that this test names: say in tests/matrix/examples.py how to ask it."""
    lost = []
    for route in routes():
        strange = [p for p in route.parameters if not route.noun and p not in examples.PARAMETERS]
        if strange:
            lost.append(
                f"{route.name}: what is the key in {route.path} a key of? Name the word before it in"
                " NOUNS of tests/matrix/examples.py; a new noun also needs objects in"
                " tests/matrix/world.py and a statement in SEES of tests/matrix/oracle.py."
            )
        page = not route.path.startswith("/api/")
        if page and "POST" in route.methods() and route.name not in examples.FORMS:
            lost.append(
                f"{route.name}: put what its form sends in FORMS of tests/matrix/examples.py."
            )
    assert not lost, "\n".join(lost)


def test_every_noun_has_objects_and_a_statement(world):
    nouns = set(examples.NOUNS.values()) | set(examples.BODY_NOUNS.values())
    assert nouns == set(world.objects) == set(SEES)
    assert all(world.objects.values())


def test_every_exception_is_of_a_rule_that_exists():
    rules = {f"{route} {method}" for route, method in policy()}
    assert set(MAY) <= rules
    assert set(examples.ROUTE_FIELDS) <= rules
    assert set(examples.FORMS) <= {route.name for route in routes()}


def test_there_are_enough_cells_of_each_kind(world, asker):
    all_of_them = list(cells(world))
    assert len(all_of_them) >= 5_000
    asked = {(c.route.name, c.method) for c in all_of_them}
    assert set(policy()) <= asked
    # A statement that finds nothing for anybody, or all for everybody, would decide nothing.
    public = {"grids", "divisions", "areas", "members"}
    for noun in set(SEES) - public:
        pairs = [
            asker.oracle.finds(m.pk, noun, key)
            for m in world.people.values()
            for key in world.objects[noun].values()
        ]
        assert 0 < sum(pairs) < len(pairs), noun


def _strangers(world, asker, cell, answer) -> list[str]:
    """Random ids in an answer that belong to a family this member may not know of."""
    member = world.people.get(cell.who)
    asked = world.objects[cell.noun][cell.label] if cell.noun else ""
    known = {
        key
        for noun in ("households", "people", "cases")
        for key in world.objects[noun].values()
        if member is not None
        and (
            asker.oracle.finds(member.pk, noun, key)
            or asker.oracle.may(member.pk, "case-break-glass", "POST", noun, key)
            or asker.oracle.may(member.pk, "household-protection", "POST", noun, key)
        )
    }
    secret = {k for n in ("households", "people", "cases") for k in world.objects[n].values()}
    said = {found.decode() for found in _UUID.findall(answer.content)}
    return sorted((said & secret) - known - {asked})


def test_the_site_decides_every_cell_as_both_oracles_do(world, asker, caplog):
    caplog.set_level("CRITICAL")
    caplog.set_level("CRITICAL", "wuse.access")
    began = time.monotonic()
    chosen = list(cells(world)) if WHOLE else sampled(world, SEED, each=1)
    wrong, outcomes = [], {}
    for cell in chosen:
        key = world.objects[cell.noun][cell.label] if cell.noun else None
        answer = asker.send(cell.who, cell.route, cell.method, key)
        why = asker.judge(cell, answer)
        if why:
            wrong.append(f"{cell}: {why}")
        for stranger in _strangers(world, asker, cell, answer):
            wrong.append(f"{cell}: shows {stranger}, which is not hers")
        outcomes[answer.status_code] = outcomes.get(answer.status_code, 0) + 1
    if "WUSE_MATRIX_REPORT" in os.environ:
        report = {
            "cells": len(chosen), "mismatches": len(wrong), "outcomes": outcomes,
            "routes": len(routes()), "rules": len(policy()), "members": len(world.people) + 1,
            "seconds": time.monotonic() - began, "wrong": wrong[:200],
        }  # fmt: skip
        Path(os.environ["WUSE_MATRIX_REPORT"]).write_text(json.dumps(report, ensure_ascii=False))
    assert not wrong, f"{len(wrong)} of {len(chosen)} cells:\n" + "\n".join(wrong[:60])


def test_a_list_holds_all_that_is_hers_and_nothing_else(world, asker):
    with transaction.atomic(), acting_as_system("test"):
        uuids = dict(Household.objects.values_list("uuid", "pk"))
    by_name = {route.name: route for route in routes()}
    for who, member in world.people.items():
        if member.role not in ("member", "village", "town") or who == "left":
            continue
        answer = asker.send(who, by_name["household-list"], "GET", None, {"page_size": 1000})
        said = {found.decode() for found in _UUID.findall(answer.content)}
        shown = {uuids[u] for u in uuids if str(u) in said}
        assert shown == asker.oracle.homes_of(member.pk), who
    assert NOBODY not in world.people
