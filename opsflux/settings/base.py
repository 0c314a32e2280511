"""Apps, database, cache, queue, languages."""
import pghistory
from celery.schedules import crontab
from kombu import Queue

from opsflux.settings.environment import BASE_DIR, broker_url, database_url, read

DEBUG = read("bool", "OPSFLUX_DEBUG", default=False)
SECRET_KEY = read("str", "OPSFLUX_SECRET_KEY")
ALLOWED_HOSTS = read("list", "OPSFLUX_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
SITE_URL = read("str", "OPSFLUX_URL", default="http://localhost:8000").rstrip("/")

KERNEL = ["apps.kernel"]
CORE = ["apps.core.reference", "apps.core.factory", "apps.core.iam", "apps.core.audit", "apps.core.jobs", "apps.core.automation",
        "apps.core.notifications", "apps.core.files", "apps.core.search", "apps.core.exchange", "apps.core.dashboards"]
BUSINESS = ["apps.tiers"]

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "opsflux.admin.OpsFluxAdminConfig",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pgtrigger",
    "pghistory",
    "csp",
    *KERNEL,
    *CORE,
    *BUSINESS,
]

MIDDLEWARE = [
    "apps.kernel.http.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "apps.kernel.http.RightsMiddleware",
    "apps.kernel.http.ZoneMiddleware",
    "apps.core.audit.middleware.HistoryContextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "opsflux.urls"
WSGI_APPLICATION = "opsflux.wsgi.application"
ASGI_APPLICATION = "opsflux.asgi.application"

TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [BASE_DIR / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]

_DATABASE = database_url("DATABASE_URL")
DATABASES = {"default": {
    **_DATABASE,
    "CONN_MAX_AGE": 600,
    "CONN_HEALTH_CHECKS": True,
    "ATOMIC_REQUESTS": False,
    # jit costs more than it gives on list pages; disks that seek cheaply want index scans (docs/design: the door's figures).
    # Each row trigger asks pgtrigger.ignore: where it is not set, the asking fails and is caught, a subtransaction a row.
    "OPTIONS": {**_DATABASE["OPTIONS"], "options": "-c jit=off -c random_page_cost=1.1 -c TimeZone=UTC -c pgtrigger.ignore={}",
                "server_side_binding": False},
    "TEST": {"NAME": read("str", "OPSFLUX_TEST_DATABASE", default="test_opsflux")},
}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = read("str", "REDIS_URL")
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL, "KEY_PREFIX": "opsflux"}}
SESSION_ENGINE = "django.contrib.sessions.backends.db"      # people stay signed in when Redis is down

CELERY_BROKER_URL = read("str", "CELERY_BROKER_URL", default=broker_url(REDIS_URL))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A broker that does not answer is given up at once (kombu's own patience is 6 s a message): the sweep makes up for it.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "socket_connect_timeout": 1, "max_retries": 0,
                                   "interval_start": 0, "interval_step": 0, "interval_max": 0}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None     # a worker waits for its broker as long as it takes
# People's background work has workers of its own: an hour's import does not hold up events. A worker told nothing else takes both.
CELERY_TASK_QUEUES = [Queue("celery"), Queue("jobs")]
CELERY_TIMEZONE = "UTC"
# What is due is in rows: the schedule itself needs no memory, and a tick that nobody took before the next one is dropped.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "automation.sweep", "schedule": 5.0, "options": {"expires": 5}},
    "sweep-jobs": {"task": "jobs.sweep", "schedule": 10.0, "options": {"expires": 10}},
    "clean": {"task": "automation.clean", "schedule": crontab(minute=17), "options": {"expires": 3600}},
    "clean-jobs": {"task": "jobs.clean", "schedule": crontab(hour=3, minute=7), "options": {"expires": 3600}},
    "find-duplicates": {"task": "tiers.find_duplicates", "schedule": crontab(hour=1, minute=40), "options": {"expires": 3600}},
    "clean-sessions": {"task": "iam.clean_sessions", "schedule": crontab(hour=2, minute=37), "options": {"expires": 3600}},
    "clean-notifications": {"task": "notifications.clean", "schedule": crontab(minute=27), "options": {"expires": 3600}},
}

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage" if not DEBUG else
                    "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
MEDIA_ROOT = BASE_DIR / "var" / "media"
PRIVATE_ROOT = read("str", "OPSFLUX_PRIVATE", default=str(BASE_DIR / "var" / "private"))     # result files; web and workers share it
JOBS_KEPT_DAYS = read("int", "OPSFLUX_JOBS_KEPT_DAYS", default=90)
IMPORT_LARGEST_FILE = read("int", "OPSFLUX_IMPORT_LARGEST_MIB", default=1024) * 1024 ** 2    # bytes of one uploaded file
IMPORT_KEPT_DAYS = read("int", "OPSFLUX_IMPORT_KEPT_DAYS", default=7)     # uploads, once their import was asked for

EMAIL_CONFIG = read("email_url", "OPSFLUX_EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = read("str", "OPSFLUX_EMAIL_FROM", default="opsflux@localhost")

PREPARATIONS = [("reference", "load"), ("roles",)]       # what `./ops manage prepare` runs, at every start

AUTH_USER_MODEL = "iam.User"
AUTHENTICATION_BACKENDS = ["apps.core.iam.backends.AccountBackend"]

API_RATE = read("int", "OPSFLUX_API_RATE", default=6_000)     # requests a minute, an account and a web process
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["apps.core.iam.authentication.TokenAuthentication",
                                       "rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["apps.kernel.api.permissions.Nobody"],
    "DEFAULT_RENDERER_CLASSES": ["apps.kernel.api.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["apps.kernel.api.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "apps.kernel.api.schema.ResourceSchema",
    "EXCEPTION_HANDLER": "apps.kernel.api.problems.handle",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "OpsFlux",
    "DESCRIPTION": "One contract for every resource: docs/developer/api.md.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["apps.kernel.api.permissions.SignedIn"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "docExpansion": "none", "defaultModelsExpandDepth": -1},     # hundreds of operations
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [],      # choices stand where they are used: names made for them would change with every new one
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
}
PGHISTORY_APPEND_ONLY = True
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)      # a version is read by its record, never by its references
