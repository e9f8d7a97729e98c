"""Settings, all from the environment; production refuses to start without its secrets and says which."""

import os
import sys
from pathlib import Path

from hub.config.database import database
from hub.config.requirements import require

BASE_DIR = Path(__file__).resolve().parent.parent.parent
MODE = os.environ.get("HUB_MODE", "test" if "pytest" in sys.modules else "production")
if MODE not in {"demo", "test", "production"}:
    raise SystemExit(f"HUB_MODE is {MODE!r}; it must be demo, test or production.")
if MODE == "production" and "pytest" not in sys.modules:
    require(
        "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "HUB_PUBLIC_URL", "HUB_CAD_URL", "HUB_CAD_SECRET",
        "NOTIFY_API_KEY", "NOTIFY_TEMPLATE_ID",
    )  # fmt: skip

SECRET_KEY = os.environ.get("SECRET_KEY") or "for tests only, never in production"
PUBLIC_URL = os.environ.get("HUB_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
_HOST = PUBLIC_URL.split("//")[1].split(":")[0].split("/")[0]
ALLOWED_HOSTS = [_HOST, "127.0.0.1", "localhost", "web"]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
STATE_DIR = Path(os.environ.get("HUB_STATE", BASE_DIR / ".state" / MODE))
DEBUG = False

INSTALLED_APPS = [
    "hub.apps.HubConfig",
    "triage.apps.TriageConfig",
    "referrals.apps.ReferralsConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "axes",
    "oauth2_provider",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "nhsuk_frontend_jinja",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "hub.cases.web.refused.NulMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "hub.people.middleware.IdleLockMiddleware",
    "hub.accounts.middleware.GivenPasswordMiddleware",
    "hub.cases.web.refused.RefusalMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "hub.config.urls"
WSGI_APPLICATION = "hub.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "environment": "hub.config.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "hub.config.navigation.navigation",
                "hub.config.csrf.one_token_a_page",
            ],
        },
    },
    {
        # Only for pages that libraries bring along (the rendered API document).
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]
WARM_UP = (
    "hub.nudge.warm_up",
    "hub.config.jinja.warm_up",
    "triage.published.warm_up",
    "hub.prepared.warm_up",
)
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

DATABASES = {"default": database(os.environ.get("DATABASE_URL", ""), pooled=MODE != "test")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SERVING_ROLE = os.environ.get("HUB_SERVING_ROLE", "hub_web")

REDIS_URL = os.environ.get("REDIS_URL", "")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "hub.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "hub.people.backends.PeopleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
SESSION_ENGINE = "hub.people.sessions"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "people:sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# Name and address together: a stranger who guesses elsewhere cannot lock a clinician out of the workstation.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "hub.people.origin.address_of"
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "hub.people.web.locked_out"
AXES_VERBOSE = False
HUB_IDLE_SECONDS = int(os.environ.get("HUB_IDLE_SECONDS", "900"))

_SECURE = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 13  # a shift and its handover
# Cookies ignore ports: two hubs on one machine would sign each other out.
_PORT = PUBLIC_URL.rpartition(":")[2] if MODE == "demo" else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"hub_session{_PORT}", f"hub_csrf{_PORT}"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "hub.cases.web.errors.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if _SECURE else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _SECURE else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = BASE_DIR / "staticfiles"
WHITENOISE_USE_FINDERS = MODE != "production"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "hub.config.static.FingerprintedFiles"
        if MODE == "production"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["hub.cases.api.clients.BearerToken"],
    "DEFAULT_PERMISSION_CLASSES": ["hub.cases.api.clients.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["hub.cases.api.reading.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "hub.cases.api.schema.ProblemAutoSchema",
    "EXCEPTION_HANDLER": "hub.cases.api.problems.as_problem",
    "DEFAULT_PAGINATION_CLASS": "hub.cases.api.pages.Pages",
    "UNAUTHENTICATED_USER": None,
    "LIST_SERIALIZER_ERRORS_AS_DICT": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Clinical hub API",
    "VERSION": "1",
    "DESCRIPTION": "Cases in from the CAD, dispatches back to it, referrals to partner services.",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "OAUTH2_FLOWS": ["clientCredentials"],
    "OAUTH2_TOKEN_URL": "/api/token/",
    # Names in the API's description that do not change when another choice is added somewhere.
    "ENUM_NAME_OVERRIDES": {
        "CaseState": "hub.cases.states.State",
        "DispatchState": "hub.cases.models.dispatch.Dispatch.State",
        "FlagKind": "hub.cases.models.flag.Flag.Kind",
        "ReferralState": "referrals.states.State",
        "ServiceKind": "referrals.states.ServiceKind",
        "RejectReason": "referrals.states.RejectReason",
    },
}
OAUTH2_PROVIDER = {
    "ACCESS_TOKEN_EXPIRE_SECONDS": 300,
    "SCOPES": {
        "cases:write": "send cases in, update and cancel them (CAD)",
        "cases:read": "read what became of the cases this client sent (CAD)",
        "dispatches": "read and acknowledge dispatches (CAD)",
        "referrals": "read and answer the referrals sent to this client's own services (partner)",
        "services": "tell capacity of this client's own services (partner)",
    },
    "SCOPES_BACKEND_CLASS": "hub.cases.api.clients.ClientScopes",  # each client its own scopes, no others
    "COMPLIANT_BCP_RFC9700_TOKEN_STORAGE": True,  # only the checksum of a token is kept
}

CELERY_BROKER_URL = os.environ.get("CELERY_BROKER_URL", REDIS_URL)
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    # kombu's defaults look for lost deliveries only every 100 seconds
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 1  # seconds: a request that nudges must not wait for a lost broker
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120  # below the visibility timeout, or a task would run twice
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_PUBLISH_RETRY = False  # a nudge that does not go through is healed by the sweep
CELERY_BEAT_SCHEDULE = {
    "sweep the agenda": {
        "task": "hub.agenda.sweep",
        "schedule": 1.0,
        "options": {"queue": "agenda", "expires": 5},
    },
    "deliver the post": {
        "task": "hub.post.deliver",
        "schedule": 1.0,
        "options": {"queue": "post", "expires": 5},
    },
    "tidy up": {
        "task": "hub.cases.tidy_up",
        "schedule": 3600.0,
        "options": {"queue": "agenda", "expires": 600},
    },
}

HUB_CAD_URL = os.environ.get("HUB_CAD_URL", "")
HUB_CAD_SECRET = os.environ.get("HUB_CAD_SECRET", "")
NOTIFY_API_KEY = os.environ.get("NOTIFY_API_KEY", "")
NOTIFY_TEMPLATE_ID = os.environ.get("NOTIFY_TEMPLATE_ID", "")
# Nobody waits a day in a demonstration: minutes until a follow-up is due instead of the rule's; 0: as the rule says.
DEMO_FOLLOW_UP_MINUTES = int(os.environ.get("HUB_DEMO_FOLLOW_UP_MINUTES") or 0) if MODE == "demo" else 0
TEXT_MESSAGES = "notify" if MODE == "production" else "file"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "hub.faults.PlainFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"hub": {"level": "INFO"}, "triage": {"level": "INFO"}, "referrals": {"level": "INFO"}},
}
