"""Divisions as GeoJSON: public geography, for whoever has signed in."""

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import F
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers, viewsets
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from boundaries.models import Division
from core.api import FeaturePages, InBBox, ReadyFeatureList, ReadyGeometryField


class DivisionSerializer(GeoFeatureModelSerializer):
    geom = ReadyGeometryField(source="geojson")
    parent = serializers.CharField(source="parent_code", allow_null=True)

    class Meta:
        model = Division
        geo_field = "geom"
        id_field = "id"
        list_serializer_class = ReadyFeatureList
        fields = [
            "id",
            "code",
            "name",
            "level",
            "parent",
            "area_m2",
            "outline_invented",
            "valid_from",
        ]


class DivisionViewSet(viewsets.ReadOnlyModelViewSet):
    """`level`, `parent` (code) and `in_bbox` narrow the list."""

    serializer_class = DivisionSerializer
    pagination_class = FeaturePages
    filter_backends = [DjangoFilterBackend, InBBox]
    filterset_fields = {"level": ["exact"], "parent__code": ["exact"], "code": ["exact"]}
    bbox_field = "geom"
    lookup_field = "code"
    lookup_value_regex = r"\d{6}|\d{9}|\d{12}"
    queryset = (
        Division.objects.current()
        .defer("geom", "geom_3857", "coarse_3857", "anchor_3857")
        .annotate(geojson=AsGeoJSON("geom", precision=6), parent_code=F("parent__code"))
        .order_by("code")
    )
