"""The way in. Tiles come by the dozen and need little of what a page does, so they take a short one."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.db import connection

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

    def __call__(self, environ, start_response):
        """Without the signals that begin and end a request: all they do here is to look after the
        connection, whose health the member's look-up proves."""
        response = self.get_response(self.request_class(environ))
        if connection.errors_occurred:
            connection.close_if_unusable_or_obsolete()
        start_response(f"{response.status_code} {response.reason_phrase}", [*response.items()])
        return [response.content]


tiles = TileHandler()


def application(environ, start_response):
    way = tiles if environ["PATH_INFO"].startswith("/tiles/") else pages
    return way(environ, start_response)
