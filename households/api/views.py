"""The five-colour map's reads. Each only translates: request → scope and code → dict."""

import hashlib

from django.db.models import F
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from core.api import FeaturePages, Pages, ReadyFeatureList, ReadyGeometryField, parse_bbox
from core.errors import NotFound
from households import areas, card, me, search, versions
from households.api import shapes
from households.models import Household
from households.scope import scope_of


@extend_schema(responses=shapes.VersionShape)
@api_view(["GET"])
def version(request):
    """A text that changes whenever something on the map may have; poll it with If-None-Match."""
    stamp = f"{scope_of(request.user).stamp} {versions.snapshot().stamp()}"
    etag = f'"{hashlib.blake2b(stamp.encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if request.headers.get("If-None-Match") == etag:
        return Response(status=304, headers=headers)
    return Response({"version": etag.strip('"')}, headers=headers)


@extend_schema(responses=shapes.SchemeShape)
@api_view(["GET"])
def scheme(request):
    found = me.current_scheme(request.user)
    if found is None:
        raise NotFound("还没有设置颜色方案。")
    return Response(found)


@extend_schema(
    parameters=[OpenApiParameter("q", str, description="名称、拼音首字母、代码或户编号")],
    responses=shapes.SearchShape,
)
@api_view(["GET"])
def find(request):
    return Response(search.search(request.user, request.query_params.get("q", "")[:80]))


@extend_schema(responses=shapes.AreaShape, parameters=[OpenApiParameter("page", int)])
@api_view(["GET"])
def area(request, code: str):
    """A district, town, village or grid with its figures, and a page of what lies in it."""
    scope, place = scope_of(request.user), areas.find(code)
    pages = Pages()
    page = pages.paginate_queryset(areas.children(place), request)
    return Response(
        areas.describe(scope, place)
        | {
            "count": pages.page.paginator.count,
            "next": pages.get_next_link(),
            "children": areas.describe_children(scope, place, page),
        }
    )


class HouseholdRow(serializers.ModelSerializer):
    lon = serializers.SerializerMethodField()
    lat = serializers.SerializerMethodField()

    class Meta:
        model = Household
        fields = [
            "uuid", "household_no", "slot", "lapsed", "proposed", "review_on", "lon", "lat",
        ]  # fmt: skip

    def get_lon(self, home) -> float | None:
        return round(home.point.x, 6) if home.point else None

    def get_lat(self, home) -> float | None:
        return round(home.point.y, 6) if home.point else None


@extend_schema(
    responses=HouseholdRow(many=True),
    parameters=[
        OpenApiParameter("page", int),
        OpenApiParameter("page_size", int),
        OpenApiParameter("unplaced", bool, description="只列没有归入网格的家庭"),
    ],
)
@api_view(["GET"])
def area_households(request, code: str):
    """The families of an area, as far as one may see them, by number."""
    place = areas.find(code)
    homes = Household.objects.visible_to(request.user).in_area(place.division, place.grid)
    if request.query_params.get("unplaced") == "1":
        homes = homes.unplaced()
    pages = Pages()
    page = pages.paginate_queryset(homes.order_by("village__code", "household_no", "pk"), request)
    return pages.get_paginated_response(HouseholdRow(page, many=True).data)


class HouseholdFeature(GeoFeatureModelSerializer):
    point = ReadyGeometryField(source="geojson")
    village = serializers.CharField(source="village_code")
    grid = serializers.CharField(source="grid_code", allow_null=True)

    class Meta:
        model = Household
        geo_field = "point"
        id_field = "uuid"
        list_serializer_class = ReadyFeatureList
        fields = [
            "uuid", "household_no", "village", "grid", "slot", "lapsed", "proposed", "review_on",
        ]  # fmt: skip


class HouseholdViewSet(viewsets.ReadOnlyModelViewSet):
    """The families one may see. A list page holds places and colours; a card holds the rest."""

    serializer_class = HouseholdFeature
    pagination_class = FeaturePages
    filter_backends = [DjangoFilterBackend]
    filterset_fields = {"village__code": ["exact"], "grid__code": ["exact"], "slot": ["exact"]}
    lookup_field = "uuid"
    lookup_value_regex = "[0-9a-f-]{36}"
    queryset = Household.objects.none()

    def get_queryset(self):
        homes = Household.objects.visible_to(self.request.user)
        bbox = self.request.query_params.get("in_bbox")
        if bbox:
            homes = homes.in_bbox(*parse_bbox(bbox))
        return (
            homes.with_geojson()
            .annotate(village_code=F("village__code"), grid_code=F("grid__code"))
            .order_by("village__code", "household_no", "pk")
        )

    @extend_schema(parameters=[OpenApiParameter("in_bbox", str)])
    def list(self, request, *args, **kwargs):
        return super().list(request, *args, **kwargs)

    @extend_schema(responses=shapes.CardShape)
    def retrieve(self, request, uuid=None):
        return Response(card.card(request.user, uuid))
