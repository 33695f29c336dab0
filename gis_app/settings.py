"""Settings. Everything that differs between installations comes from the environment or var/env."""

import glob
import os
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

import dj_database_url

from accounts.profile import PROFILES

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("WUSE_VAR", BASE_DIR / "var"))


def _read_env_file() -> dict[str, str]:
    """var/env as ops/lib.sh writes it: NAME=value lines, no quoting, no expansion."""
    path = VAR_DIR / "env"
    lines = path.read_text().splitlines() if path.exists() else []
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _secret(name: str) -> str:
    path = VAR_DIR / name.lower()
    return _env.get(name) or (path.read_text().strip() if path.exists() else "")


def _wheel_library(package: str, pattern: str) -> str | None:
    """GDAL and GEOS as shipped inside the pyogrio and shapely wheels (newer than Debian's)."""
    spec = find_spec(package)
    folder = Path(spec.origin).parent.parent / f"{package}.libs" if spec else None
    found = sorted(glob.glob(str(folder / pattern))) if folder else []
    return found[0] if found else None


# Compiled loops (grids/designer/search.py) are kept here; read when numba is first imported.
os.environ.setdefault("NUMBA_CACHE_DIR", str(VAR_DIR / "numba"))

_env = _read_env_file() | dict(os.environ)

DEBUG = _env.get("WUSE_DEBUG") == "1"
SECRET_KEY = _secret("SECRET_KEY")
# Signs the row-security scope (core/scope.py). 32 bytes in hex; the database holds a copy.
SCOPE_KEY = _secret("SCOPE_KEY")
ALLOWED_HOSTS = _env.get("WUSE_HOSTS", "127.0.0.1 localhost [::1]").split()
HTTPS = _env.get("WUSE_HTTPS") == "1"
# Which rules for passwords, locks and sessions hold: accounts/profile.py.
PROFILE = _env.get("WUSE_PROFILE", "asvs")
_profile = PROFILES[PROFILE]

GDAL_LIBRARY_PATH = _env.get("GDAL_LIBRARY_PATH") or _wheel_library("pyogrio", "libgdal*.so*")
GEOS_LIBRARY_PATH = _env.get("GEOS_LIBRARY_PATH") or _wheel_library("shapely", "libgeos_c*.so*")

INSTALLED_APPS = [
    "gis_app",
    "transfers",
    "rights",
    "hotspots",
    "visits",
    "disputes",
    "support",
    "cases",
    "households",
    "grids",
    "audit",
    "accounts",
    "boundaries",
    "core",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.gis",
    "allauth.account",  # only because allauth.mfa does not work without it
    "allauth.mfa",
    "axes",
    "rest_framework",
    "rest_framework_gis",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "core.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "core.language.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.sessions.MemberMiddleware",
    "core.policy.PolicyMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "core.once.OnceMiddleware",  # the innermost: it runs the view
]

# A tile is read, not posted, and its answer is no page: see gis_app/wsgi.py.
TILE_MIDDLEWARE = [
    "core.headers.HeadersMiddleware",
    "accounts.sessions.MemberMiddleware",
    "core.policy.PolicyMiddleware",
]

ROOT_URLCONF = "gis_app.urls"
WSGI_APPLICATION = "gis_app.wsgi.application"
POLICY_FILE = BASE_DIR / "gis_app" / "policy.yaml"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gis_app.context.reader",
            ],
        },
    },
]


def _database(url: str) -> dict:
    return dj_database_url.parse(url, engine="core.db.scoped") | {
        # A new connection costs 21 ms of CPU, because every backend loads PostGIS anew.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
    }


# "default" is the runtime role, which row security binds; "owner" migrates and nothing else.
DATABASES = {
    "default": _database(_env.get("DATABASE_URL", "postgres://wuse_app@/wuse"))
    | {"ATOMIC_REQUESTS": True},
    "owner": _database(_env.get("DATABASE_OWNER_URL", "postgres://wuse_owner@/wuse")),
}
# The role that reads everything and writes nothing: for `backup` alone, so no alias among the above.
BACKUP_DATABASE = dj_database_url.parse(
    _env.get("DATABASE_BACKUP_URL", "postgres://wuse_backup@/wuse")
)
# Ids of what was deleted at somebody's request: kept beside the backups, not inside the database.
TOMBSTONES_FILE = Path(_env.get("WUSE_TOMBSTONES", VAR_DIR / "tombstones"))
# Written by triggers only: the runtime role may read them.
TABLES_KEPT_BY_THE_DATABASE = [
    "audit_accessday", "audit_accessrecord",
    "households_identitychange", "households_indexchange", "households_placechange",
    "households_sensitivechange", "rights_tombstone",
    "grids_gridversion", "households_dataversion", "households_gridspell", "households_householdtally",
]  # fmt: skip
# Tables of which the runtime role changes these columns only: to whom a row belongs, it cannot.
COLUMNS_THAT_CHANGE = {
    "cases_breakglassnotice": ["reviewed_at", "remark"],
    "cases_caseassignment": ["ended_at"],
    "rights_restriction": ["until"],
    "households_classification": [
        "status", "second_look_by_id", "second_look_at", "decided_by_id", "decided_at", "refusal",
        "review_on",
    ],
    "households_objection": ["reviewed_by_id", "reviewed_at", "kept", "answer"],
    "disputes_dispute": ["state", "since", "due_on", "severity"],
    "disputes_referral": [
        "state", "rejection", "due_on", "received_by_id", "received_at", "answered_by_id",
        "answered_at", "done_by_id", "done_at",
    ],
    "disputes_supervision": ["ended_at"],
    "disputes_violenceflag": ["seen_by_id", "seen_at"],
    "support_need": ["state", "ended_because", "closed_by_id", "closed_at"],
}  # fmt: skip
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.Member"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "accounts.passwords.ProfileValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "map"
LOGOUT_REDIRECT_URL = "sign-in"

# Lock a name at an address, not the address: a whole office shares one.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = _profile.wrong_before_lock
AXES_COOLOFF_TIME = timedelta(minutes=_profile.lock_minutes)
AXES_CLIENT_IP_CALLABLE = "accounts.sessions.client_address"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "accounts.views.signing_in.locked"
AXES_VERBOSE = False

# Only the second step of allauth is used, and nothing that sends mail: see accounts/factor.py.
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
MFA_ADAPTER = "accounts.factor.Adapter"
MFA_TOTP_ISSUER = "五色格"
MFA_TOTP_TOLERANCE = 1  # half minutes that a phone's clock may be wrong by

# accounts/sessions.py knows when a session ends; the cookie goes with the browser.
SESSION_ENGINE = "accounts.sessions"
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token from the page's form
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31536000
    SECURE_SSL_REDIRECT = True
    # Asked by whatever watches over the process, beside the proxy.
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
# Whether other sites beneath the same name speak HTTPS is not ours to promise.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    # PolicyMiddleware decides per route and method before a view runs; this second lock is for a
    # view that would ever be reached around it.
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["core.api.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": ["core.api.OrjsonParser"],
    "DEFAULT_PAGINATION_CLASS": "core.api.Pages",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "core.api.explain",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "五色格 API",
    "VERSION": "1",
    "DESCRIPTION": "写入的请求可以带 `Idempotency-Key: <uuid>`：24 小时内同一个编号只办一次，得到同一个回答。",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "ConflictKindEnum": "households.models.Conflict.Kind",
        "BodyEnum": "accounts.models.Body",
        "DisputeKindEnum": "disputes.models.Dispute.Kind",
        "DisputeSourceEnum": "disputes.models.Dispute.Source",
        "SessionResultEnum": "disputes.models.Session.Result",
        "DraftStateEnum": "grids.models.Draft.State",
        "ColourSourceEnum": "households.models.Classification.Source",
        "EventKindEnum": "support.models.Event.Kind",
        "NeedStateEnum": "support.models.Need.State",
        "NeedKindEnum": "support.models.Need.Kind",
        "HelpKindEnum": "support.models.Help.Kind",
        "VisitKindEnum": "visits.models.Visit.Kind",
        "FiguresStateEnum": ["ok", "part", "empty", "denied"],
        "GoodWordKindEnum": "households.models.GoodWord.Kind",
        "VisitResultEnum": "visits.models.Visit.Result",
        "FeatureCollectionEnum": ["FeatureCollection"],
    },
}

# Files handed in and prepared, for days; see transfers/files.py. Not backed up.
TRANSFERS_DIR = Path(_env.get("WUSE_TRANSFERS", VAR_DIR / "transfers"))
FILE_UPLOAD_HANDLERS = [
    "core.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# Tiles that each process remembers; 0 makes it draw every tile anew.
TILE_MEMORY_MB = int(_env.get("WUSE_TILE_MEMORY_MB", "32"))

# Base maps offered on the map, first one shown. None: works on a closed network.
BASEMAPS = [{"title": "无底图", "type": "none"}]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # What people wrote stays out of every line: core/logs.py.
    "formatters": {"plain": {"()": "core.logs.Formatter"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # What policy.yaml says is logged.
    "loggers": {
        "wuse.access": {"level": "INFO"},
        # Without Django's own handlers, which would mail the whole request.
        "django": {"handlers": []},
    },
}
