"""Visits over HTTP: each view only translates."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from cases.services import home_for
from core.api import Pages, body_of
from disputes.models import Dispute
from households.models import Classification
from support.api import NeedFields
from support.services import NewNeed
from visits import services
from visits.models import Visit


class ColourProposed(s.Serializer):
    reason = s.IntegerField(help_text="现行颜色方案里的一条原因")
    help_offered = s.CharField(max_length=300)
    source = s.ChoiceField(Classification.Source.choices)


class DisputeHeard(s.Serializer):
    kind = s.ChoiceField(Dispute.Kind.choices)
    severity = s.ChoiceField(Dispute.Severity.choices)
    text = s.CharField(max_length=1000, help_text="经过")
    anyway = s.BooleanField(required=False, default=False, help_text="确认不是同一件事")


class VisitFields(s.Serializer):
    household = s.UUIDField()
    kind = s.ChoiceField(Visit.Kind.choices)
    result = s.ChoiceField(Visit.Result.choices)
    happened_at = s.DateTimeField(help_text="手机上的时间")
    changed = s.BooleanField(required=False, default=False)
    second = s.IntegerField(required=False, allow_null=True, help_text="同去的人")
    minutes = s.IntegerField(min_value=1, max_value=600, required=False, allow_null=True)
    note = s.CharField(max_length=1000, required=False, allow_blank=True)
    needs = NeedFields(many=True, required=False)
    proposal = ColourProposed(required=False, allow_null=True)
    dispute = DisputeHeard(required=False, allow_null=True)
    concern = s.CharField(
        max_length=1000, required=False, allow_blank=True, help_text="对安全的担心，交给个案工作者"
    )


class VisitShape(s.ModelSerializer):
    kind_label = s.CharField(source="get_kind_display")
    result_label = s.CharField(source="get_result_display")
    member = s.CharField(source="member.name")
    second = s.CharField(source="second_member.name", default=None, allow_null=True)

    class Meta:
        model = Visit
        fields = [
            "uuid", "kind", "kind_label", "result", "result_label", "changed", "member", "second",
            "happened_at", "recorded_at", "minutes", "has_note",
        ]  # fmt: skip


class MyVisitShape(VisitShape):
    household = s.UUIDField(source="household.uuid")

    class Meta(VisitShape.Meta):
        fields = ["household", *VisitShape.Meta.fields]


class NoteShape(s.Serializer):
    uuid = s.UUIDField()
    text = s.CharField()


class NotesShape(s.Serializer):
    visits = NoteShape(many=True)
    needs = NoteShape(many=True)


def _newest(rows, shape: type[s.BaseSerializer], request) -> Response:
    pages = Pages()
    rows = rows.select_related("member", "second_member").newest_first()
    return pages.get_paginated_response(
        shape(pages.paginate_queryset(rows, request), many=True).data
    )


@extend_schema(
    methods=["GET"], responses=MyVisitShape(many=True), parameters=[OpenApiParameter("page", int)]
)
@extend_schema(methods=["POST"], request=VisitFields, responses={201: MyVisitShape})
@api_view(["GET", "POST"])
def visits(request):
    """One's own visits, the newest first. By POST: a visit with all that was seen, or nothing of it."""
    by = request.user
    if request.method == "GET":
        rows = Visit.objects.visible_to(by).filter(member=by)
        return _newest(
            rows.select_related("household").defer("household__point", "household__point_3857"),
            MyVisitShape,
            request,
        )
    said = body_of(VisitFields, request)
    home = home_for(by, said.pop("household"))
    said["needs"] = [NewNeed(**need) for need in said.get("needs", ())]
    if proposal := said.get("proposal"):
        said["proposal"] = services.NewColour(**proposal)
    if dispute := said.get("dispute"):
        said["dispute"] = services.NewDispute(**dispute)
    made = services.record_visit(household=home, by=by, **said)
    return Response(MyVisitShape(made).data, status=201)


@extend_schema(responses=VisitShape(many=True), parameters=[OpenApiParameter("page", int)])
@api_view(["GET"])
def household_visits(request, uuid):
    """That somebody came to a family, and how it ended; what was heard stands apart."""
    home = home_for(request.user, uuid)
    rows = Visit.objects.visible_to(request.user).filter(household=home)
    return _newest(rows, VisitShape, request)


@extend_schema(responses=NotesShape)
@api_view(["GET"])
def household_notes(request, uuid):
    """What was heard at visits and what the needs are about. The look is logged, or there is none."""
    home = home_for(request.user, uuid)
    route = request.resolver_match.view_name
    return Response(services.notes_of(household=home, by=request.user, route=route))
