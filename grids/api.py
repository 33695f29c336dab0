"""Grids as GeoJSON: where they lie and whether somebody answers for them."""

from django.contrib.gis.db.models.functions import AsGeoJSON
from django.db.models import Exists, F, OuterRef
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import serializers, viewsets
from rest_framework_gis.serializers import GeoFeatureModelSerializer

from core.api import FeaturePages, InBBox, ReadyFeatureList, ReadyGeometryField
from grids.models import Assignment, Grid


class GridSerializer(GeoFeatureModelSerializer):
    geom = ReadyGeometryField(source="geojson")
    village = serializers.CharField(source="village_code")
    led = serializers.BooleanField()

    class Meta:
        model = Grid
        geo_field = "geom"
        id_field = "id"
        list_serializer_class = ReadyFeatureList
        fields = ["id", "code", "name", "village", "led", "target_households", "opened_on"]


class GridViewSet(viewsets.ReadOnlyModelViewSet):
    """`village__code` and `in_bbox` narrow the list."""

    serializer_class = GridSerializer
    pagination_class = FeaturePages
    filter_backends = [DjangoFilterBackend, InBBox]
    filterset_fields = {"village__code": ["exact"], "code": ["exact"]}
    bbox_field = "geom"
    lookup_field = "code"
    lookup_value_regex = r"\d{15}"
    queryset = (
        Grid.objects.current()
        .only("code", "name", "target_households", "opened_on")
        .annotate(
            village_code=F("village__code"),
            geojson=AsGeoJSON("geom", precision=6),
            led=Exists(Assignment.objects.open().filter(grid=OuterRef("pk"), role="lead")),
        )
        .order_by("code")
    )
