"""Disputes: entered, read, and taken step by step."""

from uuid import UUID

from django.contrib.gis.geos import Point
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.models import Role
from boundaries.models import Division
from cases.services import home_for
from core.api import Pages
from core.errors import NotFound
from disputes import guard, reading, referring, services
from disputes.api import shapes

DONE = {"message": "已记下。"}
_FILTERS = [
    OpenApiParameter(name, str)
    for name in ("state", "kind", "supervised", "late", "household", "page")
]


def said(shape, request) -> dict:
    form = shape(data=request.data)
    form.is_valid(raise_exception=True)
    return dict(form.validated_data)


def route(request) -> str:
    return request.resolver_match.view_name


@extend_schema(methods=["GET"], responses=shapes.DisputeRow(many=True), parameters=_FILTERS)
@extend_schema(methods=["POST"], request=shapes.DisputeAsked, responses={201: shapes.FoundShape})
@api_view(["GET", "POST"])
def disputes(request):
    """Those of her place, the newest first: open ones unless `state` says otherwise."""
    if request.method == "POST":
        return Response(find(request.user, said(shapes.DisputeAsked, request)), status=201)
    asked = request.query_params
    rows = reading.listed(
        request.user,
        state=asked.get("state", ""),
        kind=asked.get("kind", ""),
        supervised=asked.get("supervised") == "1",
        late=asked.get("late") == "1",
        household=home_at(request.user, asked["household"]) if "household" in asked else None,
    )
    pages = Pages()
    page = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response([reading.row(one) for one in page])


def home_at(by, text: str):
    """The family whose id stands in an address."""
    try:
        return home_for(by, UUID(text))
    except ValueError:
        raise NotFound("没有找到这户。") from None


def find(by, asked: dict) -> dict:
    """Enter one. What became the case worker's has an address for her alone."""
    home = asked.pop("household", None)
    village, lon, lat = (asked.pop(name, None) for name in ("village", "lon", "lat"))
    violence = asked.pop("violence", None)
    made = services.find_dispute(
        **asked,
        **(violence or {}),
        violence=violence is not None,
        household=home_for(by, home) if home else None,
        village=Division.objects.current().filter(code=village).first() if village else None,
        point=Point(lon, lat, srid=4326) if None not in (lon, lat) else None,
        by=by,
    )
    shown = by.role == Role.CASEWORKER or not made.violence
    return {
        "message": "已登记。" if shown else "已收到，交给个案工作者办理。",
        "uuid": str(made.uuid) if shown else None,
        "number": made.number if shown else None,
    }


@extend_schema(responses=shapes.DisputeShape)
@api_view(["GET"])
def dispute(request, uuid):
    """The facts of one, who takes part masked, and what she may do next. No words of it."""
    found = services.by_uuid(request.user, uuid)
    return Response(reading.dispute(request.user, found))


@extend_schema(responses=shapes.SaidShape(many=True))
@api_view(["GET"])
def texts(request, uuid):
    """What happened and what was agreed. Each look is logged."""
    found = services.by_uuid(request.user, uuid)
    return Response(reading.texts(request.user, found, route(request)))


@extend_schema(request=shapes.DisputeStepAsked, responses=shapes.DisputeRow)
@api_view(["POST"])
def step(request, uuid):
    """One step. Referring has an address of its own."""
    found = services.by_uuid(request.user, uuid)
    asked = said(shapes.DisputeStepAsked, request)
    done = services.take(dispute=found, by=request.user, **asked)
    return Response(reading.row(done))


@extend_schema(request=shapes.SessionAsked, responses={201: shapes.DoneShape})
@api_view(["POST"])
def sessions(request, uuid):
    """They sat together, with whom and with what result."""
    found = services.by_uuid(request.user, uuid)
    services.hold_session(dispute=found, by=request.user, **said(shapes.SessionAsked, request))
    return Response(DONE, status=201)


@extend_schema(request=shapes.ViolenceAsked, responses={201: shapes.DoneShape})
@api_view(["POST"])
def violence(request, uuid):
    """Somebody is hurt or threatened: from now on it is the case worker's."""
    found = services.by_uuid(request.user, uuid)
    asked = said(shapes.ViolenceAsked, request)
    services.flag_violence(dispute=found, by=request.user, **asked)
    return Response({"message": "已收到，交给个案工作者办理。"}, status=201)


@extend_schema(request=shapes.WordAsked, responses={201: shapes.DoneShape})
@api_view(["POST"])
def words(request, uuid):
    """What the victim said alone about sitting at one table; and what the case's worker says."""
    found = services.by_uuid(request.user, uuid)
    hear(request.user, found, said(shapes.WordAsked, request), route(request))
    return Response(DONE, status=201)


def hear(by, found, asked: dict, at: str) -> None:
    about = {"dispute": found, "agrees": asked["agrees"], "by": by, "route": at}
    if asked["of"] == "lead":
        guard.lead_says(**about)
    else:
        heard = {name: asked[name] for name in ("party", "how", "said_on")}
        guard.hear_victim(**about, **heard)


@extend_schema(request=shapes.SupervisionAsked, responses={201: shapes.DoneShape})
@api_view(["POST"])
def supervision(request, uuid):
    """A chair asks that it be brought to an end by a day."""
    found = services.by_uuid(request.user, uuid)
    services.supervise(dispute=found, by=request.user, **said(shapes.SupervisionAsked, request))
    return Response(DONE, status=201)


@extend_schema(request=shapes.ReferralAsked, responses={201: shapes.ReferralRow})
@api_view(["POST"])
def referrals(request, uuid):
    """Ask another body, with consent or by a duty, and let it read what is chosen."""
    found = services.by_uuid(request.user, uuid)
    asked = said(shapes.ReferralAsked, request)
    return Response(
        reading.referral_row(send(request.user, found, asked, route(request))), status=201
    )


def send(by, found, asked: dict, at: str):
    ground = referring.Ground(
        asked.get("consent_of"), asked.get("consent_on"), asked["consent_how"], asked["duty"]
    )
    return referring.send(
        dispute=found,
        body=asked["body"],
        division=asked["division"],
        joint=asked["joint"],
        ground=ground,
        fields=[name for name in referring.FIELDS if name in asked["fields_shown"]],
        asks=asked["asks"],
        by=by,
        route=at,
    )


@extend_schema(
    responses=shapes.ReferralRow(many=True),
    parameters=[OpenApiParameter("page", int), OpenApiParameter("all", str)],
)
@api_view(["GET"])
def referral_list(request):
    """To a partner: what was sent to her body. The waiting ones, or `all=1`."""
    rows = referring.Referral.objects.visible_to(request.user).select_related("division")
    if request.query_params.get("all") != "1":
        rows = rows.waiting()
    pages = Pages()
    page = pages.paginate_queryset(rows, request)
    return pages.get_paginated_response([reading.referral_row(one) for one in page])


@extend_schema(responses=shapes.ReferralShape)
@api_view(["GET"])
def referral(request, uuid):
    """The packet that was made for one body, until its time is over. Each look is logged."""
    found = referring.by_uuid(request.user, uuid)
    return Response(reading.referral(request.user, found, route(request)))


@extend_schema(request=shapes.ReferralStepAsked, responses=shapes.ReferralRow)
@api_view(["POST"])
def referral_step(request, uuid):
    """Received, accepted or not, done: by the partner. Taken back: by the sender."""
    found = referring.by_uuid(request.user, uuid)
    asked = said(shapes.ReferralStepAsked, request)
    done = referring.take(referral=found, by=request.user, route=route(request), **asked)
    return Response(reading.referral_row(done))
