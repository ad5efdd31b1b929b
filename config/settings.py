"""Settings, one file, driven by the environment.

PORTAL_MODE is `production` unless said otherwise: a forgotten variable must fail loudly, never run open.
`make run` says `demo`; pytest is recognised by itself.
"""

import sys
from pathlib import Path

import bootstrap_wrapper
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

MODE = env("PORTAL_MODE", default="test" if "pytest" in sys.modules else "production")
if MODE not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"PORTAL_MODE={MODE!r}：只能是 production、demo 或 test")
PRODUCTION = MODE == "production"
DEBUG = env.bool("DJANGO_DEBUG", default=False) and not PRODUCTION

DATA_DIR = Path(env("PORTAL_DATA", default=str(BASE_DIR / "var")))
DATA_DIR.mkdir(parents=True, exist_ok=True)

if PRODUCTION:
    SECRET_KEY = env("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
    PUBLIC_URL = env("PUBLIC_URL")
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
else:
    SECRET_KEY = env(
        "SECRET_KEY", default="a demo has no secrets; production refuses to start without its own key"
    )
    ALLOWED_HOSTS = ["127.0.0.1", "localhost", "testserver"]
    # Printed into the QR code of every paper: where its authenticity is checked.
    PUBLIC_URL = env("PUBLIC_URL", default="http://127.0.0.1:8000")

INSTALLED_APPS = [
    "institutions",
    "agreements",
    "inspections",
    "config.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_filters",
    "import_export",
    "auditlog",
    "axes",
    "django_q",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "config.middleware.ExpiredAccounts",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.middleware.NoNulls",
    "config.middleware.PrivatePages",
    "auditlog.middleware.AuditlogMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.shell",
            ],
        },
    },
]
# Mail goes out where a server is named: smtp+tls://name:password@host:587. Without one nothing waits to be sent.
MAIL_WORKS = bool(env("EMAIL_URL", default=""))
vars().update(env.email_url("EMAIL_URL", default="dummymail://"))
EMAIL_TIMEOUT = 10  # seconds
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="portal@localhost")

FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{DATA_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # SQLite knows no row locks: every writing transaction takes the write lock at its start instead.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    )
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Who takes background jobs to the worker (`agreements.jobs.queue`), and the worker itself (`manage.py qcluster`).
JOB_QUEUE = env(
    "JOB_QUEUE", default=f"agreements.jobs.queue.{'at_once' if MODE == 'test' else 'by_django_q'}"
)
Q_CLUSTER = {
    "name": "portal",
    "orm": "default",  # a table of this database: no second server, and a job is asked for in its own transaction
    "workers": env.int("JOB_WORKERS", default=2),
    "queue_limit": 4,  # what a worker takes ahead is lost to the others until `retry` when it is killed
    "poll": 0.5,  # seconds between two looks at an empty queue: a batch waits for three of them
    # Whatever runs longer than `retry` is run a second time beside the first; a killed job is found much sooner by
    # its own heartbeat (`jobs.revive`).
    "timeout": 6 * 3600,
    "retry": 7 * 3600,
    "max_attempts": 1,
    "ack_failures": True,  # the job row says what failed, and is run again from there
    "catch_up": False,  # after days off once: the daily run makes up for every day by itself
    "log_level": "WARNING",
}

# The file of a print batch (archive, print-shop PDF) is kept so many days; its papers stay, and make it again.
BATCH_OUTPUT_DAYS = env.int("BATCH_OUTPUT_DAYS", default=90)

AUTH_USER_MODEL = "institutions.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "todo"
LOGOUT_REDIRECT_URL = "login"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
# Per account: on an office network everybody shares one address, and one person's mistakes must not lock the rest.
AXES_LOCKOUT_PARAMETERS = ["username"]
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
AXES_LOCKOUT_TEMPLATE = "registration/locked.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLED = env.bool("AXES_ENABLED", default=MODE != "test")

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True
DATE_FORMAT = "Y-m-d"
FORMAT_MODULE_PATH = ["config.formats"]

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap/css", Path(bootstrap_wrapper.__file__).parent.parent / "bootstrap" / "css"),
]
STORAGES = {
    # Scans, authorisations and printed papers: never under the web root, handed out by views only.
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": DATA_DIR / "files", "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION

PAPER_FONTS = Path(env("PAPER_FONTS", default=str(BASE_DIR / "var" / "fonts")))
# Where signing keys are: {name: {"file": …, "passphrase": …}} or {name: {"module": …, "token": …, "key": …, "pin": …}},
# passphrase and pin naming environment variables (docs/adr/0013-seals-and-keys.md).
SEAL_KEYS = env.json("SEAL_KEYS", default={})
SEAL_TRUST_ROOTS = env(
    "SEAL_TRUST_ROOTS", default=""
)  # a folder of certificates of the authorities that we trust
# Whether a counter-signature must lead up to one of them. A trial has no authority to ask.
SEAL_TRUST_REQUIRED = env.bool("SEAL_TRUST_REQUIRED", default=PRODUCTION)
SEAL_TEST_KEYS = DATA_DIR / "test-keys"
SEALS_FOR_TRIAL = env.bool(
    "SEALS_FOR_TRIAL", default=not PRODUCTION
)  # whether test seals may be made and used
EDITIONS_DIR = BASE_DIR / "agreements" / "editions"
UPLOAD_MAX_BYTES = 10 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# The reverse proxies whose word on the client's address is taken into the record of events.
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=["127.0.0.1"] if PRODUCTION else [])
SECURE_REFERRER_POLICY = "same-origin"
if PRODUCTION:
    SESSION_COOKIE_NAME = "__Host-session"
    CSRF_COOKIE_NAME = "__Host-csrf"
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

IMPORT_EXPORT_USE_TRANSACTIONS = True
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = (
    False  # resources.py escapes every formula sign, not only the leading "="
)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("LOG_LEVEL", default="WARNING")},
    # It reports each certificate that nobody vouches for with a trace; the page says so in a sentence.
    "loggers": {"pyhanko": {"level": "ERROR"}},
}

if MODE == "test":
    # A slow hash is a virtue for people and a tax on every test that logs in.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
