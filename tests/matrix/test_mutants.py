"""Mutants: a few in every run of the tests, all of them in `./bench mutants`."""

import json
import os
import random
from contextlib import contextmanager
from pathlib import Path

from django.db import connections

from tests.matrix import test_rows as rows
from tests.matrix.mutants import copied, is_killed
from tests.matrix.mutations import ROOT, code, row_security, rules
from tests.matrix.oracle import Oracle

WHOLE = os.environ.get("WUSE_MUTANTS") == "whole"
# Those that decide most, to be let go in every run.
ALWAYS = ("households_household.in_scope USING (true)", "cases_case.in_scope USING (true)")


def policies() -> list[tuple]:
    """Every policy that binds the runtime role: (table, name, has a USING, has a WITH CHECK)."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT tablename, policyname, qual IS NOT NULL, with_check IS NOT NULL FROM pg_policies"
            " WHERE schemaname = 'public' AND NOT current_user = ANY (roles) ORDER BY 1, 2"
        )
        return cursor.fetchall()


@contextmanager
def let_go(mutation):
    """The policy without its condition, for as long as the block lasts."""
    _, _, policy, _, table, _ = mutation.sql.split(" ", 5)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT concat_ws(' ', 'USING (' || pg_get_expr(polqual, polrelid) || ')',"
            " 'WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')')"
            " FROM pg_policy WHERE polname = %s AND polrelid = %s::regclass",
            [policy, table],
        )
        before = cursor.fetchone()[0]
        cursor.execute(mutation.sql)
        try:
            yield
        finally:
            cursor.execute(f"ALTER POLICY {policy} ON {table} {before}")


def noticed(world, tables) -> bool:
    oracle = Oracle()
    for check in (
        rows.test_each_member_reads_the_rows_that_are_hers,
        rows.test_nobody_adds_a_row_that_she_could_not_read,
        rows.test_nobody_changes_what_is_not_hers,
        rows.test_nobody_deletes_what_she_does_not_see,
        rows.test_no_table_shows_a_row_of_a_family_that_is_not_hers,
    ):
        try:
            check(world, oracle, tables)
        except AssertionError:
            return True
    return False


def test_a_policy_that_is_let_go_shows_in_the_rows(world):
    tables = {table: rows.key_of(table) for table in rows.scoped_tables()}
    mutations = row_security(policies())
    if not WHOLE:
        mutations = [m for m in mutations if m.name in ALWAYS]
        assert len(mutations) == len(ALWAYS)
    alive = []
    for mutation in mutations:
        with let_go(mutation):
            if not noticed(world, tables):
                alive.append(mutation.name)
    if "WUSE_MATRIX_REPORT" in os.environ:
        report = {"tried": [m.name for m in mutations], "alive": alive}
        Path(os.environ["WUSE_MATRIX_REPORT"]).write_text(json.dumps(report))
    # What the rows do not tell, the tests of its app do: ./bench mutants asks them.
    assert WHOLE or not alive


def test_every_mutation_still_finds_what_it_takes_away(world):
    every = code() + rules() + row_security(policies())
    assert len({m.name for m in every}) == len(every)
    for mutation in every:
        if mutation.file:
            text = (ROOT / mutation.file).read_text()
            assert mutation.applied(text) != text, mutation.name
        missing = [t for t in mutation.tests.split() if not (ROOT / t).exists()]
        assert not missing, mutation.name


def test_a_widened_rule_is_killed():
    with copied() as tree:
        assert is_killed(tree, random.Random(4).choice(rules()), "test_wuse_none", "")


def test_a_mutation_of_nothing_lives():
    """So that a kill means something: the same test passes on the tree as it is."""
    rule = rules()[0]
    nothing = type(rule)(rule.name, rule.tests)
    with copied() as tree:
        assert not is_killed(tree, nothing, "test_wuse_none", "")
