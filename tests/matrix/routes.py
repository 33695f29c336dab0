"""Every route there is, as the URL resolver and the OpenAPI schema tell it; none is listed by hand."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.urls import get_resolver
from django.urls.resolvers import RoutePattern, URLPattern
from drf_spectacular.generators import SchemaGenerator

from core.policy import policy
from tests.matrix.examples import BODY_NOUNS, NOUNS

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")


@dataclass(frozen=True)
class Route:
    name: str
    # With {name} for what varies.
    path: str
    parameters: tuple[str, ...]
    # The word before the first parameter: what its key is a key of.
    noun: str | None

    def methods(self) -> list[str]:
        return [method for route, method in policy() if route == self.name]

    def operation(self, method: str) -> dict:
        """What the schema says of it; {} for pages, which it does not describe."""
        return _operations().get((_shape(self.path), method.lower()), {})

    def body_noun(self, method: str) -> str | None:
        """The object that a request names in its body, where its address names none."""
        if self.noun:
            return None
        fields = body_schema(self.operation(method)).get("properties", {})
        return next((noun for name, noun in BODY_NOUNS.items() if name in fields), None)


@lru_cache(maxsize=1)
def routes() -> list[Route]:
    found = [_route(name, text) for name, text in _patterns(get_resolver())]
    return sorted(found, key=lambda r: r.name)


def _patterns(resolver, before: str = ""):
    for one in resolver.url_patterns:
        text = before + _text(one.pattern)
        if isinstance(one, URLPattern):
            yield one.name, text
        else:
            yield from _patterns(one, text)


def _text(pattern) -> str:
    if isinstance(pattern, RoutePattern):
        return str(pattern)
    return str(pattern).removeprefix("^").removesuffix(r"\Z").removesuffix("$")


def _route(name: str, text: str) -> Route:
    parameters = tuple(a or b for a, b in _PARAMETER.findall(text))
    path = "/" + _PARAMETER.sub(lambda m: f"{{{m[1] or m[2]}}}", text)
    word = re.search(r"([\w-]+)/\{", path)
    noun = NOUNS.get(word[1]) if word else None
    return Route(name, path, parameters, noun)


def _shape(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


@lru_cache(maxsize=1)
def schema() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@lru_cache(maxsize=1)
def _operations() -> dict:
    return {
        (_shape(path), method): operation
        for path, methods in schema()["paths"].items()
        for method, operation in methods.items()
    }


def resolved(part: dict) -> dict:
    """A schema with its references followed."""
    while "$ref" in part or len(part.get("allOf", ())) == 1:
        part = (
            schema()["components"]["schemas"][part["$ref"].rpartition("/")[2]]
            if "$ref" in part
            else part["allOf"][0]
        )
    return part


def body_schema(operation: dict) -> dict:
    content = operation.get("requestBody", {}).get("content", {})
    return resolved(next(iter(content.values()))["schema"]) if content else {}


def body_type(operation: dict) -> str:
    return next(iter(operation.get("requestBody", {}).get("content", {})), "application/json")
