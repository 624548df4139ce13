"""Logs: readable lines in the demo and on a terminal, JSON in production; never a secret, a uid or a body."""

import logging
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

SECRET_KEYS = re.compile(r"secret|password|token|authorization|cookie|signature|api_key|body|email|uid", re.IGNORECASE)
UID = re.compile(r"\b(?=[1-9A-HJ-NP-Za-km-z]*\d)(?=[1-9A-HJ-NP-Za-km-z]*[A-Z])[1-9A-HJ-NP-Za-km-z]{21,22}\b")
"""A Cal.com uid: 21 or 22 characters base58. It is a bearer secret there."""


def scrub(_: Any, __: str, event: EventDict) -> EventDict:
    """The event without values that must not reach a log."""
    for key, value in event.items():
        if SECRET_KEYS.search(key):
            event[key] = "[hidden]"
        elif isinstance(value, str):
            event[key] = UID.sub("[uid]", value)
    return event


def configure(*, readable: bool, level: str = "INFO") -> None:
    """Sets up structlog and the standard library's logging on standard error."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        scrub,
    ]
    last = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()) if readable else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    steps = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, last]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=steps))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for noisy in ("huey", "gunicorn.error"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING if noisy != "gunicorn.error" else logging.INFO, root.level))
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its warnings quote whole addresses, with uids and people in them
