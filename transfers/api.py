"""For a page that waits: where its import is."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.decorators import api_view
from rest_framework.response import Response

from transfers import services
from transfers.models import ImportJob


class ProgressShape(s.Serializer):
    state = s.ChoiceField(ImportJob.State.choices)
    running = s.BooleanField(help_text="还在检查或导入")
    progress = s.CharField(help_text="做到哪里，一句话", allow_blank=True)


@extend_schema(responses=ProgressShape)
@api_view(["GET"])
def import_progress(request, uuid):
    job = services.import_for(request.user, uuid)
    return Response({"state": job.state, "running": job.is_running, "progress": job.progress})
