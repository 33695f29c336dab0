"""Needs, help and events over HTTP: each view only translates."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from boundaries.models import Division
from cases.services import home_for
from core.api import Pages, body_of
from support import services
from support.errors import NotYourPlace
from support.models import Event, Help, Need


class HelpFields(s.ModelSerializer):
    kind = s.ChoiceField(Help.Kind.choices)
    amount = s.DecimalField(max_digits=10, decimal_places=2, required=False, allow_null=True)
    honour = s.ChoiceField(Help.Honour.choices, required=False, allow_blank=True)
    outcome = s.ChoiceField(Help.Outcome.choices, required=False, allow_blank=True)

    class Meta:
        model = Help
        fields = ["kind", "given_on", "amount", "goods", "honour", "outcome"]


class HelpShape(HelpFields):
    kind_label = s.CharField(source="get_kind_display")
    honour_label = s.CharField(source="get_honour_display")
    outcome_label = s.CharField(source="get_outcome_display")
    by = s.CharField(source="by.name")

    class Meta(HelpFields.Meta):
        fields = [*HelpFields.Meta.fields, "kind_label", "honour_label", "outcome_label", "by"]


class NeedFields(s.Serializer):
    kind = s.ChoiceField(Need.Kind.choices)
    due_on = s.DateField(help_text="最晚哪天办到")
    text = s.CharField(max_length=500, required=False, allow_blank=True, help_text="具体情况")
    person = s.UUIDField(required=False, allow_null=True, help_text="家里的哪个人")


class NeedShape(s.ModelSerializer):
    kind_label = s.CharField(source="get_kind_display")
    action = s.CharField(source="action.label", help_text="五大行动里的哪一项")
    state_label = s.CharField(source="get_state_display")
    why_label = s.CharField(source="get_ended_because_display")
    person = s.UUIDField(source="person.uuid", default=None, allow_null=True)
    opened_by = s.CharField(source="opened_by.name")
    helps = HelpShape(many=True)

    class Meta:
        model = Need
        fields = [
            "uuid", "kind", "kind_label", "action", "due_on", "state", "state_label", "why_label",
            "has_text", "person", "opened_by", "opened_at", "closed_at", "helps",
        ]  # fmt: skip


class NeedsShape(s.Serializer):
    needs = NeedShape(many=True)


class NeedStepAsked(s.Serializer):
    step = s.ChoiceField(["meet", "end"])
    why = s.ChoiceField(Need.Why.choices, required=False, allow_blank=True, default="")


class EventFields(s.Serializer):
    division = s.CharField(help_text="区划代码")
    kind = s.ChoiceField(Event.Kind.choices)
    title = s.CharField(max_length=60)
    held_on = s.DateField()
    women = s.IntegerField(min_value=0, max_value=100_000)
    men = s.IntegerField(min_value=0, max_value=100_000)


class HeldShape(s.ModelSerializer):
    kind_label = s.CharField(source="get_kind_display")
    division = s.CharField(source="division.code")
    place = s.CharField(source="division.name")

    class Meta:
        model = Event
        fields = ["uuid", "kind", "kind_label", "title", "division", "place", "held_on", "women", "men"]  # fmt: skip


def _full(needs):
    return needs.select_related("opened_by", "person").prefetch_related("helps__by")


@extend_schema(methods=["GET"], responses=NeedsShape)
@extend_schema(methods=["POST"], request=NeedFields, responses={201: NeedShape})
@api_view(["GET", "POST"])
def needs(request, uuid):
    """What a family needs and what was done: the open ones first, by their day. No words of it."""
    home = home_for(request.user, uuid)
    if request.method == "POST":
        made = services.record_need(household=home, by=request.user, **body_of(NeedFields, request))
        return Response(NeedShape(made).data, status=201)
    rows = _full(Need.objects.visible_to(request.user).filter(household=home))
    ordered = sorted(rows, key=lambda need: (need.state != Need.State.OPEN, need.due_on))
    return Response({"needs": NeedShape(ordered, many=True).data})


@extend_schema(request=NeedStepAsked, responses=NeedShape)
@api_view(["POST"])
def need_step(request, uuid):
    """It is met; or followed up no more, and why."""
    need, asked = services.need_for(request.user, uuid), body_of(NeedStepAsked, request)
    if asked["step"] == "meet":
        need = services.meet(need=need, by=request.user)
    else:
        need = services.end(need=need, why=asked["why"], by=request.user)
    return Response(NeedShape(need).data)


@extend_schema(request=HelpFields, responses={201: HelpShape})
@api_view(["POST"])
def need_help(request, uuid):
    """Write down what was done for a need."""
    need = services.need_for(request.user, uuid)
    made = services.give_help(need=need, by=request.user, **body_of(HelpFields, request))
    return Response(HelpShape(made).data, status=201)


@extend_schema(
    methods=["GET"], responses=HeldShape(many=True), parameters=[OpenApiParameter("page", int)]
)
@extend_schema(methods=["POST"], request=EventFields, responses={201: HeldShape})
@api_view(["GET", "POST"])
def events(request):
    """Trainings, fairs and talks of her place, the newest first."""
    if request.method == "POST":
        said = body_of(EventFields, request)
        place = Division.objects.current().filter(code=said.pop("division")).first()
        if place is None:
            raise NotYourPlace()
        made = services.record_event(division=place, by=request.user, **said)
        return Response(HeldShape(made).data, status=201)
    pages = Pages()
    rows = Event.objects.visible_to(request.user).select_related("division")
    page = pages.paginate_queryset(rows.defer("division__geom"), request)
    return pages.get_paginated_response(HeldShape(page, many=True).data)
