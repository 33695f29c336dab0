"""What is taken away, one at a time, to see whether a test notices.

A mutation of code is data: a file, the text that stands there, what stands there instead, and the
tests that should fail. A text that no longer stands there is an error: mend it here.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
ROLES = [
    "member",
    "village",
    "town",
    "district",
    "caseworker",
    "partner",
    "steward",
    "sysadmin",
    "auditor",
]


@dataclass(frozen=True)
class Mutation:
    name: str
    tests: str
    file: str = ""
    old: str = ""
    new: str = ""
    # Run as the owner, on the database of the tests.
    sql: str = ""
    # Why it may live: then it is equivalent, and the reason stands in the report.
    lives: str = ""

    def applied(self, text: str) -> str:
        if self.old not in text:
            raise LookupError(f"{self.name}: no longer stands in {self.file}")
        return text.replace(self.old, self.new, 1)


_ROWS = "tests/matrix/test_rows.py"
_MATRIX = "tests/matrix/test_matrix.py"
_SECURITY = "tests/households/test_row_security.py"
_PEOPLE = "tests/households/test_people.py"
_CASES = "tests/cases/test_cases.py tests/cases/test_break_glass.py tests/cases/test_concerns.py"
_CARD = "tests/households/test_api.py tests/matrix/test_canaries.py"
_APP = f"{_SECURITY} {_MATRIX}"
_ALONE = "tests/matrix/test_app_alone.py"

_CODE = [
    ("visible_to lets everybody's families through", "households/models/__init__.py", "        return self.none()\n\n    def in_area", "        return self\n\n    def in_area", _APP),
    ("visible_to of a member shows all", "households/models/__init__.py", "                return hers.filter(mine | claimed)\n        return", "                return hers\n        return", _APP),
    ("visible_to of a village chair shows all", "households/models/__init__.py", "return hers.filter(mine | claimed | Q(grid=None, village=member.division_id))", "return hers", _APP),
    ("visible_to of a town chair shows all", "households/models/__init__.py", "                return hers.filter(\n                    mine | claimed | Q(grid=None, village__parent=member.division_id)\n                )", "                return hers", _APP),
    ("visible_to forgets kin", "households/models/__init__.py", "hers = self.exclude(pk__in=kin)", "hers = self.all()", "tests/households/test_conflicts.py tests/matrix/test_canaries.py"),
    ("a claim that has ended still shows", "households/models/__init__.py", "Claim.objects.open().filter(member=member).values(\"household\")", "Claim.objects.filter(member=member).values(\"household\")", "tests/households/test_row_security.py"),
    ("answered_by of a member is all grids", "grids/models.py", "                return self.filter(\n                    pk__in=Assignment.objects.open().filter(member=member).values(\"grid\")\n                )", "                return self", _APP),
    ("answered_by forgets that assignments end", "grids/models.py", "pk__in=Assignment.objects.open().filter(member=member)", "pk__in=Assignment.objects.filter(member=member)", _APP),
    ("answered_by of a chair is all grids", "grids/models.py", "return self.filter(village=member.division_id)", "return self", _APP),
    ("answered_by of a town chair is all grids", "grids/models.py", "return self.filter(village__parent=member.division_id)", "return self", _APP),
    ("answered_by of other roles is all grids", "grids/models.py", "return self.filter(village__parent=member.division_id)\n        return self.none()", "return self.filter(village__parent=member.division_id)\n        return self", _ALONE),
    ("scope_of holds every grid", "households/scope.py", "Grid.objects.answered_by(member).order_by", "Grid.objects.order_by", "tests/gis_app/test_tiles.py tests/matrix/test_canaries.py"),
    ("scope_of holds everybody's claims", "households/scope.py", "            .filter(member=member)\n", "", "tests/households/test_row_security.py"),
    ("drafts of other places are visible", "grids/models.py", "return self.filter(scope__in=Division.objects.under(member.division).values(\"pk\"))", "return self", _MATRIX),
    ("whoever edits one place edits all", "grids/drafts/store.py", "return member.division_id in (place.pk, place.parent_id)", "return True", _MATRIX),
    ("a village chair edits every village", "grids/drafts/store.py", "return member.division_id == place.pk", "return True", _ALONE),
    ("every territory is readable", "households/api/territory.py", "if place is None or not mine.filter(pk=place.pk).exists():", "if place is None:", _MATRIX),
    ("colleagues are everybody", "accounts/models.py", "        return self.filter(pk=member.pk)\n\n    def called", "        return self\n\n    def called", _ALONE),
    ("followed_by is every case", "cases/models.py", "return hers.filter(Q(pk__in=given.values(\"case\")) | Q(pk__in=opened.values(\"case\")))", "return hers", _CASES + " " + _MATRIX),
    ("followed_by forgets kin", "cases/models.py", "hers = self.exclude(household__in=kin.values(\"household\"))", "hers = self.all()", _ALONE),
    ("whoever works on cases leads all", "cases/models.py", "return self.filter(district=member.division_id)", "return self", _CASES + " " + _MATRIX),
    ("glass stays broken", "cases/models.py", "return self.filter(until__gt=timezone.now())", "return self", _CASES + " " + _MATRIX),
    ("imports are everybody's", "transfers/services.py", "return ImportJob.objects.filter(by=member)", "return ImportJob.objects.all()", _ALONE),
    ("exports are everybody's", "transfers/exporting.py", "return Export.objects.filter(by=member)", "return Export.objects.all()", _ALONE),
    ("claims are ended by anybody", "households/territory/duties.py", "if found is None or not (found.member_id == by.pk or may_edit(by, found.household.village)):", "if found is None:", "tests/households/test_claims.py " + _MATRIX),
    ("kinship is ended by anybody", "households/territory/conflicts.py", "if found is None or not may_edit(by, found.household.village):", "if found is None:", _ALONE),
    ("anybody reviews any broken glass", "cases/services.py", ".filter(glass__uuid=glass, recipient=by)", ".filter(glass__uuid=glass)", _ALONE),
    ("a chair may seal", "cases/services.py", "        if protection != Protection.SHIELDED:\n            raise NotAllowed(\"解除或封存由个案工作者办理。\")\n", "", "tests/cases"),
    ("names are not masked", "households/card.py", "return name[:1] + MASK * (len(name) - 1)", "return name", _CARD),
    ("phones are not masked", "households/card.py", "return MASK * max(0, len(phone) - 2) + phone[-2:] if len(phone) > 4 else MASK * len(phone)", "return phone", _CARD),
    ("addresses are not masked", "households/card.py", "return address[:6] + MASK * (len(address) - 6) if len(address) > 6 else MASK * len(address)", "return address", _CARD),
    ("minors are masked like anybody", "households/people.py", "\"name\": MASK * len(person.name) if minor else mask_name(person.name)", "\"name\": mask_name(person.name)", _PEOPLE),
    ("a reveal is not logged", "households/people.py", "    log_access(**about, tier=Tier.IDENTITY, kind=Kind.HOUSEHOLD, subject=home.uuid)\n", "", _PEOPLE),
    ("a look at a minor is not logged", "households/people.py", "            log_access(**about, tier=Tier.SENSITIVE, kind=Kind.PERSON, subject=person.uuid)\n", "            pass\n", _PEOPLE),
    ("a look at S3 is not logged", "households/people.py", "    _log_person(Action.READ, person, by, route)\n    return _sensitive", "    return _sensitive", _PEOPLE),
    ("writing S3 is not logged", "households/people.py", "    _log_person(Action.WRITE, person, by, route)\n", "", _PEOPLE),
    ("opening a case is not logged", "cases/services.py", "    log_access(\n        by=by,\n        action=action,\n        tier=Tier.VIOLENCE,\n        subject=found.uuid,\n        kind=Kind.CASE,\n        reason=f\"{Action.BREAK_GLASS.label}：{glass.reason}\"[:200] if glass else \"\",\n        route=route,\n    )\n", "", "tests/cases"),
    ("asking who has looked is not logged", "gis_app/access.py", "    log_access(\n        by=request.user,\n        action=Action.LOOKED,\n        tier=Tier.IDENTITY,\n        kind=Kind.HOUSEHOLD,\n        subject=subject,\n        reason=reason,\n        route=request.resolver_match.view_name,\n    )\n", "", "tests/gis_app/test_access.py"),
    ("a log that fails fails nobody", "audit/services.py", "            cursor.execute(_WRITE, said | about)\n    except DatabaseError as error:\n        raise AccessNotLogged from error", "            cursor.execute(_WRITE, said | about)\n    except DatabaseError as error:\n        log.error(error)", "tests/audit " + _PEOPLE),
    ("a reason may be empty", "households/people.py", "SHORTEST_REASON = 5", "SHORTEST_REASON = 0", _PEOPLE),
    ("a list for a family tells of cases", "gis_app/access.py", "about = about.exclude(tier=Tier.VIOLENCE)", "about = about.all()", "tests/cases/test_looks.py tests/gis_app/test_access.py"),
    ("everybody reads the whole access log", "gis_app/access.py", "everybody = request.user.role == Role.AUDITOR", "everybody = True", "tests/gis_app/test_access.py tests/cases/test_looks.py"),
    ("the policy admits everybody", "core/policy.py", "        return self.public or role in self.roles", "        return True", _MATRIX),
    ("a route without a rule is answered", "core/policy.py", "            if methods:\n                return HttpResponseNotAllowed(methods)\n            raise Http404", "            return None", "tests/architecture/test_policy.py"),
    ("whoever is not signed in goes on", "core/policy.py", "        if not rule.public and not request.user.is_authenticated:\n            return unsigned(request)\n", "", _MATRIX),
    ("a view without families sees them", "core/policy.py", "if rule.scope == \"own\" and request.user.is_authenticated:", "if request.user.is_authenticated:", "tests/core/test_scope_ends.py"),
    ("no scope in a transaction", "core/db/scoped/base.py", "token = signed(subject) if subject else \"\"", "token = signed(\"s:x\")", _SECURITY),
    ("a token is for ever", "core/scope.py", "LIFETIME_S = 300", "LIFETIME_S = 10**9", _SECURITY),
    ("a session that ended goes on", "accounts/sessions.py", "AND s.expire_date > now() AND m.id = $2 AND m.is_active", "AND m.id = $2", "tests/accounts/test_sessions.py tests/accounts/test_session_limits.py tests/gis_app/test_tiles.py"),
]  # fmt: skip


def code() -> list[Mutation]:
    return [Mutation(name, tests, file, old, new) for name, file, old, new, tests in _CODE]


def rules() -> list[Mutation]:
    """Each rule of policy.yaml, widened by the first role it does not admit."""
    file = "gis_app/policy.yaml"
    text = (ROOT / file).read_text()
    policy = yaml.safe_load(text)
    made = []
    for route, methods in policy["routes"].items():
        for method, entry in methods.items():
            if entry["roles"] == "public":
                continue
            more = next((r for r in ROLES if r not in policy["groups"][entry["roles"]]), None)
            if more is None:
                continue
            # The line of the method, within the block of the route.
            start = re.search(rf"^  {re.escape(route)}:", text, re.MULTILINE).start()
            at = re.compile(rf"\b{method}: {{roles: {entry['roles']},").search(text, start)
            old = text[start : at.end()]
            new = old[: old.rindex(entry["roles"])] + "mutant,"
            group = f"groups:\n  mutant: [{', '.join([*policy['groups'][entry['roles']], more])}]"
            made.append(
                Mutation(
                    f"{route} {method} also for {more}",
                    "tests/architecture/test_admitted.py",
                    file,
                    text[: at.end()],
                    (text[:start] + new).replace("groups:", group, 1),
                )
            )
    return made


_USING, _CHECK = "USING (true)", "WITH CHECK (true)"
# By the table: which tests know of it, besides the rows.
_KNOWS = {
    "audit": "tests/audit tests/cases/test_looks.py",
    "cases": "tests/cases/test_cases.py tests/cases/test_concerns.py tests/cases/test_break_glass.py",
    "core": "tests/core/test_once.py",
    "households": "tests/households/test_row_security.py tests/households/test_people.py"
    " tests/households/test_history.py tests/households/test_conflicts.py tests/cases/test_cases.py",
    "disputes": "tests/disputes",
    "rights": "tests/rights",
    "support": "tests/support tests/visits",
    "transfers": "tests/transfers",
    "visits": "tests/visits",
}
# Beyond what knows of the table: a policy that another app laid over it.
_ALSO_KNOWS = {"not_while_disputed": "tests/rights/test_requests.py"}
# Both sides say the same of what no change can alter: columns that the runtime role may not write
# (settings.py, COLUMNS_THAT_CHANGE) or that a trigger guards, or nothing of the row at all. Either
# is enough alone, so both are let go together.
_TWICE_SAID = {
    "cases_breakglassnotice.review",
    "cases_caseassignment.relieve",
    "households_householdplace.system_notes",
    "rights_restriction.lifts",
    "transfers_export.go_on",
}
_EQUIVALENT = {
    "rights_request.answers WITH CHECK (true)": "It asks for the division, which sec.guard_request()"
    " lets nobody change; tests/rights/test_row_security.py.",
    "rights_step.system_anonymises WITH CHECK (true)": "Only the system gets past its USING, and"
    " both ask for nothing of the row.",
}


def row_security(policies: list[tuple]) -> list[Mutation]:
    """Each policy and each side of it, as (table, policy, has a USING, has a WITH CHECK), let go."""
    made = []
    for table, policy, using, check in policies:
        clauses = [c for has, c in ((using, _USING), (check, _CHECK)) if has]
        if f"{table}.{policy}" in _TWICE_SAID:
            clauses = [" ".join(clauses)]
        for clause in clauses:
            name = f"{table}.{policy} {clause}"
            tests = f"{_ROWS} {_KNOWS[table.partition('_')[0]]} {_ALSO_KNOWS.get(policy, '')}"
            sql = f"ALTER POLICY {policy} ON {table} {clause}"
            made.append(Mutation(name, tests, sql=sql, lives=_EQUIVALENT.get(name, "")))
    return made


def all_of(policies: list[tuple]) -> list[Mutation]:
    return code() + row_security(policies) + rules()
