"""Settings and secrets."""

from urllib.parse import urlsplit

from app import clock
from app.alarms.causes import Look, old_secrets
from app.config import FIXES
from app.doctor.finding import Finding, failed, good, warning
from app.doctor.patient import Patient

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
RENEW = {
    "SECRET_KEY": ("move the value to SECRET_KEY_FALLBACKS, set a new one, start the site again, then: flask secrets reseal"),
    "CALCOM_API_KEY": "flask secrets rotate-api-key    # the README says more: Change a secret",
    "MAIL_PASSWORD": "change the password at your mail provider, set it as MAIL_PASSWORD and start the site again",
}
RENEW_OTHER = "make a new one, set it as {name} here and wherever it is used, and start the site again"
RENEW_WEBHOOK = "flask secrets rotate-webhook    # the README says more: Change a secret"


def settings(patient: Patient) -> Finding:
    """Whether everything a live site needs is set, and fits together."""
    found = patient.settings
    missing = [name for name in FIXES if not getattr(found, name)]
    if missing:
        return failed(f"Not set: {', '.join(missing)}.", "\n".join(f"{name}: {FIXES[name]}" for name in missing))
    host = urlsplit(found.SITE_URL).hostname or ""
    if found.TRUSTED_HOSTS and host not in found.TRUSTED_HOSTS:
        return failed(f"SITE_URL names {host}, which TRUSTED_HOSTS leaves out: people get a 400.", f"TRUSTED_HOSTS={','.join([host, *found.TRUSTED_HOSTS])}")
    if not found.https and host not in LOOPBACK:
        return warning("SITE_URL is http: what people type travels in the clear.", f"SITE_URL=https://{host}")
    if not found.ADMIN_EMAIL:
        return warning("ADMIN_EMAIL is not set: nobody hears of bookings and alarms.", "ADMIN_EMAIL=you@example.com")
    return good("All that is needed is set.")


def secret_age(patient: Patient) -> Finding:
    """How long each secret has been in use here."""
    settings = patient.settings
    old = old_secrets(Look(settings, patient.webhook_secrets, clock.now()))
    if not old:
        return good(f"No secret has been in use for {settings.SECRET_DAYS} days.")
    said = ", ".join(f"{name} for {days} days" for name, days in old)
    return warning(f"In use for long: {said}.", "\n".join(f"{name}: {_renew(name)}" for name, _ in old))


def _renew(name: str) -> str:
    other = RENEW_WEBHOOK if name.startswith("CALCOM_WEBHOOK_SECRET") else RENEW_OTHER
    return RENEW.get(name) or other.format(name=name)
