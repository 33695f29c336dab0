"""Families over HTTP: masked lists, looks that are logged, and what happened."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from core.api import Pages, body_of
from households import people, timeline
from households.models import Person


class FamilyMemberShape(s.Serializer):
    uuid = s.UUIDField()
    relation = s.CharField()
    name = s.CharField(help_text="已遮盖")
    phone = s.CharField(help_text="已遮盖")
    minor = s.BooleanField(help_text="未成年：连名字的第一个字也不显示")
    has_sensitive = s.BooleanField(help_text="有敏感记录")


class PeopleOfHouseholdShape(s.Serializer):
    people = FamilyMemberShape(many=True)


class PersonFields(s.ModelSerializer):
    class Meta:
        model = Person
        fields = ["name", "relation", "birth_year", "phone"]

    def validate_birth_year(self, year):
        if year is not None and not 1880 <= year <= timezone.localdate().year:
            raise s.ValidationError("出生年份不对。")
        return year


class RevealFields(s.Serializer):
    group = s.ChoiceField(list(people.GROUPS), help_text="联系方式、地址或家庭成员")
    reason = s.CharField(max_length=200, allow_blank=True, help_text="为什么要看，至少 5 个字")


class RevealedPerson(FamilyMemberShape):
    name = s.CharField()
    phone = s.CharField()
    birth_year = s.IntegerField(allow_null=True)


class RevealShape(s.Serializer):
    contact_name = s.CharField(required=False)
    phone = s.CharField(required=False)
    address = s.CharField(required=False)
    people = RevealedPerson(many=True, required=False)


class SensitiveFields(s.Serializer):
    health = s.CharField(max_length=1000, allow_blank=True, help_text="健康")
    disability = s.CharField(max_length=1000, allow_blank=True, help_text="残疾")
    income = s.CharField(max_length=1000, allow_blank=True, help_text="收入")
    care = s.CharField(max_length=1000, allow_blank=True, help_text="未成年人监护")


class SensitiveShape(SensitiveFields):
    written_by = s.CharField(allow_null=True)
    written_at = s.DateTimeField(allow_null=True)


class RemoveFields(s.Serializer):
    reason = s.CharField(max_length=200, allow_blank=True, help_text="为什么删除，至少 5 个字")


class EventShape(s.Serializer):
    at = s.DateTimeField()
    text = s.CharField(help_text="一句话")


def _route(request) -> str:
    return request.resolver_match.view_name


@extend_schema(methods=["GET"], responses=PeopleOfHouseholdShape)
@extend_schema(methods=["POST"], request=PersonFields, responses={201: FamilyMemberShape})
@api_view(["GET", "POST"])
def household_people(request, uuid):
    """The people of a household, masked."""
    home = people.home_for(request.user, uuid)
    if request.method == "GET":
        return Response({"people": people.people_of(home)})
    person = people.add_person(home=home, fields=body_of(PersonFields, request))
    return Response(people.masked(person), status=201)


@extend_schema(request=RevealFields, responses=RevealShape)
@api_view(["POST"])
def reveal(request, uuid):
    """Contact, address or people in full. The reason and the look are logged."""
    home, said = people.home_for(request.user, uuid), body_of(RevealFields, request)
    return Response(people.reveal(home=home, **said, by=request.user, route=_route(request)))


@extend_schema(responses=EventShape(many=True), parameters=[OpenApiParameter("page", int)])
@api_view(["GET"])
def household_timeline(request, uuid):
    """What happened to a household, newest first."""
    pages = Pages()
    home = people.home_for(request.user, uuid)
    page = pages.paginate_queryset(timeline.timeline(home), request)
    return pages.get_paginated_response(page)


@extend_schema(methods=["PATCH"], request=PersonFields, responses=FamilyMemberShape)
@extend_schema(methods=["DELETE"], request=RemoveFields, responses={204: None})
@api_view(["PATCH", "DELETE"])
def person_detail(request, uuid):
    """Correct or remove a person."""
    person = people.person_for(request.user, uuid)
    if request.method == "PATCH":
        fields = body_of(PersonFields, request, partial=True)
        return Response(people.masked(people.correct_person(person=person, fields=fields)))
    reason = body_of(RemoveFields, request)["reason"]
    people.remove_person(person=person, reason=reason, by=request.user, route=_route(request))
    return Response(status=204)


@extend_schema(methods=["GET"], responses=SensitiveShape)
@extend_schema(methods=["PUT"], request=SensitiveFields, responses=SensitiveShape)
@api_view(["GET", "PUT"])
def person_sensitive(request, uuid):
    """What is sensitive about a person. Every look is logged, or there is none."""
    about = {"by": request.user, "route": _route(request)}
    person = people.person_for(request.user, uuid)
    if request.method == "PUT":
        said = body_of(SensitiveFields, request)
        return Response(people.write_sensitive(person=person, fields=said, **about))
    return Response(people.sensitive_of(person=person, **about))
