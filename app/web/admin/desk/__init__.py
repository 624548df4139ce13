"""What staff do with one booking: acts through Cal.com, a look at both sides, notes."""

from app.web.admin.desk import acting, noting, verifying

__all__ = ["acting", "noting", "verifying"]
