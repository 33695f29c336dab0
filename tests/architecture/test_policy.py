"""policy.yaml and the sitemap say the same, and what neither says does not exist."""

import pytest
from django.urls import get_resolver, path
from django.urls.resolvers import URLPattern

from accounts.models import Role
from core.policy import deeds, policy


def route_names(resolver=None, seen=None):
    seen = set() if seen is None else seen
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            seen.add(pattern.name)
        else:
            route_names(pattern, seen)
    return seen


def test_every_route_is_named_in_the_policy_and_every_rule_has_its_route():
    assert route_names() == {route for route, _ in policy()}


def test_every_rule_that_is_not_public_is_said_in_words_once():
    """A new route? Name it under `deeds` in policy.yaml: the page "what I may see" is made of it."""
    assert {at for deed in deeds() for at in deed.rules} == {
        at for at, rule in policy().items() if not rule.public
    }


def test_every_role_of_the_policy_is_a_role():
    for rule in policy().values():
        assert rule.roles <= set(Role.values)


def test_only_a_few_routes_are_public():
    public = {route for (route, _), rule in policy().items() if rule.public}
    way_in = {"sign-in", "sign-in-code", "sign-in-password", "sign-in-phone"}
    assert public == {"healthz", "readyz", "set_language"} | way_in


def test_every_look_at_what_is_sensitive_is_logged():
    """In the database besides, see tests/households/test_people.py; here nobody says otherwise."""
    for (route, method), rule in policy().items():
        if rule.tier in ("S3", "S4"):
            assert rule.log == ("read" if method == "GET" else rule.log) != "none", (route, method)


def test_a_public_route_touches_no_household():
    assert all(rule.scope == "none" for rule in policy().values() if rule.public)


def forgotten(request):
    raise AssertionError("a route without a rule was answered")


urlpatterns = [path("forgotten/", forgotten, name="forgotten")]
handler404 = "gis_app.views.not_found"


@pytest.mark.urls("tests.architecture.test_policy")
def test_a_route_without_a_rule_is_a_404(signed_in, cast):
    from django.test import Client

    assert signed_in(cast.chair).get("/forgotten/", headers={"accept": "*/*"}).status_code == 404
    assert Client().get("/forgotten/").status_code == 404


def test_a_method_without_a_rule_is_refused(signed_in, cast):
    client = signed_in(cast.lan)
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)("/api/households/").status_code == 405
    assert client.options("/api/households/").status_code == 405


@pytest.mark.parametrize("role", ["district", "caseworker", "steward", "sysadmin", "auditor"])
def test_a_role_without_families_gets_no_list_of_them(signed_in, cast, role):
    from tests.factories import member

    who = cast.district if role == "district" else member(f"the-{role}", role, cast.area)
    client = signed_in(who)
    assert client.get("/api/households/").status_code == 403
    assert client.get(f"/api/areas/{cast.liu1.code}/households/").status_code == 403
    assert client.get(f"/api/households/{cast.homes['liu1'][0].uuid}/").status_code == 403


def test_what_the_policy_says_is_logged_reaches_the_log(signed_in, cast, caplog):
    client = signed_in(cast.lan)
    client.get("/api/me/")
    assert not caplog.records
    client.get(f"/api/households/{cast.homes['liu1'][0].uuid}/")
    (record,) = [r for r in caplog.records if r.name == "wuse.access"]
    assert record.getMessage() == f"GET household-detail by {cast.lan.pk}: 200"
