"""The past of territory over HTTP: who answered on a day, and on which days that changed."""

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import api_view
from rest_framework.response import Response

from core.errors import NotFound
from households.api import territory_shapes as shapes
from households.api.territory import ON, _on, _place
from households.models import Household
from households.territory import history


@extend_schema(responses=shapes.DaysShape)
@api_view(["GET"])
def days(request, code: str):
    """The days on which something changed in a place, for a slider over its past."""
    return Response({"days": history.days_of(_place(request.user, code))})


@extend_schema(responses=shapes.GridHistoryShape, parameters=[ON])
@api_view(["GET"])
def grid_history(request, code: str):
    return Response(history.grid_history(code, _on(request)))


@extend_schema(responses=shapes.AnsweredShape, parameters=[ON])
@api_view(["GET"])
def household_history(request, uuid):
    home = Household.objects.visible_to(request.user).filter(uuid=uuid).first()
    if home is None:
        raise NotFound("没有找到这户。")
    day = _on(request)
    return Response(history.as_json(history.who_answered(home, day), day))
