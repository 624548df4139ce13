"""Random values for the file: everything odd that YAML and Cal.com allow."""

from typing import Any

from hypothesis import strategies as st

WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=30).map(str.strip).filter(bool)
LINES = st.lists(st.sampled_from(["", "# no comment", "- dash", "a: b", "  indented", "'quoted'", "yes", "trailing", "ümläut 🎈"]), max_size=4).map("\n".join)
SLUGS = st.sampled_from(["alpha", "beta", "gamma", "delta", "no", "1234", "1e3", "null"])
NAMES = st.sampled_from(["Working hours", "Evenings", "Early", "on", "12:30", "# odd"])
CLOCK = st.integers(0, 23).map(lambda hour: f"{hour:02}:00")
DAYS = st.lists(st.sampled_from(["Monday", "Tuesday", "Sunday"]), min_size=1, max_size=3, unique=True)
HOURS = st.lists(st.fixed_dictionaries({"days": DAYS, "startTime": CLOCK, "endTime": CLOCK}), max_size=3)
OTHER = st.lists(st.fixed_dictionaries({"date": st.dates().map(str).filter(lambda day: day > "2000"), "startTime": CLOCK, "endTime": CLOCK}), max_size=2)
PLACES = st.lists(
    st.one_of(
        st.just({"type": "link", "link": "https://a.example/x", "public": False}),
        st.just({"type": "address", "address": "12 Main St: back door", "public": True}),
        st.just({"type": "attendeePhone"}),
        st.just({"type": "integration", "integration": "cal-video"}),
    ),
    min_size=1,
    max_size=3,
)
OWN = st.fixed_dictionaries(
    {"type": st.sampled_from(["text", "textarea", "number"]), "slug": st.sampled_from(["q1", "q2", "q3"]), "label": WORDS, "required": st.booleans()},
    optional={"placeholder": WORDS, "hidden": st.just(True)},
)
CHOICE = st.just({"type": "select", "slug": "choice", "label": "Which?", "required": False, "options": ["A", "yes", "10"]})
USUAL = st.sampled_from([{"slug": "notes", "hidden": True}, {"slug": "title", "required": True}, {"slug": "name", "label": "Who are you?"}])
QUESTIONS = st.lists(st.one_of(OWN, CHOICE, USUAL), max_size=4, unique_by=lambda row: row["slug"])
SERIES = st.fixed_dictionaries({"frequency": st.sampled_from(["weekly", "monthly", "yearly"]), "interval": st.integers(1, 3), "occurrences": st.integers(1, 9)})
CHANGES: dict[str, st.SearchStrategy[Any]] = {
    "title": WORDS,
    "description": st.one_of(WORDS, LINES),
    "lengthInMinutes": st.integers(1, 240),
    "hidden": st.booleans(),
    "locations": PLACES,
    "bookingFields": QUESTIONS,
    "minimumBookingNotice": st.integers(0, 5000),
    "beforeEventBuffer": st.integers(0, 90),
    "slotInterval": st.integers(5, 60),
    "bookingLimitsCount": st.one_of(st.none(), st.just({"day": 2, "year": 99})),
    "bookingLimitsDuration": st.one_of(st.none(), st.just({"disabled": True}), st.just({"week": 600})),
    "bookerActiveBookingsLimit": st.one_of(st.none(), st.fixed_dictionaries({"maximumActiveBookings": st.integers(1, 9), "offerReschedule": st.booleans()})),
    "bookingWindow": st.sampled_from(
        [
            None,
            {"type": "businessDays", "value": 9, "rolling": False},
            {"type": "range", "value": ["2030-01-01", "2030-02-01"]},
            {"type": "calendarDays", "value": 3},
        ]
    ),
    "seats": st.one_of(st.none(), st.fixed_dictionaries({"seatsPerTimeSlot": st.integers(1, 9)}, optional={"showAttendeeInfo": st.booleans()})),
    "recurrence": st.one_of(st.none(), SERIES),
    "confirmationPolicy": st.sampled_from([None, {"type": "always"}, {"type": "time", "noticeThreshold": {"unit": "hours", "count": 3}}]),
    "disableCancelling": st.sampled_from([None, {"disabled": True}, {"disabled": False}]),
    "disableRescheduling": st.sampled_from([None, {"disabled": True}, {"minutesBefore": 60}]),
    "disableGuests": st.booleans(),
    "schedule": st.sampled_from(["Working hours"]),
    "color": st.just({"lightThemeHex": "#112233", "darkThemeHex": "#aabbcc"}),
    "destinationCalendar": st.just({"integration": "google_calendar", "externalId": "robin@example.com"}),
}
HOOK = st.fixed_dictionaries(
    {"subscriberUrl": st.sampled_from(["${SITE_URL}/w", "https://a.example/hook"]), "triggers": st.sampled_from([["BOOKING_PAID"], ["BOOKING_CREATED"]])},
    optional={"active": st.booleans(), "secret": st.just("CALCOM_WEBHOOK_SECRET"), "payloadTemplate": WORDS},
)
HOOKS = st.lists(HOOK, max_size=2, unique_by=lambda row: row["subscriberUrl"])
LINK = st.sampled_from([{"maxUsageCount": 1}, {"maxUsageCount": 7}, {"expiresAt": "2031-01-01T10:00:00Z"}, {"expiresAt": "2031-06-01T10:00:00+02:00"}])
LINKS = st.lists(LINK, max_size=3)
LISTS = {"webhooks": HOOKS, "privateLinks": LINKS}
OPTIONAL = {name: values for name, values in CHANGES.items() if name not in {"title", "lengthInMinutes"}} | LISTS
EVENT_TYPE = st.fixed_dictionaries({"title": WORDS, "lengthInMinutes": st.integers(1, 240)}, optional=OPTIONAL)
EVENT_TYPES = st.dictionaries(SLUGS, EVENT_TYPE, max_size=4)
SCHEDULES = st.dictionaries(NAMES, st.fixed_dictionaries({"availability": HOURS, "overrides": OTHER}), max_size=3)
