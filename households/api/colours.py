"""Colours over HTTP: what a family says, what we offer it and why, and whose word is next."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from core.api import Pages, body_of
from households.colouring import reading, services, waiting
from households.models import Classification, GoodWord
from households.people import home_for


class ColourClassShape(s.Serializer):
    slot = s.IntegerField()
    name = s.CharField()
    letter = s.CharField()
    shape = s.CharField()
    action = s.CharField(help_text="我们做什么")
    reason = s.CharField(allow_null=True, help_text="名单导入的没有理由")
    help_offered = s.CharField(allow_blank=True)


class ObjectionShape(s.Serializer):
    text = s.CharField()
    by = s.CharField(help_text="谁记下")
    on = s.DateField()
    due_on = s.DateField(help_text="最晚哪天复核")
    reviewed_by = s.CharField(allow_null=True)
    reviewed_on = s.DateField(allow_null=True)
    kept = s.BooleanField(allow_null=True)
    answer = s.CharField(allow_blank=True)


class ColourRow(ColourClassShape):
    uuid = s.UUIDField()
    status = s.ChoiceField(Classification.Status.choices)
    status_label = s.CharField()
    source = s.CharField(allow_blank=True)
    proposed_by = s.CharField(allow_null=True)
    proposed_on = s.DateField()
    second_look_by = s.CharField(allow_null=True)
    second_look_owed = s.BooleanField(help_text="不久前刚改过颜色，要另一个人再看一遍")
    decided_by = s.CharField(allow_null=True)
    decided_on = s.DateField(allow_null=True)
    refusal = s.CharField(allow_blank=True)
    review_on = s.DateField(allow_null=True)
    objections = ObjectionShape(many=True)
    steps = s.ListField(child=s.CharField(), help_text="您现在可以办的")


class StatementShape(s.Serializer):
    text = s.CharField()
    written_by = s.CharField()
    written_on = s.DateField()


class GoodWordShape(s.Serializer):
    kind = s.CharField()
    text = s.CharField()
    by = s.CharField()
    on = s.DateField()


class ReasonShape(s.Serializer):
    id = s.IntegerField()
    text = s.CharField()


class ClassChoice(s.Serializer):
    slot = s.IntegerField()
    name = s.CharField()
    action = s.CharField()
    decided_by = s.CharField(help_text="由谁确认")
    reasons = ReasonShape(many=True)


class SourceChoice(s.Serializer):
    value = s.CharField()
    label = s.CharField()


class ColourChoices(s.Serializer):
    classes = ClassChoice(many=True)
    sources = SourceChoice(many=True)


class HouseholdColour(s.Serializer):
    statement = StatementShape(allow_null=True, help_text="家庭自己的话，排在最前")
    current = ColourRow(allow_null=True, help_text="已确认的，或家庭有异议、等人复核的")
    proposal = ColourRow(allow_null=True)
    past = ColourRow(many=True)
    good_words = GoodWordShape(many=True)
    choices = ColourChoices(allow_null=True, help_text="现在可以提出的；不能提出时为空")


class ProposalAsked(s.Serializer):
    reason = s.IntegerField(help_text="现行方案里一条原因的编号，颜色由原因决定")
    help_offered = s.CharField(max_length=300, allow_blank=True)
    source = s.ChoiceField(Classification.Source.choices)


class ColourStepAsked(s.Serializer):
    words = s.CharField(
        max_length=300,
        allow_blank=True,
        required=False,
        default="",
        help_text="不同意的理由、家庭的话、给家庭的答复",
    )


class QueueRow(ColourClassShape):
    uuid = s.UUIDField()
    household = s.UUIDField()
    household_no = s.CharField()
    village = s.CharField()
    next = s.ChoiceField(["confirm", "second_look", "review"])
    due_on = s.DateField()
    proposed_by = s.CharField(allow_null=True)
    proposed_on = s.DateField()


class StatementAsked(s.Serializer):
    text = s.CharField(max_length=1000, allow_blank=True, help_text="空白：家庭收回自己的话")


class StatementAnswer(s.Serializer):
    statement = StatementShape(allow_null=True)


class GoodWordAsked(s.Serializer):
    kind = s.ChoiceField(GoodWord.Kind.choices)
    text = s.CharField(max_length=300)


@extend_schema(methods=["GET"], responses=HouseholdColour)
@extend_schema(methods=["POST"], request=ProposalAsked, responses={201: HouseholdColour})
@api_view(["GET", "POST"])
def household_colour(request, uuid):
    """A family's colour with all that led to it; and a proposal for another."""
    home = home_for(request.user, uuid)
    if request.method == "POST":
        services.propose(household=home, by=request.user, **body_of(ProposalAsked, request))
    answer = reading.colour_of(home, request.user)
    return Response(answer, status=201 if request.method == "POST" else 200)


@extend_schema(request=StatementAsked, responses=StatementAnswer)
@api_view(["PUT"])
def household_statement(request, uuid):
    """What the family says of itself, in its own words."""
    home = home_for(request.user, uuid)
    kept = services.write_statement(
        household=home, by=request.user, **body_of(StatementAsked, request)
    )
    return Response({"statement": reading.statement_row(kept) if kept else None})


@extend_schema(request=GoodWordAsked, responses={201: GoodWordShape})
@api_view(["POST"])
def household_good_words(request, uuid):
    """Something good that is known of the family."""
    home = home_for(request.user, uuid)
    word = services.say_good(household=home, by=request.user, **body_of(GoodWordAsked, request))
    return Response(reading.good_row(word), status=201)


@extend_schema(
    responses=QueueRow(many=True),
    parameters=[OpenApiParameter("page", int), OpenApiParameter("page_size", int)],
)
@api_view(["GET"])
def classifications(request):
    """The proposals and objections on which it is for the reader to say the next word."""
    pages = Pages()
    page = pages.paginate_queryset(waiting.queue(request.user), request)
    return pages.get_paginated_response(reading.queue_rows(page))


@extend_schema(request=ColourStepAsked, responses=HouseholdColour)
@api_view(["POST"])
def classification_step(request, uuid, step: str):
    """second_look, confirm, refuse, object, keep or withdraw."""
    row = services.by_uuid(request.user, uuid)
    services.take(
        classification=row,
        step=step,
        by=request.user,
        words=body_of(ColourStepAsked, request)["words"],
    )
    return Response(reading.colour_of(row.household, request.user))
