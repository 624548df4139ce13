"""The mail server, and who writes to whom."""

import smtplib
import ssl

from app.doctor.checks.answer import asked
from app.doctor.finding import Finding, failed, good, off, warning
from app.doctor.patient import Patient
from app.mail.errors import MailError, ServerAway
from app.mail.smtp import SmtpTransport
from app.mail.transport import from_settings

GUESTS = ("confirmation", "rescheduled", "cancelled")
"""What Cal.com writes to the guest by itself as well."""
LEAVE_TO_CALCOM = "MAIL_KINDS=reminder,follow_up,re_engagement,admin_"
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


def server(patient: Patient) -> Finding:
    """Speaks with the mail server as far as the sender; nothing is sent."""
    settings = patient.settings
    if not settings.MAIL_SERVER or settings.MAIL_PREVIEW_ONLY:
        said = f"Mails are written as files to {settings.outbox_folder}"
        if settings.demo:
            return good(f"{said}, as it is in the demo.")
        name = (
            "MAIL_PREVIEW_ONLY=false"
            if settings.MAIL_SERVER
            else "MAIL_SERVER=smtp.example.com\nMAIL_USERNAME=…\nMAIL_PASSWORD=…\nMAIL_DEFAULT_SENDER=you@example.com"
        )
        return warning(f"{said}: nobody gets any.", name)
    transport = from_settings(settings, patient.flask)
    if not isinstance(transport, SmtpTransport):
        return off("Mails leave in another way than by SMTP.")
    try:
        transport.knock()
    except ServerAway as error:
        return failed(str(error), _away_fix(patient, error.__cause__))
    except MailError as error:
        return failed(f"{error} The sender is {settings.sender}.", "MAIL_DEFAULT_SENDER=…    # an address that this account may send from")
    if not (settings.MAIL_USE_TLS or settings.MAIL_USE_SSL) and settings.MAIL_SERVER not in LOOPBACK:
        return warning("The mail server takes our mails, but without encryption.", "MAIL_USE_TLS=true")
    return good(f"{settings.MAIL_SERVER} takes mails from {settings.sender}.")


def twice(patient: Patient) -> Finding:
    """Whether Cal.com and this site would both write to the guest."""
    kinds = patient.settings.MAIL_KINDS
    ours = [kind for kind in GUESTS if "all" in kinds or any(kind.startswith(wanted) for wanted in kinds)]
    if not ours:
        return good("Confirmations, moves and cancellations are left to Cal.com.")
    fix = f"{LEAVE_TO_CALCOM}\nor, at Cal.com, for each event type: Advanced, switch off the default mails to attendees"
    if patient.client is None:
        return off(f"This site sends {', '.join(ours)}. Without CALCOM_API_KEY nobody can see whether Cal.com does as well.", fix)

    def judge() -> Finding:
        loud = [kind.slug for kind in patient.event_types() if not _leaves_guests_alone(kind.metadata)]
        if loud:
            return warning(f"The guest gets two mails, one from Cal.com and one from this site, for: {', '.join(loud[:10])}.", fix)
        return good("Cal.com's own mails to guests are switched off; this site writes.")

    return asked(judge)


def _leaves_guests_alone(metadata: object) -> bool:
    found = metadata.get("disableStandardEmails") if hasattr(metadata, "get") else None
    if not isinstance(found, dict):
        return False
    return any(isinstance(part, dict) and part.get("attendee") is True for part in (found.get("all"), found.get("confirmation")))


def _away_fix(patient: Patient, cause: BaseException | None) -> str:
    settings = patient.settings
    host, port = settings.MAIL_SERVER, settings.MAIL_PORT
    if isinstance(cause, ssl.SSLCertVerificationError):
        start = "" if settings.MAIL_USE_SSL else "-starttls smtp "
        look = f"openssl s_client {start}-connect {host}:{port} -servername {host} </dev/null"
        return f"MAIL_SERVER=…    # the very name in the certificate\n{look}    # shows it, and who signed it"
    if isinstance(cause, smtplib.SMTPAuthenticationError):
        return "MAIL_USERNAME=…\nMAIL_PASSWORD=…    # many providers want an app password here, not your own"
    if isinstance(cause, ssl.SSLError | smtplib.SMTPNotSupportedError):
        return "MAIL_USE_SSL=true and MAIL_PORT=465, or MAIL_USE_SSL=false, MAIL_USE_TLS=true and MAIL_PORT=587; your provider says which"
    return f"MAIL_SERVER=…\nMAIL_PORT=…\nnc -vz {host} {port}    # does anybody listen, and does the firewall let us out?"
