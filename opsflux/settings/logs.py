"""One JSON line an event, with the request's id; plain text while developing."""
import logging

import structlog

from opsflux.settings.base import DEBUG
from opsflux.settings.environment import read

_SHARED = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
structlog.configure(
    processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
# Asked every few seconds, mostly to find nothing: what these find is logged by themselves, and what goes wrong in them always is.
ROUTINE = frozenset({"automation.sweep", "jobs.sweep", "jobs.work"})


def worth_a_line(record: logging.LogRecord) -> bool:
    """False for Celery's "received" and "succeeded" of routine tasks."""
    return record.levelno > logging.INFO or getattr(record, "data", {}).get("name") not in ROUTINE


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {
        "()": structlog.stdlib.ProcessorFormatter,
        "processor": structlog.dev.ConsoleRenderer() if DEBUG else structlog.processors.JSONRenderer(),
        "foreign_pre_chain": _SHARED,
    }},
    "filters": {"worth_a_line": {"()": "django.utils.log.CallbackFilter", "callback": worth_a_line}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["stderr"], "level": read("str", "OPSFLUX_LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"level": "WARNING"}, "celery.worker.strategy": {"filters": ["worth_a_line"]},
                "celery.app.trace": {"filters": ["worth_a_line"]}},
}
