"""Conflicts of interest over HTTP; each view only translates."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from core.errors import Malformed
from households.api.territory import _body, _int
from households.models import Conflict
from households.territory import conflicts


class ConflictAskedShape(s.Serializer):
    household = s.UUIDField()
    member = s.IntegerField()
    kind = s.ChoiceField(Conflict.Kind.choices)


class ConflictShape(ConflictAskedShape):
    id = s.IntegerField()
    household_no = s.CharField()
    name = s.CharField(help_text="这位同志的姓名")
    declared_at = s.DateTimeField()


class ConflictEndedShape(s.Serializer):
    id = s.IntegerField()
    ended_at = s.DateTimeField()


def _row(conflict: Conflict) -> dict:
    return {
        "id": conflict.pk,
        "household": conflict.household.uuid,
        "household_no": conflict.household.household_no,
        "member": conflict.member_id,
        "name": conflict.member.name,
        "kind": conflict.kind,
        "declared_at": conflict.declared_at,
    }


@extend_schema(methods=["GET"], responses=ConflictShape(many=True))
@extend_schema(methods=["POST"], request=ConflictAskedShape, responses={201: ConflictShape})
@api_view(["GET", "POST"])
def conflict_list(request):
    """Which members have declared that they or their kin live where; and to declare one."""
    if request.method == "GET":
        return Response([_row(c) for c in conflicts.open_to(request.user)[:1000]])
    asked = _body(request)
    member = _int(asked.get("member"), "member")
    if asked.get("kind") not in Conflict.Kind.values:
        raise Malformed("kind 应为 self（本人家）或 relative（亲属家）。")
    try:
        household = UUID(str(asked.get("household")))
    except ValueError:
        raise Malformed("household 应为一户的编号（uuid）。") from None
    made = conflicts.declare(
        household=household, member=member, kind=asked["kind"], by=request.user
    )
    return Response(_row(made), status=201)


@extend_schema(request=None, responses=ConflictEndedShape)
@api_view(["POST"])
def conflict_end(request, pk: int):
    ended = conflicts.end(conflict_id=pk, by=request.user)
    return Response({"id": ended.pk, "ended_at": ended.ended_at})
