"""An e-mail in the form in which it travels, the same bytes for every transport.

multipart/mixed
├── multipart/alternative: text, HTML, and the calendar with its `method`, which mail programs show as an invitation
└── the same calendar as an attachment, for those that show nothing (as `application/ics`, so that none counts it twice)

Why not Flask-Mail's own: its alternatives cannot carry `method=`, and it folds nothing. Two traps of the standard
library are met here: bodies stay 7-bit (not every server takes 8BITMIME), and ready-made headers are written as they
are, since the library would encode a long `List-Unsubscribe` into something no mail program understands.
"""

from email import policy
from email.message import EmailMessage
from email.utils import format_datetime

from app import clock
from app.mail.message import CalendarPart, Email

WIRE = policy.SMTP.clone(cte_type="7bit", refold_source="none")


def as_mime(email: Email, *, sender: str) -> EmailMessage:
    """The mail with all its parts, dated now. `sender` is an address, with a name or without."""
    mime = EmailMessage(WIRE)
    mime["Subject"] = email.subject
    mime["From"] = sender
    mime["To"] = email.to
    mime["Date"] = format_datetime(clock.now())
    mime.set_raw("Message-ID", email.message_id)
    if email.reply_to:
        mime["Reply-To"] = email.reply_to
    mime.set_raw("Auto-Submitted", "auto-generated")
    for name, value in email.headers.items():
        mime.set_raw(name, value)
    mime.set_content(email.text)
    mime.add_alternative(email.html, subtype="html")
    if email.calendar:
        _add_calendar(mime, email.calendar)
    return mime


def _add_calendar(mime: EmailMessage, calendar: CalendarPart) -> None:
    mime.add_alternative(calendar.content, maintype="text", subtype="calendar", params={"charset": "utf-8", "method": calendar.method})
    mime.add_attachment(calendar.content, maintype="application", subtype="ics", filename=calendar.filename, params={"name": calendar.filename})
