"""What the reader is told about herself, put together from what the apps know of her."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from accounts.models import Member
from cases.reading import reminders
from households import me
from households.api.shapes import MeShape


def told(member: Member) -> dict:
    return me.me(member) | reminders(member)


class OpenGlass(s.Serializer):
    case = s.CharField()
    uuid = s.UUIDField()
    until = s.DateTimeField()


class ToldShape(MeShape):
    break_glass = OpenGlass(many=True, help_text="正在紧急查看的个案")
    to_review = s.IntegerField(help_text="等您复核的紧急查看")


@extend_schema(responses=ToldShape)
@api_view(["GET"])
def my_account(request):
    return Response(told(request.user))
