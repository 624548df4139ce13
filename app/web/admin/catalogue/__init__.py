"""Whom and what can be booked, as Cal.com told it last."""

from app.web.admin.catalogue import event_types, hosts

__all__ = ["event_types", "hosts"]
