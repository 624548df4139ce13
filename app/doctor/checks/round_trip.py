"""A real, signed delivery from this machine to the public address of the site, and back to its row in the database.

It goes the way that Cal.com's deliveries go: name, proxy, certificate, signature, disk, worker. It stays in the inbox,
is recognised there by its trigger, and says nothing about any booking.
"""

import hashlib
import time

import requests

from app.calcom.secrets import secret_setting
from app.calcom.webhook import SIGNATURE_HEADER, sign
from app.db import db
from app.doctor.finding import Finding, failed, good, off
from app.doctor.patient import Patient
from app.inbox import queries as inbox
from app.inbox.models import InboxState
from app.inbox.round_trip import round_trip

SECONDS = 8
WORKER_SECONDS = 10.0
LOOK_EVERY = 0.2
AGENT = "Frontdesk doctor"

FIXES = {
    400: "TRUSTED_HOSTS=…    # must hold the name in SITE_URL; then start the site again",
    401: "Start the site again: it runs with another {setting} than is set here now",
    403: "PROXY_HOPS=1    # the number of proxies in front; they must set X-Forwarded-Proto",
    404: "SITE_URL=…    # another program answers there, or this one under another path: curl -i {url}",
    413: "Raise the largest body that your proxy lets through, in nginx: client_max_body_size 2m;",
    503: "See the checks of database and disk.",
}


def delivery(patient: Patient) -> Finding:
    """Whether a delivery to each of our addresses arrives, is kept, and is read."""
    if not patient.receivers:
        return off("No webhook secret is set: nothing can be signed.", "CALCOM_WEBHOOK_SECRET=…")
    for url, name in patient.receivers.items():
        problem = _send(url, patient.webhook_secrets[name][0], setting=secret_setting(name))
        if problem is not None:
            return problem
    return good(f"A signed delivery to {patient.settings.SITE_URL} arrived, was kept, was read, and changed nothing.")


def _send(url: str, secret: str, *, setting: str) -> Finding | None:
    body = round_trip()
    headers = {SIGNATURE_HEADER: sign(secret, body), "Content-Type": "application/json", "User-Agent": AGENT}
    try:
        answer = requests.post(url, data=body, headers=headers, timeout=SECONDS, allow_redirects=False)
    except requests.exceptions.SSLError:
        return failed(f"The certificate of {url} is not trusted; Cal.com will not deliver there.", f"curl -v {url}    # shows why; then renew the certificate")
    except requests.RequestException as error:
        return failed(f"Nobody answers at {url} ({type(error).__name__}).", f"flask serve    # does it run? Then: does SITE_URL lead here?\ncurl -i {url}")
    if answer.is_redirect:
        return failed(
            f"{url} answers with a redirect to {answer.headers.get('Location', '')}; Cal.com follows none.", "SITE_URL=…    # the address that people end up at"
        )
    if answer.status_code != 200:
        fix = FIXES.get(answer.status_code, "curl -i {url}    # the answer, and the log of the proxy, say more")
        return failed(f"{url} answers a signed delivery with {answer.status_code}.", fix.format(setting=setting, url=url))
    return _follow(hashlib.sha256(body).hexdigest(), url)


def _follow(digest: str, url: str) -> Finding | None:
    until = time.monotonic() + WORKER_SECONDS
    while True:
        row = inbox.by_digest(digest)
        state = row.state if row else None
        db.session.rollback()
        if state is None:
            return failed(
                f"{url} took the delivery, but it is not in this database: another site answers there.",
                "SITE_URL=…\nDATABASE_URL=…    # the same for this command and for the site",
            )
        if state == InboxState.IGNORED:
            return None
        if time.monotonic() > until:
            return failed(
                "The delivery arrived and was kept, but nobody reads it.",
                "flask worker    # with REDIS_URL; without it `flask serve` does the work: look into its log",
            )
        time.sleep(LOOK_EVERY)
