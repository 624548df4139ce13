"""Pages of the demo alone."""

from app.web.demo.outbox import blueprint

__all__ = ["blueprint"]
