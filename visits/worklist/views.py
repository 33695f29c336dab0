"""The work list as a page, and its lines over HTTP."""

from django.shortcuts import render
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from core.errors import NotFound
from core.policy import admitted
from households.models import Household
from households.people import home_for
from visits.due import with_due
from visits.worklist.gathering import LATER, NOW, WEEK, worklist


class DueShape(s.Serializer):
    due_on = s.DateField(allow_null=True, help_text="下次走访最晚哪天；未评估的家庭没有")
    last_visit_on = s.DateField(allow_null=True, help_text="上次见到，或者去过而不方便")


class LineShape(s.Serializer):
    group = s.ChoiceField([NOW, WEEK, LATER], help_text="今天和已经过期、七天内、以后")
    kind = s.CharField(help_text="哪一类事，例如 visit-due")
    text = s.CharField(help_text="一句话，没有人名")
    due_on = s.DateField(allow_null=True)
    path = s.CharField(help_text="在哪一页办")
    household = s.UUIDField(allow_null=True)


class WorkShape(s.Serializer):
    counts = s.DictField(child=s.IntegerField(), help_text="每一组有几件")
    more = s.BooleanField(help_text="还有没列出来的：先办这些")
    next = s.IntegerField(allow_null=True, help_text="下一页的页码")
    results = LineShape(many=True)


def work_page(request):
    boot = {"today": timezone.localdate().isoformat(), "may": admitted(request.user.role)}
    return render(request, "work.html", {"boot": boot, "here": "work"})


@extend_schema(responses=WorkShape, parameters=[OpenApiParameter("page", int)])
@api_view(["GET"])
def work_list(request):
    """What waits for whoever asks, by day."""
    asked = request.query_params.get("page", "1")
    if not (asked.isascii() and asked.isdigit() and len(asked) <= 3 and int(asked)):
        raise NotFound("没有这一页。")
    page = worklist(request.user, int(asked))
    lines = [
        {
            "group": group,
            "kind": line.kind,
            "text": line.text,
            "due_on": line.due_on,
            "path": line.path,
            "household": line.household,
        }
        for group, line in page.lines
    ]
    return Response({"counts": page.counts, "more": page.more, "next": page.next, "results": lines})


@extend_schema(responses=DueShape)
@api_view(["GET"])
def household_due(request, uuid):
    """When a family's turn comes to be visited, and when that last was."""
    home = home_for(request.user, uuid)
    found = with_due(Household.objects.filter(pk=home.pk), request.user)
    due_on, last = found.values_list("due_on", "last_visit_at").get()
    return Response({"due_on": due_on, "last_visit_on": timezone.localdate(last) if last else None})
