"""What the simulated Cal.com offers when it starts; the tests, a newcomer and the benchmarks all meet the same.

`intro` comes first and is the plainest one, so that every first example can rely on it. A second host
exists because a site has pages for several, and because some rows of a list belong to somebody else.
"""

from datetime import time

from app.sandbox.catalogue import Catalogue, EventType, Host, Place, PlaceKind
from app.sandbox.questions import Question
from app.sandbox.schedules import Hours, Schedule

_VIDEO = Place(kind=PlaceKind.LINK, value="https://meet.example.com/robin-meyer")
_ROOM = Place(kind=PlaceKind.IN_PERSON, value="20 Quay Street, London")
_STUDIO = Place(kind=PlaceKind.LINK, value="https://meet.example.com/casey-lindqvist")
_EARLY_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday")


def opening_catalogue() -> Catalogue:
    """A fresh catalogue that nobody has changed yet."""
    robin = Host(id=1, name="Robin Meyer", username="demo", email="robin@example.com", time_zone="Europe/London", default_schedule_id=11)
    casey = Host(id=2, name="Casey Lindqvist", username="casey", email="casey@example.com", time_zone="Europe/Stockholm", default_schedule_id=21)
    return Catalogue(
        hosts=[robin, casey], schedules=_schedules(), event_types=[*_robins(robin), *_robins_special_ones(robin), _questionnaire(robin), *_caseys(casey)]
    )


def _schedules() -> list[Schedule]:
    office = (
        Hours(days=(*_EARLY_WEEK, "Friday"), opens=time(9), closes=time(12, 30)),
        Hours(days=_EARLY_WEEK, opens=time(13, 30), closes=time(17, 30)),
    )
    evenings = (Hours(days=("Tuesday", "Thursday"), opens=time(18), closes=time(21)),)
    weekdays = (Hours(days=(*_EARLY_WEEK, "Friday"), opens=time(10), closes=time(16)),)
    return [
        Schedule(id=11, owner_id=1, name="Working hours", time_zone="Europe/London", hours=office),
        Schedule(id=12, owner_id=1, name="Evenings", time_zone="Europe/London", hours=evenings),
        Schedule(id=21, owner_id=2, name="Working hours", time_zone="Europe/Stockholm", hours=weekdays),
    ]


def _robins(host: Host) -> list[EventType]:
    return [
        EventType(
            id=101,
            host=host,
            slug="intro",
            title="Intro call",
            description="A first conversation about where you are and what you need. Bring your questions.",
            minutes=30,
            place=_VIDEO,
        ),
        EventType(
            id=102,
            host=host,
            slug="consultation",
            title="Consultation",
            description="A closer look at one subject. Robin reads each request and confirms it personally.",
            minutes=45,
            place=_ROOM,
            confirm_first=True,
        ),
        EventType(
            id=103,
            host=host,
            slug="paid-session",
            title="Paid session",
            description="One hour of focused work together. The time is yours once it is paid.",
            minutes=60,
            place=_ROOM,
            price=9000,
            currency="gbp",
        ),
    ]


def _robins_special_ones(host: Host) -> list[EventType]:
    return [
        EventType(
            id=104,
            host=host,
            slug="group-class",
            title="Group class",
            description="A small class of up to four people. Come as you are.",
            minutes=60,
            place=_ROOM,
            seats=4,
        ),
        EventType(
            id=105,
            host=host,
            slug="weekly-coaching",
            title="Weekly coaching",
            description="The same half hour every week. Choose the first date, the others follow.",
            minutes=30,
            place=_VIDEO,
            weeks=4,
        ),
        EventType(
            id=106,
            host=host,
            slug="flexible",
            title="Flexible meeting",
            description="Short or long: choose how much time you need.",
            minutes=30,
            place=_VIDEO,
            lengths=(15, 30, 60),
        ),
    ]


def _questionnaire(host: Host) -> EventType:
    return EventType(
        id=107,
        host=host,
        slug="project-brief",
        title="Project brief",
        description="Tell us about your project beforehand, so that we can use the time well.",
        minutes=45,
        place=_VIDEO,
        buffer_before=5,
        buffer_after=10,
        questions=(
            Question(slug="company", type="text", label="Company", placeholder="Where you work"),
            Question(slug="mobile", type="phone", label="Mobile number", placeholder="+44 …"),
            Question(slug="office", type="address", label="Office address", placeholder="Street and town"),
            Question(slug="people", type="number", label="How many people will use it?", placeholder="10", required=True),
            Question(slug="goal", type="textarea", label="What should be better afterwards?", required=True, placeholder="In a few sentences"),
            Question(slug="size", type="select", label="Budget", options=("Small", "Medium", "Large"), placeholder="Choose one", required=True),
            Question(slug="topics", type="multiselect", label="Topics", options=("Design", "Software", "Training")),
            Question(slug="colleagues", type="multiemail", label="Colleagues to keep informed", placeholder="name@example.com"),
            Question(slug="consents", type="checkbox", label="You may", options=("Call me", "Write to me")),
            Question(slug="pace", type="radio", label="How soon?", options=("This month", "This year", "No hurry"), required=True),
            Question(slug="recording", type="boolean", label="The call may be recorded"),
            Question(slug="website", type="url", label="Website", placeholder="https://…"),
            Question(slug="campaign", type="text", label="Campaign", hidden=True),
        ),
    )


def _caseys(host: Host) -> list[EventType]:
    return [
        EventType(
            id=201,
            host=host,
            slug="studio-visit",
            title="Studio visit",
            description="See the studio online and ask whatever you like.",
            minutes=30,
            place=_STUDIO,
        ),
        EventType(
            id=202,
            host=host,
            slug="portfolio-review",
            title="Portfolio review",
            description="An hour with your work, picture by picture.",
            minutes=60,
            place=_STUDIO,
            notice_minutes=24 * 60,
            slot_interval=60,
        ),
        EventType(
            id=203,
            host=host,
            slug="friends",
            title="For friends",
            description="Only for those who know the address.",
            minutes=30,
            place=_STUDIO,
            hidden=True,
        ),
    ]
