"""What the filters of bookings offer: the event types, hosts and origins that bookings have."""

from app.bookings.question import known
from app.bookings.terms import EVENT_TYPE, HOST, ORIGIN
from app.web.access import own_bookings_of
from app.web.admin.listing import PAYMENTS, origin_label


def choices() -> dict[str, dict[str, str]]:
    """Each filter's values with their labels. Whoever sees the own bookings only is not told whom else and what else there is."""
    mine = bool(own_bookings_of())
    found = known(EVENT_TYPE, *(() if mine else (HOST, ORIGIN)))
    return {
        "event_types": {slug: slug for slug in found[EVENT_TYPE]},
        "hosts": {email: email for email in found.get(HOST, ())},
        "origins": {origin: origin_label(origin) for origin in found.get(ORIGIN, ())},
        "payments": {str(payment): label for payment, label in PAYMENTS.items()},
    }
