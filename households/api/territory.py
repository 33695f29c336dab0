"""Territory over HTTP: each view only translates."""

import gzip
from datetime import date

import orjson
import shapely
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from boundaries.models import Division
from core.errors import Malformed, NotFound
from grids.drafts import store
from grids.models import Draft, DraftStep, TerritoryChange
from households.api import draft_shapes
from households.api import territory_shapes as shapes
from households.territory import (
    cards,
    designing,
    duties,
    editing,
    history,
    preview,
    publish,
    reading,
    selection,
)

DRAFT = OpenApiParameter("draft", int, description="草稿编号")
ON = OpenApiParameter("on", OpenApiTypes.DATE, description="哪一天，默认今天")


def _place(member, code: str) -> Division:
    """A place whose territory the member may read: her own, what lies in it, her village's."""
    place = Division.objects.current().select_related("parent").filter(code=code).first()
    mine = (
        Division.objects.under(member.division) if member.division_id else Division.objects.none()
    )
    if place is None or not mine.filter(pk=place.pk).exists():
        raise NotFound("没有找到这个区划，或不在您的范围内。")
    return place


def _draft(request, place: Division) -> Draft | None:
    pk = request.query_params.get("draft") or _body(request).get("draft")
    if pk is None:
        return None
    draft = store.draft_for(request.user, _int(pk, "draft"))
    if not Division.objects.under(draft.scope).filter(pk=place.pk).exists() and not (
        Division.objects.under(place).filter(pk=draft.scope_id).exists()
    ):
        raise NotFound("没有找到这份草稿。")
    return draft


def _body(request) -> dict:
    if request.method == "GET":
        return {}
    if not isinstance(request.data, dict):
        raise Malformed()
    return request.data


def _int(value, name: str) -> int:
    """From JSON a whole number, from an address its digits; none that JavaScript would round."""
    try:
        number = int(value) if isinstance(value, str) else value
    except ValueError:
        number = None
    if type(number) is not int or abs(number) > 2**53:
        raise Malformed(f"{name} 应为整数。")
    return number


def _ids(value, name: str) -> list[int]:
    if not isinstance(value, list):
        raise Malformed(f"{name} 应为人员编号的列表。")
    return [_int(v, name) for v in value]


def _optional(value, name: str) -> int | None:
    return None if value is None else _int(value, name)


def _day(text, name: str) -> date:
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        raise Malformed(f"{name} 应为 2024-03-08 这样的日期。") from None
    if not 1900 <= day.year < 3000:
        raise Malformed(f"{name} 应在 1900 年到 2999 年之间。")
    return day


def _on(request) -> date:
    text = request.query_params.get("on")
    return _day(text, "on") if text else timezone.localdate()


def _version(request) -> int:
    return _int(_body(request).get("expected_version"), "expected_version")


def _keys(request) -> list[str]:
    keys = _body(request).get("keys")
    if not isinstance(keys, list) or not all(isinstance(k, str) for k in keys):
        raise Malformed("keys 应为网格编号的列表。")
    return keys


@extend_schema(responses=shapes.TERRITORY, parameters=[DRAFT, ON])
@api_view(["GET"])
def territory(request, code: str):
    """Grids, members and figures of a place; with `on`, the grids as they lay on a day."""
    place = _place(request.user, code)
    if request.query_params.get("on"):
        return Response(history.territory_on(place, _on(request)))
    return Response(reading.territory(request.user, place, _draft(request, place)))


@extend_schema(responses=shapes.OutlinesShape, parameters=[DRAFT])
@api_view(["GET"])
def outlines(request, code: str):
    """The outlines of a place as GeoJSON text, as the draft has them."""
    place = _place(request.user, code)
    state = store.state_of(_draft(request, place), store.villages_of(place))
    cells = state.cells()
    shapes = (
        shapely.to_geojson(shapely.set_precision([c.geom for c in cells], 1e-6)) if cells else ()
    )
    features = ",".join(
        f'{{"type":"Feature","id":"{c.key}","properties":{{}},"geometry":{g}}}'
        for c, g in zip(cells, shapes, strict=True)
    )
    text = f'{{"type":"FeatureCollection","features":[{features}]}}'
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    body = gzip.compress(text.encode(), 2, mtime=0) if packed else text.encode()
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": "gzip"} if packed else {})
    return HttpResponse(body, content_type="application/geo+json", headers=headers)


@extend_schema(request=shapes.SelectAsked, responses=shapes.KeysShape)
@api_view(["POST"])
def select(request):
    """Keys of the grids that a polygon, box, point or village chooses."""
    place = _place(request.user, str(_body(request).get("division")))
    return Response({"keys": selection.select(place, _draft(request, place), request.data)})


@extend_schema(request=shapes.FiguresAsked, responses=shapes.FiguresAnswer)
@api_view(["POST"])
def figures(request):
    """What these grids are together, and a member's card before and after if they were hers."""
    place = _place(request.user, str(_body(request).get("division")))
    member = _optional(request.data.get("member"), "member")
    draft = _draft(request, place)
    return Response(cards.figures(request.user, place, draft, _keys(request), member))


@extend_schema(request=shapes.LeadAsked, responses=shapes.PeopleShape)
@api_view(["PUT"])
def lead(request, code: str):
    body = _body(request)
    if "expected_lead" not in body or "lead" not in body:
        raise Malformed("请给出 lead 和 expected_lead。")
    grid = duties.assign_lead(
        code=code,
        lead=_optional(body["lead"], "lead"),
        expected_lead=_optional(body["expected_lead"], "expected_lead"),
        by=request.user,
    )
    return Response(duties.people(grid, request.user))


@extend_schema(request=shapes.SupportAsked, responses=shapes.PeopleShape)
@api_view(["PUT"])
def support(request, code: str):
    body = _body(request)
    parts = {k: _ids(body.get(k, []), k) for k in ("add", "remove", "expected")}
    grid = duties.change_support(code=code, by=request.user, **parts)
    return Response(duties.people(grid, request.user))


@extend_schema(methods=["GET"], responses=shapes.ListedDraftShape(many=True))
@extend_schema(
    methods=["POST"], request=draft_shapes.DraftAsked, responses={201: shapes.DraftShape}
)
@api_view(["GET", "POST"])
def drafts(request):
    if request.method == "POST":
        place = _place(request.user, str(_body(request).get("division")))
        if not store.may_edit(request.user, place):
            raise NotFound("没有找到这个区划，或不在您的范围内。")
        title = request.data.get("title") or f"{place.name} {timezone.localdate()}"
        if not isinstance(title, str):
            raise Malformed("title 应为文字。")
        made = store.open_draft(scope=place, title=title[:80], by=request.user)
        return Response(reading.draft_row(made), status=201)
    state = Draft.State
    waiting = (
        Draft.objects.visible_to(request.user)
        .filter(state__in=[state.OPEN, state.PROPOSED, state.SCHEDULED])
        .select_related("scope", "created_by")
    )
    return Response(
        [reading.draft_row(d) | {"created_by": d.created_by.name} for d in waiting[:200]]
    )


@extend_schema(responses=draft_shapes.DraftDetail)
@api_view(["GET"])
def draft(request, pk: int):
    found = store.draft_for(request.user, pk)
    steps = DraftStep.objects.filter(draft=found).select_related("by").defer("before", "after")
    return Response(
        {
            "draft": reading.draft_row(found),
            "steps": [store.step_row(s) for s in steps.order_by("number")],
            "cursor": found.cursor,
            "version": found.version,
        }
    )


def _taken(taken: editing.Taken) -> Response:
    return Response(
        {
            "draft": reading.draft_row(taken.draft),
            "step": store.step_row(taken.step) | {"notes": taken.notes},
            "touched": taken.touched,
            "removed": taken.removed,
        }
    )


@extend_schema(request=draft_shapes.STEP, responses=draft_shapes.TakenShape)
@api_view(["POST"])
def steps(request, pk: int):
    return _taken(
        editing.take_step(
            draft_id=pk,
            expected_version=_version(request),
            kind=str(request.data.get("kind")),
            asked=request.data,
            by=request.user,
        )
    )


@extend_schema(request=draft_shapes.AlternativesAsked, responses=draft_shapes.AlternativesShape)
@api_view(["POST"])
def alternatives(request, pk: int):
    """Three ways to divide a place, explained; nothing is changed."""
    found = store.draft_for(request.user, pk)
    body, by = _body(request), request.user
    if not store.may_edit(by, found.scope):
        raise NotFound("没有找到这份草稿。")
    state = store.state_of(found, store.villages_of(found.scope))
    place, _ = editing.site_of(body, state, found.scope, by)
    k = editing.parts_asked(body, place)
    told = designing.explained(place, k, seed=0)
    for way in told:
        way["outlines"] = {
            "type": "FeatureCollection",
            "features": [
                {"type": "Feature", "properties": {}, "geometry": orjson.Fragment(g)}
                for g in way["outlines"]
            ],
        }
    return Response({"parts": k, "alternatives": told})


@extend_schema(request=draft_shapes.VersionAsked, responses=draft_shapes.TakenShape)
@api_view(["POST"])
def undo(request, pk: int):
    return _taken(editing.undo(draft_id=pk, expected_version=_version(request), by=request.user))


@extend_schema(request=draft_shapes.VersionAsked, responses=draft_shapes.TakenShape)
@api_view(["POST"])
def redo(request, pk: int):
    return _taken(editing.redo(draft_id=pk, expected_version=_version(request), by=request.user))


@extend_schema(responses=draft_shapes.PreviewShape, parameters=[OpenApiParameter("page", int)])
@api_view(["GET"])
def draft_preview(request, pk: int):
    found = store.draft_for(request.user, pk)
    if not store.may_edit(request.user, found.scope):
        raise NotFound("没有找到这份草稿。")
    page = max(1, _int(request.query_params.get("page", 1), "page"))
    return Response(preview.preview(found, request.user, page))


@extend_schema(request=draft_shapes.PublishAsked, responses=draft_shapes.PublishedShape)
@api_view(["POST"])
def draft_publish(request, pk: int):
    body = _body(request)
    resolve = body.get("resolve") or {}
    if not isinstance(resolve, dict):
        raise Malformed("resolve 应为 {网格编号： mine 或 theirs}。")
    preview.refuse_unseen(store.draft_for(request.user, pk), request.user, body.get("seen"))
    done = publish.publish(
        draft_id=pk,
        expected_version=_version(request),
        by=request.user,
        on=_day(body["on"], "on") if body.get("on") else None,
        resolve=resolve,
    )
    if isinstance(done, Draft):
        return Response({"draft": reading.draft_row(done), "change": None})
    return Response({"draft": reading.draft_row(done.draft), "change": _change(done)})


def _change(change: TerritoryChange) -> dict:
    return {
        "id": change.pk,
        "title": change.draft.title,
        "by": change.by.name,
        "at": change.at,
        "undoes": change.undoes_id,
        "summary": change.summary,
    }


@extend_schema(request=draft_shapes.VersionAsked, responses=shapes.DraftShape)
@api_view(["POST"])
def draft_propose(request, pk: int):
    done = publish.propose(draft_id=pk, expected_version=_version(request), by=request.user)
    return Response(reading.draft_row(done))


@extend_schema(request=draft_shapes.VersionAsked, responses=shapes.DraftShape)
@api_view(["POST"])
def draft_discard(request, pk: int):
    done = publish.discard(draft_id=pk, expected_version=_version(request), by=request.user)
    return Response(reading.draft_row(done))


@extend_schema(responses=draft_shapes.ChangeShape(many=True))
@api_view(["GET"])
def changes(request):
    found = TerritoryChange.objects.filter(
        draft__in=Draft.objects.visible_to(request.user)
    ).select_related("draft", "by")
    return Response([_change(c) for c in found[:100]])


@extend_schema(request=None, responses=draft_shapes.ChangeShape)
@api_view(["POST"])
def change_undo(request, pk: int):
    return Response(_change(publish.undo_change(change_id=pk, by=request.user)))
