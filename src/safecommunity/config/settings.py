"""All settings, from the environment only; what is unsafe is refused at start by `config.checks`."""

from __future__ import annotations

import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from safecommunity.config import environment as env

PACKAGE = Path(__file__).resolve().parent.parent

DATA = Path(env.text("DATA", "var")).resolve()
KEYS = env.path("KEYS")
RESULTS = DATA / "results"
EVIDENCE = DATA / "evidence"
LIBRARY = DATA / "library"
# Where numba keeps what it compiled: the package's own folder is often not ours to write.
os.environ.setdefault("NUMBA_CACHE_DIR", str(DATA / "kernels"))

DEBUG = env.switch("DEBUG")
DEMO = env.switch("DEMO")
SECRET_KEY = env.secret("SECRET_KEY", KEYS) or "unset"
SECRET_KEY_FALLBACKS = [old for old in [env.secret("SECRET_KEY_OLD", KEYS)] if old]
AUDIT_KEY = env.secret("AUDIT_KEY", KEYS)
DATA_KEY = env.secret("DATA_KEY", KEYS)
ALLOWED_HOSTS = env.words("HOSTS", "127.0.0.1 localhost")
PLAIN_HTTP = env.switch("PLAIN_HTTP")
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", -1)
NODES = env.number("NODES", 1)
ACCEL_REDIRECT = env.text("ACCEL_REDIRECT")
MAP_TILES = env.text("MAP_TILES")
MAP_ATTRIBUTION = env.text("MAP_ATTRIBUTION")
MAP_APPROVAL = env.text("MAP_APPROVAL")
RISK_NEAR_METRES = env.number("RISK_NEAR_METRES", 50)

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "template_partials",
    "js_lib_leaflet",
    "csp",
    "safecommunity.audit",
    "safecommunity.accounts",
    "safecommunity.places",
    "safecommunity.units",
    "safecommunity.jobs",
    "safecommunity.notices",
    "safecommunity.ledgers",
    "safecommunity.sheets",
    "safecommunity.evidence",
    "safecommunity.risks",
    "safecommunity.residents",
    "safecommunity.hazards",
    "safecommunity.metrics",
    "safecommunity.assessment",
    "safecommunity.programmes",
    "safecommunity.reviews",
    "safecommunity.targets",
    "safecommunity.returns",
    "safecommunity.supervision",
    "safecommunity.surveillance",
    "safecommunity.correspondence",
    "safecommunity.reports",
    "safecommunity.web",
    "safecommunity.api",
    "safecommunity.config",
    "safecommunity.demo",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "safecommunity.web.middleware.readable",
    "safecommunity.web.middleware.caller",
    "safecommunity.web.middleware.second_factor_first",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "safecommunity.api.replays.exactly_once",
]

ROOT_URLCONF = "safecommunity.config.urls"
WSGI_APPLICATION = "safecommunity.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [
                        (
                            "django.template.loaders.cached.Loader",
                            ["django.template.loaders.filesystem.Loader"],
                        )
                    ],
                )
            ],
            "libraries": {"components": "safecommunity.web.components.tags"},
            "builtins": ["template_partials.templatetags.partials", "django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "safecommunity.web.context.page",
            ],
        },
    }
]

ROW_WALL = env.switch("ROW_WALL")
DATABASES = {"default": env.database(env.text("DATABASE_URL"), DATA)}
if ROW_WALL:
    env.begin_with_reach(DATABASES["default"], env.text("REACH", "/"))
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "accounts:sign-in"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name")},
    },
]

SESSION_ENGINE = "safecommunity.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not PLAIN_HTTP
SESSION_COOKIE_NAME = "session" if PLAIN_HTTP else "__Host-session"
CSRF_COOKIE_SECURE = not PLAIN_HTTP
CSRF_COOKIE_NAME = "csrf" if PLAIN_HTTP else "__Host-csrf"
CSRF_COOKIE_HTTPONLY = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES > 0 else None
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 0 if PLAIN_HTTP else 31_536_000
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *env.words("MAP_TILE_HOSTS")],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "report-uri": "/csp/",
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", _("English"))]
LANGUAGE_COOKIE_NAME = "language"
LOCALE_PATHS = [PACKAGE / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "web" / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SITE = env.text("SITE").rstrip("/")
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_PORT = env.number("EMAIL_PORT", 465)
EMAIL_HOST_USER = env.text("EMAIL_USER")
EMAIL_HOST_PASSWORD = env.secret("EMAIL_PASSWORD", KEYS)
EMAIL_USE_SSL = env.switch("EMAIL_SSL", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "safecommunity@localhost")

FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000
UPLOAD_MAX_BYTES = env.number("UPLOAD_MAX_BYTES", 50_000_000)
CLAMAV = env.text("CLAMAV")
REMIND_DAYS = env.number("REMIND_DAYS", 3)
ESCALATE_DAYS = env.number("ESCALATE_DAYS", 7)
UNIT_QUOTA_BYTES = env.number("UNIT_QUOTA_BYTES", 20_000_000_000)

MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"masked": {"()": "safecommunity.config.logs.MaskPersonal"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["masked"]}},
    "root": {"handlers": ["stderr"], "level": env.text("LOG_LEVEL", "WARNING")},
}
