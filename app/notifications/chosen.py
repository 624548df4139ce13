"""What settings and site file choose among the mails."""

from urllib.parse import urlsplit

from app.bookings.policy import MailPolicy
from app.config import Settings
from app.site import Site
from app.timing import Step, step


def policy_of(settings: Settings, site: Site) -> MailPolicy:
    """Which mails this site sends, and when.

    The sample site file shows everything there is. A real site that has none of its own sends what people expect of a
    booking, reminders included, and no sequences.
    """
    mails, asked = site.mails, settings.demo or settings.site_file is not None
    return MailPolicy(
        kinds=frozenset(settings.MAIL_KINDS),
        admin_email=settings.ADMIN_EMAIL,
        message_domain=urlsplit(settings.SITE_URL).hostname or "localhost",
        reminders=_steps(mails.reminders),
        reminders_by_event_type={slug: _steps(steps) for slug, steps in mails.reminders_by_event_type.items()},
        follow_up=_steps(mails.follow_up) if asked else (),
        re_engagement=_steps(mails.re_engagement) if asked else (),
        sequence_event_types=frozenset(mails.sequence_event_types),
        digest_at=mails.digest_time if asked else None,
        place_time_zone=site.place.time_zone,
    )


def _steps(names: list[str]) -> tuple[Step, ...]:
    return tuple(step(name) for name in names)
