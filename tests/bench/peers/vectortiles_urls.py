"""Routes and server of vectortiles_site; apart, for Django must have read the settings before."""

from django.contrib.gis.db import models
from django.core.wsgi import get_wsgi_application
from django.urls import path

application = get_wsgi_application()

from vectortiles import VectorLayer  # noqa: E402
from vectortiles.views import MVTView  # noqa: E402


class Home(models.Model):
    uuid = models.TextField()
    slot = models.SmallIntegerField()
    lapsed = models.IntegerField()
    proposed = models.IntegerField()
    geom = models.PointField(srid=3857)

    class Meta:
        app_label = "peers"
        managed = False
        db_table = "homes"


class HomeLayer(VectorLayer):
    model = Home
    id = "homes"
    tile_fields = ("uuid", "slot", "lapsed", "proposed")


class HomeTiles(MVTView):
    layer_classes = [HomeLayer]


urlpatterns = [path("<int:z>/<int:x>/<int:y>", HomeTiles.as_view())]
