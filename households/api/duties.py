"""What changes at once over HTTP: claims, leaves, covers. Each view only translates."""

import re
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, inline_serializer
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.models import Role
from core.api import Pages
from core.errors import Malformed, NotFound
from households.api.territory import _body, _day, _int, _optional
from households.models import Claim
from households.territory import duties


class ClaimAsked(s.Serializer):
    household = s.UUIDField()
    member = s.IntegerField()


class ClaimMadeShape(s.Serializer):
    id = s.IntegerField()
    member = s.IntegerField()


class ClaimShape(ClaimMadeShape):
    household = s.UUIDField()
    household_no = s.CharField()
    village = s.CharField(help_text="村代码")
    name = s.CharField(help_text="认领人的姓名")
    started_at = s.DateTimeField()


class ClaimPageShape(s.Serializer):
    count = s.IntegerField()
    next = s.URLField(allow_null=True)
    previous = s.URLField(allow_null=True)
    results = ClaimShape(many=True)


class ClaimEndedShape(s.Serializer):
    id = s.IntegerField()
    ended_at = s.DateTimeField()


LEAVE_ASKED = inline_serializer(
    "LeaveAsked",
    {
        "member": s.IntegerField(),
        "from": s.DateField(help_text="从哪一天"),
        "to": s.DateField(help_text="到哪一天，含当天"),
        "cover": s.IntegerField(required=False, allow_null=True, help_text="代管的人员编号"),
    },
)
LEAVE = inline_serializer(
    "LeaveShape", {"id": s.IntegerField(), "from": s.DateField(), "to": s.DateField()}
)


class CoverEndAsked(s.Serializer):
    grids = s.ListField(child=s.CharField(), help_text="网格编码")
    member = s.IntegerField(help_text="代管的人员编号")


COVER_ASKED = inline_serializer(
    "CoverAsked",
    {
        "grids": s.ListField(child=s.CharField(), help_text="没有主责的网格，编码"),
        "member": s.IntegerField(help_text="代管的人员编号"),
        "from": s.DateField(help_text="从哪一天"),
        "to": s.DateField(
            required=False, allow_null=True, help_text="到哪一天，含当天；没有写：到有主责为止"
        ),
    },
)


class CoveredShape(s.Serializer):
    grids = s.ListField(child=s.CharField(), help_text="网格编码")


def _row(claim: Claim) -> dict:
    return {
        "id": claim.pk,
        "household": claim.household.uuid,
        "household_no": claim.household.household_no,
        "village": claim.household.village.code,
        "member": claim.member_id,
        "name": claim.member.name,
        "started_at": claim.started_at,
    }


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Malformed("household 应为一户的编号（uuid）。") from None


@extend_schema(
    methods=["GET"],
    parameters=[
        OpenApiParameter("member", int, description="只列她认领的"),
        OpenApiParameter("household", OpenApiTypes.UUID, description="只列这一户的"),
        OpenApiParameter("page", int),
        OpenApiParameter("page_size", int),
    ],
    responses=ClaimPageShape,
)
@extend_schema(methods=["POST"], request=ClaimAsked, responses={201: ClaimMadeShape})
@api_view(["GET", "POST"])
def claims(request):
    """Who has taken on which household, as far as one sees it; and to take one on."""
    if request.method == "GET":
        return _claims(request)
    body = _body(request)
    member = _int(body.get("member"), "member")
    if request.user.role == Role.MEMBER and member != request.user.pk:
        raise NotFound("没有找到这位同志。")
    made = duties.claim(household=str(body.get("household")), member=member, by=request.user)
    return Response({"id": made.pk, "member": made.member_id}, status=201)


def _claims(request):
    asked = request.query_params
    found = duties.claims_open_to(request.user)
    if "member" in asked:
        found = found.filter(member=_int(asked["member"], "member"))
    if "household" in asked:
        found = found.filter(household__uuid=_uuid(asked["household"]))
    pages = Pages()
    return pages.get_paginated_response([_row(c) for c in pages.paginate_queryset(found, request)])


@extend_schema(request=None, responses=ClaimEndedShape)
@api_view(["POST"])
def claim_end(request, pk: int):
    ended = duties.end_claim(claim_id=pk, by=request.user)
    return Response({"id": ended.pk, "ended_at": ended.ended_at})


@extend_schema(request=LEAVE_ASKED, responses={201: LEAVE})
@api_view(["POST"])
def leaves(request):
    body = _body(request)
    made = duties.take_leave(
        member=_int(body.get("member"), "member"),
        from_on=_day(body.get("from"), "from"),
        to_on=_day(body.get("to"), "to"),
        cover=_optional(body.get("cover"), "cover"),
        by=request.user,
    )
    return Response({"id": made.pk, "from": made.from_on, "to": made.to_on}, status=201)


def _is_code(text) -> bool:
    return isinstance(text, str) and re.fullmatch(r"[0-9]{15}", text) is not None


def _codes(body: dict) -> list[str]:
    codes = body.get("grids")
    if not isinstance(codes, list) or not codes or not all(_is_code(c) for c in codes):
        raise Malformed("grids 应为网格编码的列表。")
    return codes


@extend_schema(request=COVER_ASKED, responses={201: CoveredShape})
@api_view(["POST"])
def covers(request):
    """Somebody stands in for grids that nobody leads."""
    body = _body(request)
    covered = duties.cover_grids(
        codes=_codes(body),
        member=_int(body.get("member"), "member"),
        from_on=_day(body.get("from"), "from"),
        to_on=None if body.get("to") is None else _day(body["to"], "to"),
        by=request.user,
    )
    return Response({"grids": [g.code for g in covered]}, status=201)


@extend_schema(request=CoverEndAsked, responses=CoveredShape)
@api_view(["POST"])
def covers_end(request):
    body = _body(request)
    ended = duties.end_covers(
        codes=_codes(body), member=_int(body.get("member"), "member"), by=request.user
    )
    return Response({"grids": [g.code for g in ended]})
