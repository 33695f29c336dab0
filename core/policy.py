"""Deny by default: what policy.yaml does not name does not exist.

One file says for every route and method who may use it, with which scope, what is logged; one
middleware enforces it before any view runs. Nothing is inherited from a prefix or a base class.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache

import yaml
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import render

from core.errors import NotAllowed, NotFound
from core.scope import acting_as, become

log = logging.getLogger("wuse.access")

SCOPES = {
    "none",  # touches no household: row security shows nothing whatever the view does
    "own",  # what the member's role lets her see
}
LOGS = {"none", "write", "read"}
TIERS = {"S0", "S1", "S2", "S3", "S4"}


@dataclass(frozen=True)
class Rule:
    public: bool
    roles: frozenset[str]
    scope: str
    tier: str
    log: str

    def admits(self, role: str) -> bool:
        return self.public or role in self.roles


@lru_cache(maxsize=1)
def policy() -> dict[tuple[str, str], Rule]:
    """The file as {(route name, method): rule}; raises ValueError on anything it does not know."""
    text = _file()
    groups = {name: frozenset(roles) for name, roles in text["groups"].items()}
    rules = {}
    for route, methods in text["routes"].items():
        for method, entry in methods.items():
            who = entry["roles"]
            rule = Rule(
                public=who == "public",
                roles=frozenset() if who == "public" else groups[who],
                scope=entry["scope"],
                tier=entry["tier"],
                log=entry["log"],
            )
            if rule.scope not in SCOPES or rule.tier not in TIERS or rule.log not in LOGS:
                raise ValueError(f"policy.yaml: {route} {method}: {entry}")
            rules[route, method] = rule
    return rules


@lru_cache(maxsize=1)
def _file() -> dict:
    return yaml.safe_load(settings.POLICY_FILE.read_text())


def menus() -> dict[str, list[dict]]:
    return _file()["menu"]


def menu(role: str) -> dict[str, list[dict]]:
    """The menus with what this role may open: `{menu: [{route, title}]}`."""
    rules = policy()
    return {
        name: [entry for entry in entries if rules[entry["route"], "GET"].admits(role)]
        for name, entries in menus().items()
    }


def admitted(role: str) -> list[str]:
    """What this role may ask, as `route METHOD`: a page offers nothing else."""
    return sorted(f"{route} {method}" for (route, method), r in policy().items() if r.admits(role))


def reach(role: str) -> str | None:
    """Which families the role sees, in words; None for none."""
    return _file()["reach"].get(role)


@dataclass(frozen=True)
class Deed:
    """Some rules that are one thing to people, and the words for it."""

    says: str
    rules: dict[tuple[str, str], Rule]

    def for_role(self, role: str) -> "Deed | None":
        """What is left of it for this role."""
        left = {at: rule for at, rule in self.rules.items() if rule.admits(role)}
        return Deed(self.says, left) if left else None

    @property
    def tier(self) -> str:
        return max(rule.tier for rule in self.rules.values())

    @property
    def log(self) -> str:
        return max((rule.log for rule in self.rules.values()), key=("none", "write", "read").index)


@lru_cache(maxsize=1)
def deeds() -> list[Deed]:
    """The rules in words; raises ValueError on words for no rule, or for one of another's."""
    rules = {at: rule for at, rule in policy().items() if not rule.public}
    found, taken = [], set()
    for entry in _file()["deeds"]:
        own = {}
        for name in entry["do"]:
            route, _, method = name.partition(" ")
            own |= {at: r for at, r in rules.items() if at[0] == route and method in ("", at[1])}
            if not any(at[0] == route and method in ("", at[1]) for at in own):
                raise ValueError(f"policy.yaml: deeds name {name}, which is no rule")
        if taken & own.keys():
            raise ValueError(f"policy.yaml: two deeds for {sorted(taken & own.keys())}")
        taken |= own.keys()
        found.append(Deed(entry["says"], own))
    return found


def allowed_methods(route: str) -> list[str]:
    return [method for name, method in policy() if name == route]


class PolicyMiddleware:
    """Stands behind AuthenticationMiddleware; everything that answers stands behind it."""

    def __init__(self, get_response):
        self.get_response = get_response
        policy()  # a broken file stops the server, not the first request

    def __call__(self, request):
        request.rule = None
        with acting_as(None):
            response = self.get_response(request)
        self._log(request, response)
        return response

    def process_view(self, request, view, args, kwargs):
        route = request.resolver_match.view_name
        method = "GET" if request.method == "HEAD" else request.method
        rule = policy().get((route, method))
        if rule is None:
            methods = allowed_methods(route)
            if methods:
                return HttpResponseNotAllowed(methods)
            raise Http404
        request.rule = rule
        if not rule.public and not request.user.is_authenticated:
            return unsigned(request)
        if not rule.admits(getattr(request.user, "role", "")):
            return refused(request, NotAllowed())
        if rule.scope == "own" and request.user.is_authenticated:
            # Until __call__ leaves its `with`, which takes the scope back.
            become(request.user.pk)
        return None

    @staticmethod
    def _log(request, response):
        rule = request.rule
        if rule is None or rule.log == "none":
            return
        if rule.log == "write" and request.method in ("GET", "HEAD"):
            return
        log.info(
            "%s %s by %s: %s",
            request.method,
            request.resolver_match.view_name,
            request.user.pk,
            response.status_code,
        )


def wants_json(request) -> bool:
    return request.path.startswith(("/api/", "/tiles/"))


def unsigned(request):
    """401 for programs, the sign-in page for people."""
    if wants_json(request):
        body = {"code": "not_signed_in", "message": "请先登录。", "detail": {}}
        return JsonResponse(body, status=401)
    return redirect_to_login(request.get_full_path())


def refused(request, error: NotAllowed | NotFound):
    if wants_json(request):
        body = {"code": error.code, "message": error.message, "detail": error.detail}
        return JsonResponse(body, status=error.status)
    return render(request, f"{error.status}.html", status=error.status)
