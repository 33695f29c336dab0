"""Cases over HTTP: each view only translates. What is refused and what does not exist look alike."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from audit.models import Action
from cases import reading, services
from core.errors import Invalid, Malformed
from households.models import Protection

TEXT_LONGEST = 1000


class Answer(s.Serializer):
    message = s.CharField()


class ConcernAsked(s.Serializer):
    household = s.UUIDField()
    text = s.CharField(max_length=TEXT_LONGEST)


class ProtectionAsked(s.Serializer):
    protection = s.ChoiceField(Protection.choices)
    reason = s.CharField(max_length=TEXT_LONGEST)


class NamedShape(s.Serializer):
    id = s.IntegerField()
    name = s.CharField()


class PlaceShape(s.Serializer):
    code = s.CharField()
    name = s.CharField()


class CaseRow(s.Serializer):
    uuid = s.UUIDField()
    number = s.CharField(help_text="个案编号，唯一可以说出口的")
    opened_on = s.DateField()
    worker = NamedShape(allow_null=True)
    mine = s.BooleanField(help_text="现在能打开")
    until = s.DateTimeField(allow_null=True, help_text="紧急查看到什么时候")


class CasesShape(s.Serializer):
    cases = CaseRow(many=True)
    colleagues = NamedShape(many=True, help_text="可以接手的个案工作者")


class LonLat(s.Serializer):
    lon = s.FloatField()
    lat = s.FloatField()


class FamilyShape(s.Serializer):
    uuid = s.UUIDField()
    household_no = s.CharField()
    protection = s.ChoiceField(Protection.choices)
    village = PlaceShape()
    grid = PlaceShape(allow_null=True)
    point = LonLat(allow_null=True)
    contact_name = s.CharField()
    phone = s.CharField()
    address = s.CharField()
    members = s.IntegerField(allow_null=True)
    listed = s.DictField(allow_null=True, help_text="封存期间导入的名单怎么说")


class ConcernShape(s.Serializer):
    kind = s.ChoiceField(["worry", "wish"])
    text = s.CharField()
    raised_by = s.CharField()
    raised_at = s.DateTimeField()


class CaseShape(CaseRow):
    household = FamilyShape()
    concerns = ConcernShape(many=True)


class RecordAsked(s.Serializer):
    text = s.CharField(max_length=10_000)
    shelter = s.CharField(max_length=200, required=False)
    order_until = s.DateField(required=False, allow_null=True)
    warned_on = s.DateField(required=False, allow_null=True)


class RecordShape(RecordAsked):
    written_by = s.CharField()
    written_at = s.DateTimeField()


class AssignAsked(s.Serializer):
    member = s.IntegerField()


class ReasonAsked(s.Serializer):
    reason = s.CharField(max_length=500)


class OpenedShape(s.Serializer):
    until = s.DateTimeField()


class RemarkAsked(s.Serializer):
    remark = s.CharField(max_length=300, required=False)


class GlassShape(s.Serializer):
    uuid = s.UUIDField()
    case = s.CharField()
    by = s.CharField()
    reason = s.CharField()
    started_at = s.DateTimeField()
    until = s.DateTimeField()
    told = s.BooleanField(help_text="通知了您，由您复核")
    reviewed_at = s.DateTimeField(allow_null=True)
    remark = s.CharField()


def _asked(request, shape: type[s.Serializer]) -> dict:
    """The body, as far as it has the right types; what it says in words is checked apart."""
    if not isinstance(request.data, dict):
        raise Malformed()
    asked = shape(data=request.data)
    if asked.is_valid():
        return asked.validated_data
    field = next(iter(asked.errors))
    if isinstance(asked.fields.get(field), s.CharField) and isinstance(
        request.data.get(field, ""), str
    ):
        raise Invalid(f"请填写内容，不超过 {asked.fields[field].max_length} 个字。", field=field)
    raise Malformed(f"{field} 的格式不对。", field=field)


def _received() -> Response:
    """The same to everybody, whatever was there before."""
    return Response({"message": "已收到。"}, status=201)


@extend_schema(request=ConcernAsked, responses={201: Answer})
@api_view(["POST"])
def concerns(request):
    """Say that one is worried about a family. Nothing but "received" ever comes back."""
    asked = _asked(request, ConcernAsked)
    services.raise_concern(by=request.user, **asked)
    return _received()


@extend_schema(request=ProtectionAsked, responses={201: Answer})
@api_view(["POST"])
def protection(request, uuid):
    """A case worker shields, seals or lifts; a chair has a family shielded at its own wish."""
    asked = _asked(request, ProtectionAsked)
    services.protect(household=uuid, by=request.user, **asked)
    return _received()


@extend_schema(responses=CasesShape, operation_id="cases_list")
@api_view(["GET"])
def cases(request):
    return Response(reading.cases(request.user))


@extend_schema(responses=CaseShape)
@api_view(["GET"])
def case(request, uuid):
    """A case with the family's true place. That it was opened is logged, or it does not open."""
    return Response(reading.case(request.user, uuid, "case-detail"))


@extend_schema(methods=["GET"], responses=RecordShape(many=True))
@extend_schema(methods=["POST"], request=RecordAsked, responses={201: RecordShape})
@api_view(["GET", "POST"])
def record(request, uuid):
    if request.method == "GET":
        return Response(reading.records(request.user, uuid, "case-record"))
    asked = _asked(request, RecordAsked)
    found = services.open_case(case=uuid, action=Action.WRITE, route="case-record", by=request.user)
    written = services.write_record(case=found, by=request.user, **asked)
    return Response(reading.record_row(written), status=201)


@extend_schema(request=AssignAsked, responses=NamedShape)
@api_view(["POST"])
def assign(request, uuid):
    """Give a case to a case worker; for her who deals out the cases of the district."""
    given = services.assign(case=uuid, by=request.user, **_asked(request, AssignAsked))
    return Response({"id": given.member_id, "name": given.member.name})


@extend_schema(request=ReasonAsked, responses={201: OpenedShape})
@api_view(["POST"])
def break_glass(request, uuid):
    """Open another's case for three hours; whoever reviews it is told at once."""
    asked = _asked(request, ReasonAsked)
    until = services.break_glass(case=uuid, by=request.user, **asked)
    return Response({"until": until}, status=201)


@extend_schema(responses=GlassShape(many=True))
@api_view(["GET"])
def glasses(request):
    return Response(reading.glasses(request.user))


@extend_schema(request=RemarkAsked, responses=Answer)
@api_view(["POST"])
def review(request, uuid):
    asked = _asked(request, RemarkAsked)
    services.review(glass=uuid, remark=asked.get("remark", ""), by=request.user)
    return Response({"message": "已复核。"})
