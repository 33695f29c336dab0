"""Territory out to a file and back in; each view only translates."""

import functools
import tempfile
from pathlib import Path

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema
from rest_framework.decorators import api_view, parser_classes
from rest_framework.parsers import MultiPartParser
from rest_framework.response import Response

from core.bookcheck import MAX_BYTES
from core.errors import Malformed
from core.importing import FileNotUsable
from core.policy import refused
from grids.drafts import store
from households.api import shapes
from households.api.territory import DRAFT, _draft, _int, _place
from households.territory import reading
from households.territory.exchange.export import export
from households.territory.exchange.importing import import_file

KIND = OpenApiParameter("as", str, required=True, enum=["xlsx", "gpkg", "geojson"])
# What a form adds to the file it carries.
_AROUND = 100_000
_TOO_LARGE = f"文件超过 {MAX_BYTES >> 20} MB；请按村分几次导入。"


@extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
               parameters=[KIND, DRAFT])  # fmt: skip
@api_view(["GET"])
def export_territory(request, code: str):
    """Grids with their people as a file for Excel or QGIS."""
    place = _place(request.user, code)
    kind = request.query_params.get("as", "")
    made = export(request.user, place, _draft(request, place), kind)
    headers = {"Content-Disposition": content_disposition_header(True, made.name)}
    return HttpResponse(made.content, content_type=made.content_type, headers=headers)


def _small(view):
    """Refuse what is too large before a byte of it is read."""

    @functools.wraps(view)
    def first(request, *args, **kwargs):
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + _AROUND:
            return refused(request, FileNotUsable(_TOO_LARGE))
        return view(request, *args, **kwargs)

    return first


@_small
@extend_schema(request={"multipart/form-data": shapes.ImportShape}, responses=shapes.ImportedShape)
@api_view(["POST"])
@parser_classes([MultiPartParser])
def import_into_draft(request, pk: int):
    """An edited export as one step of a draft; `step` is null when it changes nothing."""
    upload = request.FILES.get("file")
    if upload is None:
        raise Malformed("请用 file 附上一个文件。")
    if upload.size > MAX_BYTES:
        raise FileNotUsable(_TOO_LARGE)
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        # A name of our own; only its ending may tell something.
        path = Path(folder, "upload").with_suffix(Path(upload.name).suffix[:8])
        with path.open("wb") as file:
            for chunk in upload.chunks():
                file.write(chunk)
        done = import_file(
            draft_id=pk,
            expected_version=_int(request.data.get("expected_version"), "expected_version"),
            path=path,
            by=request.user,
        )
    taken = done.taken
    draft = taken.draft if taken else store.draft_for(request.user, pk)
    return Response(
        {
            "draft": reading.draft_row(draft),
            "step": store.step_row(taken.step) if taken else None,
            "touched": taken.touched if taken else [],
            "removed": taken.removed if taken else [],
            "message": done.message,
            "notes": done.notes,
        }
    )
