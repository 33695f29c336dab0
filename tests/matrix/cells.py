"""One cell: a member asks a route, by a method, for an object. Decided twice, then asked."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse

from core.policy import policy
from households import scope, versions
from tests.matrix import examples
from tests.matrix.oracle import Oracle
from tests.matrix.routes import METHODS, Route, body_schema, body_type, resolved, routes
from tests.matrix.world import World

NOBODY = "nobody"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True)
class Cell:
    who: str
    route: Route
    method: str
    noun: str | None = None
    label: str | None = None

    def __str__(self):
        about = f" {self.noun}={self.label}" if self.label else ""
        return f"{self.who}: {self.method} {self.route.name}{about}"


def cells(world: World) -> Iterator[Cell]:
    """All of them: routes × methods × members, and × objects where policy.yaml lets her role in."""
    rules = policy()
    for who in [NOBODY, *world.people]:
        role = world.people[who].role if who != NOBODY else ""
        for route in routes():
            for method in METHODS:
                rule = rules.get((route.name, "GET" if method == "HEAD" else method))
                noun = route.noun or route.body_noun(method)
                if noun is None:
                    yield Cell(who, route, method)
                elif rule is not None and rule.admits(role):
                    for label in world.objects[noun]:
                        yield Cell(who, route, method, noun, label)
                else:
                    yield Cell(who, route, method, noun, next(iter(world.objects[noun])))


def sampled(world: World, seed: int, each: int) -> list[Cell]:
    """Of every rule and role some; and some of what is no rule."""
    chance, rules = random.Random(seed), policy()
    kinds: dict[tuple, list[Cell]] = {}
    for cell in cells(world):
        role = world.people[cell.who].role if cell.who != NOBODY else NOBODY
        known = (cell.route.name, cell.method) in rules
        at = (cell.route.name, cell.method, role) if known else (cell.route.name, "no rule")
        kinds.setdefault(at, []).append(cell)
    chosen = [c for found in kinds.values() for c in chance.sample(found, min(each, len(found)))]
    # Member by member: each signs in once.
    return sorted(chosen, key=lambda c: c.who)


class Asker:
    """Signs members in, sends requests and takes back whatever they wrote."""

    def __init__(self, world: World, oracle: Oracle):
        self.world, self.oracle = world, oracle
        self._cookies: dict[str, str] = {}
        self._one = Client(raise_request_exception=False)
        self._missing: dict[tuple, object] = {}

    def _client(self, who: str) -> Client:
        # One for all: a new one reads every middleware anew.
        self._one.cookies = SimpleCookie()
        if who == NOBODY:
            return self._one
        if who not in self._cookies:
            signing = Client()
            signing.handler = self._one.handler
            signing.force_login(self.world.people[who], backend=BACKEND)
            self._cookies = {who: next(iter(signing.cookies.values())).value}
        self._one.cookies[settings.SESSION_COOKIE_NAME] = self._cookies[who]
        return self._one

    def url(self, route: Route, key: str | None, method: str, extra: dict | None = None) -> str:
        values = {name: examples.PARAMETERS.get(name) for name in route.parameters}
        if route.noun:
            values[route.parameters[0]] = key
        asked = {
            p["name"]: examples.QUERY[p["name"]]
            for p in route.operation(method).get("parameters", ())
            if p["in"] == "query" and p.get("required")
        }
        if route.name == "search":
            asked["q"] = examples.QUERY["q"]
        asked |= extra or {}
        path = reverse(route.name, kwargs=values)
        return f"{path}?{urlencode(asked)}" if asked else path

    def send(self, who: str, route: Route, method: str, key: str | None, extra=None):
        """The answer; nothing that the request wrote stays."""
        client = self._client(who)
        operation = route.operation(method)
        kwargs: dict = {}
        if method in ("POST", "PUT", "PATCH", "DELETE"):
            if route.path.startswith("/api/"):
                body = self._body(who, route, method, key)
                if body_type(operation) == "multipart/form-data":
                    kwargs = {"data": body}
                else:
                    kwargs = {"data": body, "content_type": "application/json"}
            elif method == "POST":
                kwargs = {"data": examples.FORMS.get(route.name, {})}
        ask = getattr(client, method.lower())
        with transaction.atomic():
            answer = ask(self.url(route, key, method, extra), **kwargs)
            answer.content  # noqa: B018  of a streamed one, to be read while the world stands
            transaction.set_rollback(True)
        if method not in ("GET", "HEAD"):
            scope.forget()
            versions.forget()
        return answer

    def _body(self, who: str, route: Route, method: str, key: str | None) -> dict:
        own = examples.ROUTE_FIELDS.get(f"{route.name} {method}", {})
        if not route.operation(method) and method != "DELETE":
            return {}
        fields = body_schema(route.operation(method)).get("properties", {})
        if method == "DELETE":
            return {"reason": examples.FIELDS["reason"]}
        body = {}
        subject = (
            next((n for n in examples.BODY_NOUNS if n in fields), None) if not route.noun else None
        )
        for name, part in fields.items():
            if part.get("readOnly"):
                continue
            if name == subject:
                value = [key] if name == "grids" else int(key) if name == "member" else key
            elif name in own:
                value = own[name]
            elif name == "member":
                value = self.member_for(who, route)
            elif name in examples.FIELDS:
                value = examples.FIELDS[name]
            else:
                value = _plain(resolved(part))
            if value is not examples.OMIT:
                body[name] = value() if callable(value) else value
        return body

    def member_for(self, who: str, route: Route) -> int:
        """Of whom a body speaks: a case worker, who stands in, a colleague of hers, or herself."""
        people = self.world.people
        if route.name.startswith("case-"):
            return people["stale_glass"].pk
        if route.name.startswith("cover-"):
            return people["standin"].pk
        below = {
            NOBODY: "lan",
            "head": "lan",
            "chair": "lan",
            "tao_head": "hua",
            "other_chair": "far",
        }
        return people[below.get(who, who)].pk

    def judge(self, cell: Cell, answer) -> str | None:
        """Why the answer is not what both oracles say, or None."""
        status = answer.status_code
        method = "GET" if cell.method == "HEAD" else cell.method
        rule = policy().get((cell.route.name, method))
        if rule is None:
            return None if status == 405 else f"{status}, no such method: 405"
        if cell.method == "HEAD" and status == 405:
            return None  # the REST framework's views know none; it would tell no more than a GET
        member = self.world.people.get(cell.who)
        # Out of office is not signed in.
        signed = member is not None and cell.who != "left"
        if not rule.public and not signed:
            wanted = (401,) if cell.route.path.startswith(("/api/", "/tiles/")) else (302,)
            sent_in = status != 302 or answer["Location"].startswith("/accounts/sign-in/")
            return None if status in wanted and sent_in else f"{status}, not signed in: {wanted}"
        if not rule.admits(member.role if signed else ""):
            return None if status == 403 else f"{status}, not for her role: 403"
        if cell.noun is None:
            nothing = {cell.route.name, f"{cell.route.name} {method}"} & examples.NOTHING_THERE
            fine = status < 400 or status in (409, 422) or (nothing and status == 404)
            return None if fine else f"{status}, for her role: below 400, 409 or 422"
        key = self.world.objects[cell.noun][cell.label]
        pk = member.pk if member else 0
        if self.oracle.may(pk, cell.route.name, method, cell.noun, key):
            nothing = cell.route.name in examples.NOTHING_THERE and status == 404
            fine = status < 400 or status in (409, 422) or nothing
            return None if fine else f"{status}, hers: below 400, 409 or 422; {_said(answer)}"
        if status < 400 or status >= 500:
            return f"{status}, not hers: refused"
        if not self.oracle.finds(pk, cell.noun, key) and _face(answer) != self._face_of_nothing(
            cell
        ):
            return f"{status}, not hers: the answer for one that never was; {_said(answer)}"
        return None

    def _face_of_nothing(self, cell: Cell):
        at = (cell.who, cell.route.name, cell.method)
        if at not in self._missing:
            nothing = examples.missing(cell.noun)
            self._missing[at] = _face(self.send(cell.who, cell.route, cell.method, nothing))
        return self._missing[at]


def _plain(part: dict):
    """Some value of a type."""
    if part.get("enum"):
        return next(v for v in part["enum"] if v not in ("", None))
    match part.get("type"):
        case "integer" | "number":
            return 1
        case "boolean":
            return False
        case "array":
            return []
        case "object":
            return {}
    return "示例"


def _said(answer) -> str:
    return answer.content[:150].decode(errors="replace")


def _face(answer) -> tuple:
    """What can be told from an answer, but for what differs between any two."""
    headers = {
        k: v
        for k, v in answer.headers.items()
        if k not in ("Date", "X-Request-Id", "Content-Security-Policy")
    }
    if "text/html" in answer.headers.get("Content-Type", ""):
        # The page carries a token against forged requests, and a nonce.
        return answer.status_code, len(answer.content)
    return answer.status_code, tuple(sorted(headers.items())), answer.content
