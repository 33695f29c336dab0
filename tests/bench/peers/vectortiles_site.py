"""The smallest Django site that serves the shared rows by django-vectortiles: settings and all.

Runs in the peers' own environment, so it imports nothing of the product.
"""

import os
from urllib.parse import unquote, urlsplit

_url = urlsplit(os.environ["DATABASE_OWNER_URL"])
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["127.0.0.1"]
GDAL_LIBRARY_PATH = os.environ.get("GDAL_LIBRARY_PATH") or None
GEOS_LIBRARY_PATH = os.environ.get("GEOS_LIBRARY_PATH") or None
INSTALLED_APPS = ["django.contrib.gis", "vectortiles"]
ROOT_URLCONF = "vectortiles_urls"
USE_TZ = True
DATABASES = {
    "default": {
        "ENGINE": "django.contrib.gis.db.backends.postgis",
        "NAME": _url.path[1:],
        "USER": _url.username,
        "PASSWORD": _url.password or "",
        "HOST": unquote(_url.netloc.rpartition("@")[2].partition(":")[0]),
        "PORT": _url.port or "",
        "CONN_MAX_AGE": None,
        "OPTIONS": {"options": "-c search_path=peers,public"},
    }
}
