"""Where deliveries are taken: the one address, and older ones of sites that migrate."""

RECEIVER = "/webhooks/calcom"
ALIASES = (
    "/api/webhooks/calcom",
    "/api/webhooks/cal",
    "/api/calcom-webhook",
    "/webhooks/cal/booking.created",
    "/webhooks/cal/booking.updated",
)
"""The same checks, the same inbox."""
