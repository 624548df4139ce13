"""The webhook at Cal.com: there, complete, switched on, and signed with our secret.

Fixes are commands for Cal.com's API that take key and secret from the environment, so that they can be copied as they are.
"""

import hmac
import json
from collections.abc import Callable
from urllib.parse import urlsplit

from app.calcom.account import Webhook
from app.calcom.secrets import secret_setting
from app.doctor.checks.answer import asked
from app.doctor.finding import Finding, failed, good, off, warning
from app.doctor.patient import Patient
from app.inbox.addresses import ALIASES, RECEIVER, subscription_at

NEEDED = (
    "BOOKING_CREATED",
    "BOOKING_REQUESTED",
    "BOOKING_RESCHEDULED",
    "BOOKING_CANCELLED",
    "BOOKING_REJECTED",
    "BOOKING_PAYMENT_INITIATED",
    "BOOKING_PAID",
)
"""Without one of these a booking can say something else here than at Cal.com."""
NO_KEY = "Without CALCOM_API_KEY nobody can look at the webhook; the round trip below says whether a delivery would arrive."
NONE_HERE = "See the check of the webhook's address."

Judge = Callable[[Patient, dict[str, Webhook]], Finding]


def address(patient: Patient) -> Finding:
    """Whether Cal.com has a webhook that leads here, for each subscription that has a secret."""
    return _judged(patient, _address, when_none=_missing)


def triggers(patient: Patient) -> Finding:
    """Whether Cal.com tells everything that a booking needs."""
    return _judged(patient, _triggers)


def active(patient: Patient) -> Finding:
    """Whether the webhook is switched on and sends Cal.com's own bodies."""
    return _judged(patient, _active)


def secret(patient: Patient) -> Finding:
    """Whether Cal.com signs with the secret that is set here."""
    return _judged(patient, _secret)


def _judged(patient: Patient, judge: Judge, *, when_none: Callable[[Patient], Finding] | None = None) -> Finding:
    if patient.client is None:
        return off(NO_KEY)

    def look() -> Finding:
        ours = {webhook.id: webhook for webhook in patient.webhooks() if subscription_of(patient, webhook.url) is not None}
        if not ours:
            return when_none(patient) if when_none else off("There is no webhook to look at.", NONE_HERE)
        return judge(patient, ours)

    return asked(look)


def subscription_of(patient: Patient, url: str) -> str | None:
    """The subscription that a webhook's address leads to; None when it leads elsewhere."""
    return subscription_at(url, site_url=patient.settings.SITE_URL, names=patient.webhook_secrets)


def _missing(patient: Patient) -> Finding:
    near = [webhook for webhook in patient.webhooks() if RECEIVER in urlsplit(webhook.url).path or urlsplit(webhook.url).path in ALIASES]
    if near:
        url = f"{patient.settings.SITE_URL}{RECEIVER}"
        hosts = ", ".join(sorted({urlsplit(webhook.url).netloc for webhook in near}))
        return failed(f"Cal.com's webhook leads to another address, at {hosts}, and not to {url}.", _change(patient, near[0], {"subscriberUrl": url}))
    return failed(
        f"Cal.com has no webhook that leads to {patient.settings.SITE_URL}{RECEIVER}: bookings are not told. (Webhooks of teams are not listed.)",
        _create(patient, ""),
    )


def _address(patient: Patient, ours: dict[str, Webhook]) -> Finding:
    served = [subscription_of(patient, webhook.url) or "" for webhook in ours.values()]
    lonely = [name for name in patient.webhook_secrets if name not in served]
    if "" in lonely:
        return failed(f"Cal.com has no webhook that leads to {patient.settings.SITE_URL}{RECEIVER}.", _create(patient, ""))
    if lonely:
        said = ", ".join(secret_setting(name) for name in lonely)
        return warning(f"These are set, but the account has no webhook for them: {said}. (Webhooks of teams are not listed.)", _create(patient, lonely[0]))
    if len(served) != len(set(served)):
        return warning(
            "Two webhooks lead to the same place: everything comes twice. That is harmless, but of no use.",
            "Delete one of them at Cal.com: Settings, Developer, Webhooks",
        )
    return good(f"Cal.com's webhook leads to {patient.settings.SITE_URL}{RECEIVER}.")


def _triggers(patient: Patient, ours: dict[str, Webhook]) -> Finding:
    for webhook in ours.values():
        missing = [name for name in NEEDED if name not in webhook.triggers]
        if missing:
            wanted = sorted({*webhook.triggers, *NEEDED})
            return failed(f"The webhook leaves out {', '.join(missing)}.", _change(patient, webhook, {"triggers": wanted}))
    return good("The webhook tells everything that a booking needs.")


def _active(patient: Patient, ours: dict[str, Webhook]) -> Finding:
    for webhook in ours.values():
        if not webhook.active:
            return failed("The webhook is switched off.", _change(patient, webhook, {"active": True}))
        if webhook.template:
            fix = f"At Cal.com: Settings, Developer, Webhooks, {webhook.url}, Custom payload template: off"
            return failed("The webhook sends a payload template of its own instead of Cal.com's bodies, which this site cannot read.", fix)
    return good("The webhook is switched on and sends Cal.com's own bodies.")


def _secret(patient: Patient, ours: dict[str, Webhook]) -> Finding:
    for webhook in ours.values():
        name = subscription_of(patient, webhook.url) or ""
        known, setting = patient.webhook_secrets.get(name, []), secret_setting(name)
        fix = _change(patient, webhook, {"secret": f"${{{setting}%%,*}}"})
        if not webhook.secret:
            return failed("The webhook has no secret: its deliveries are not signed and are all refused.", fix)
        places = [place for place, each in enumerate(known) if hmac.compare_digest(each.encode(), webhook.secret.encode())]
        if not places:
            return failed(f"The webhook signs with another secret than {setting}: its deliveries are all refused.", fix)
        if places[0]:
            return warning(f"The webhook still signs with an older secret of {setting}.", f"{fix}\nthen remove the old one from {setting}")
    return good("The webhook signs with the secret that is set here.")


def _create(patient: Patient, name: str) -> str:
    setting = secret_setting(name)
    url = f"{patient.settings.SITE_URL}{RECEIVER}{'/' if name else ''}{name}"
    body = {"subscriberUrl": url, "active": True, "triggers": list(NEEDED), "secret": f"${{{setting}%%,*}}"}
    return _curl("POST", f"{patient.settings.CALCOM_API_URL}/webhooks", body)


def _change(patient: Patient, webhook: Webhook, body: dict[str, object]) -> str:
    return _curl("PATCH", f"{patient.settings.CALCOM_API_URL}/webhooks/{webhook.id}", body)


def _curl(method: str, url: str, body: dict[str, object]) -> str:
    """For a shell that knows the settings; the body stands in double quotes, so that it fills in the secret."""
    said = json.dumps(body).replace("\\", "\\\\").replace('"', '\\"')
    return f'curl -X {method} {url} -H "Authorization: Bearer $CALCOM_API_KEY" -H "Content-Type: application/json" -d "{said}"'
