"""The API's plumbing: JSON by orjson, pages, one place where errors become statuses."""

from operator import attrgetter

import orjson
from django.contrib.gis.geos import MultiPoint, Point
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.db import OperationalError
from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, pagination, parsers, renderers, serializers
from rest_framework.filters import BaseFilterBackend
from rest_framework.response import Response
from rest_framework.views import set_rollback
from rest_framework_gis.pagination import GeoJsonPagination
from rest_framework_gis.serializers import GeoFeatureModelListSerializer

from core.errors import DomainError, Malformed, NotAllowed, NotFound


class OrjsonRenderer(renderers.BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data, accepted_media_type=None, renderer_context=None):
        if data is None:
            return b""
        return orjson.dumps(data, default=_plain, option=orjson.OPT_NON_STR_KEYS)


class OrjsonParser(parsers.BaseParser):
    """A body of JSON and nothing looser: no NaN, no number past infinity, no endless nesting."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        raw = parser_context["request"].body  # not the stream, which has no end to its patience
        # PostgreSQL keeps no NUL in a text, whatever field it is meant for.
        if b"\\u0000" in raw:
            raise exceptions.ParseError()
        try:
            return orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise exceptions.ParseError() from None


def _plain(value):
    if isinstance(value, dict | list | tuple):  # ReturnDict and its like
        return dict(value) if isinstance(value, dict) else list(value)
    return str(value)  # lazy translations


def body_of(shape: type[serializers.BaseSerializer], request, **kwargs) -> dict:
    """What a request says, in this shape; one that says something else is answered 400."""
    form = shape(data=request.data, **kwargs)
    form.is_valid(raise_exception=True)
    return form.validated_data


class Pages(pagination.PageNumberPagination):
    page_size = 100
    page_size_query_param = "page_size"
    max_page_size = 1000
    invalid_page_message = "没有这一页。"


def parse_bbox(text: str) -> tuple[float, float, float, float]:
    """Read `in_bbox=minlon,minlat,maxlon,maxlat`; Malformed when it is not a box on the globe."""
    try:
        west, south, east, north = map(float, text.split(","))
    except ValueError:
        raise Malformed("in_bbox 应为“最小经度，最小纬度，最大经度，最大纬度”。") from None
    # NaN fails every comparison, so it is refused here too.
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise Malformed("in_bbox 的经纬度超出范围，或最小值大于最大值。")
    return west, south, east, north


class FeaturePages(GeoJsonPagination):
    """Pages of a GeoJSON FeatureCollection."""

    page_size = Pages.page_size
    page_size_query_param = Pages.page_size_query_param
    max_page_size = Pages.max_page_size
    invalid_page_message = Pages.invalid_page_message


@extend_schema_field({"type": "object", "description": "GeoJSON geometry, WGS84, 6 decimals"})
class ReadyGeometryField(serializers.Field):
    """A geometry that the database has already written as GeoJSON text.

    Parsing it into GEOS and back costs thirteen times what `ST_AsGeoJSON` does.
    """

    def __init__(self, **kwargs):
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value):
        return orjson.Fragment(value)


class ReadyFeatureList(GeoFeatureModelListSerializer):
    """A page of features, read from the rows' attributes.

    A field object asked for every value of every row costs several times the query. So what a list
    shows must be plain: attributes or annotations that orjson knows.
    """

    def to_representation(self, data):
        shown = self.child
        geometry = attrgetter(shown.fields[shown.Meta.geo_field].source)
        identity = attrgetter(shown.fields[shown.Meta.id_field].source)
        apart = {shown.Meta.geo_field, shown.Meta.id_field}
        names = [name for name in shown.fields if name not in apart]
        plain = attrgetter(*(shown.fields[name].source for name in names))
        return {
            "type": "FeatureCollection",
            "features": [
                {
                    "id": identity(row),
                    "type": "Feature",
                    "geometry": None if geometry(row) is None else orjson.Fragment(geometry(row)),
                    "properties": dict(zip(names, plain(row), strict=True)),
                }
                for row in data
            ],
        }


class InBBox(BaseFilterBackend):
    """`?in_bbox=`: features that touch the box, those that cross its edge included."""

    def filter_queryset(self, request, queryset, view):
        text = request.query_params.get("in_bbox")
        if not text:
            return queryset
        west, south, east, north = parse_bbox(text)
        # The envelope of its corners: a box without width is a line or a point, not an empty area.
        box = MultiPoint(Point(west, south), Point(east, north), srid=4326).envelope
        return queryset.filter(**{f"{view.bbox_field}__intersects": box})

    def get_schema_operation_parameters(self, view):
        return [
            {
                "name": "in_bbox",
                "in": "query",
                "required": False,
                "description": "minlon,minlat,maxlon,maxlat",
                "schema": {"type": "string"},
            }
        ]


def explain(error, context):
    """Turn an exception into `{code, message, detail}`; DRF's EXCEPTION_HANDLER."""
    match error:
        case DomainError():
            known = error
        case Http404():
            known = NotFound()
        case PermissionDenied() | exceptions.PermissionDenied():
            known = NotAllowed()
        case exceptions.NotFound():
            known = NotFound(str(error.detail))
        case exceptions.ParseError() | ValidationError():
            known = Malformed()
        case RequestDataTooBig():
            known = Malformed("一次发来的内容太多，请画得简单些，或分几次做。")
        case exceptions.ValidationError():
            known = Malformed("有的字段填写不对，请检查。", fields=error.detail)
        case exceptions.Throttled():
            return _response("too_many_requests", "请求太频繁，请稍后再试。", 429)
        case exceptions.APIException():
            return _response(error.default_code, str(error.detail), error.status_code)
        case OperationalError():
            return _response("unavailable", "数据库暂时连不上，请稍后再试。", 503)
        case _:
            return None
    return _response(known.code, known.message, known.status, known.detail)


def _response(code, message, status, detail=None):
    set_rollback()  # an explained failure is a failure: nothing half done
    return Response({"code": code, "message": message, "detail": detail or {}}, status=status)
