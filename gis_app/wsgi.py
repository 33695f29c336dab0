"""The way in. Tiles come by the dozen and need little of what a page does, so they take a short one."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gis_app.settings")
pages = get_wsgi_application()


class TileHandler(WSGIHandler):
    """Django with settings.TILE_MIDDLEWARE: who asks, what the policy says, the headers."""

    def load_middleware(self, is_async=False):
        from django.conf import settings

        everything, settings.MIDDLEWARE = settings.MIDDLEWARE, settings.TILE_MIDDLEWARE
        try:
            super().load_middleware(is_async)
        finally:
            settings.MIDDLEWARE = everything


tiles = TileHandler()


def application(environ, start_response):
    way = tiles if environ["PATH_INFO"].startswith("/tiles/") else pages
    return way(environ, start_response)
