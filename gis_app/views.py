"""The pages, the tiles, and whether the server lives."""

from datetime import date

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from drf_spectacular.views import SpectacularSwaggerSplitView

from boundaries.models import Division
from core.errors import NotFound
from core.geometry import bbox_of
from core.headers import CONTENT_SECURITY_POLICY
from core.morton import Tile
from core.tiles import answer
from gis_app.me import told
from households import areas, me
from households.scope import scope_of
from households.territory.handover import sheet
from households.tiles import LAYERS

_LAYERS = {layer.name: layer for layer in LAYERS}


def map_page(request):
    return _with_map(request, "map.html")


def assign_page(request):
    return _with_map(request, "assign.html")


def handover(request, member: int):
    """The hand-over sheet of a member, to be printed."""
    try:
        on = date.fromisoformat(request.GET["on"]) if request.GET.get("on") else None
        draft = int(request.GET["draft"]) if request.GET.get("draft") else None
        found = sheet(member=member, reader=request.user, on=on, draft=draft)
    except (ValueError, NotFound):
        raise Http404 from None
    return render(request, "handover.html", {"sheet": found})


def _with_map(request, template: str):
    boot = {
        "me": told(request.user),
        "scheme": me.current_scheme(request.user),
        "basemaps": settings.BASEMAPS,
        "invented": Division.objects.current().filter(outline_invented=True).exists(),
    }
    if boot["me"]["area"] is None or boot["scheme"] is None:
        return render(request, "start.html", {"boot": boot})
    boot["bounds"] = _district_bbox(boot["me"]["area"]["code"])
    return render(request, template, {"boot": boot})


def _district_bbox(code: str) -> list[float] | None:
    """Of the district in which `code` lies: nothing beyond it is ever drawn."""
    district, *_ = areas.path_to(areas.find(code))
    return bbox_of(areas.find(district["code"]).place)


# Most tiles are remembered or unchanged; the others are one statement, a transaction in itself.
@transaction.non_atomic_requests
def tile(request, layer: str, z: int, x: int, y: int):
    wanted = Tile(z, x, y)
    if layer not in _LAYERS or not wanted.exists:
        raise Http404
    return answer(request, _LAYERS[layer], scope_of(request.user), wanted)


class ApiDocs(SpectacularSwaggerSplitView):
    """Swagger writes markup as text, so trusted types cannot be asked of it; its data are our own."""

    def finalize_response(self, request, response, *args, **kwargs):
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return super().finalize_response(request, response, *args, **kwargs)


def healthz(request):
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request):
    """The process answers and the database does too."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return HttpResponse("database\n", content_type="text/plain", status=503)
    return HttpResponse("ok\n", content_type="text/plain")


def not_found(request, exception):
    if request.path.startswith(("/api/", "/tiles/")):
        body = {"code": "not_found", "message": "没有找到。", "detail": {}}
        return JsonResponse(body, status=404)
    return render(request, "404.html", status=404)


def server_error(request):
    """Without a context: whatever broke may break again while one is made."""
    if request.path.startswith(("/api/", "/tiles/")):
        body = {
            "code": "server_error",
            "message": "系统没能完成这次操作，请稍后再试。",
            "detail": {},
        }
        return JsonResponse(body, status=500)
    return HttpResponse(render_to_string("500.html"), status=500)
